"""`sync` leaves word of how it found the season, once a minute at most: the status page reads it from the ledger."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from zapis.core.vitals import Vitals, taken
from zapis.errors import ZapisError
from zapis.publish.books import Books

log = logging.getLogger("zapis.sync")

LEAVE_EVERY = timedelta(seconds=50)


class Signs:
    """What one instance left. A word that cannot be left harms nothing: an old one says so by its age."""

    def __init__(self, books: Books) -> None:
        self._books = books
        self._left: Vitals | None = None
        self._beside = ""

    def leave(self, problems: int, refused: datetime | None) -> Vitals:
        """Leave word, if it is time, the journal's state is another or a new catalogue wiped it; what it says."""
        books = self._books
        vitals = taken(books.state, books.outbox, books.ledger.now(), problems, books.watch.alarm, refused)
        if self._is_news(vitals):
            try:
                books.ledger.note(vitals.to_text())
                self._left, self._beside = vitals, books.revision
            except ZapisError as error:
                log.warning("no word could be left for the status page: %s", error)
        return vitals

    def _is_news(self, vitals: Vitals) -> bool:
        left = self._left
        if left is None or self._beside != self._books.revision:
            return True
        return vitals.at - left.at >= LEAVE_EVERY or vitals.alarm != left.alarm
