"""`sync` leaves word of how it found the season, where it is news: the status page reads it from the ledger."""

from __future__ import annotations

import logging
from datetime import datetime

from zapis.core.vitals import Vitals, taken
from zapis.errors import ZapisError
from zapis.publish.books import Books

log = logging.getLogger("zapis.sync")


class Signs:
    """A word that cannot be left harms nothing: an old one says so by its age.

    It goes along with whatever else a run writes into the ledger; only a run that writes nothing leaves it alone.
    """

    def __init__(self, books: Books) -> None:
        self._books = books

    def word(self, problems: int, refused: datetime | None) -> Vitals:
        """What there is to say now."""
        books = self._books
        return taken(books.state, books.outbox, books.ledger.now(), problems, books.watch.alarm, refused)

    def leave(self, problems: int, refused: datetime | None, *, wrote: bool) -> Vitals:
        """Leave word if there is news and the run `wrote` none with something else; what it says."""
        books, vitals = self._books, self.word(problems, refused)
        if not wrote and (books.word is None or vitals.is_news_after(books.word)):
            try:
                books.leave_word(vitals)
            except ZapisError as error:
                log.warning("no word could be left for the status page: %s", error)
        return vitals
