"""Names and contacts that are due are destroyed, and that is put on record.

Rows are destroyed first and recorded then; a run that died in between leaves no line, so the next run makes one.
The record (in the outbox) holds codes, reasons and moments: enough for the act that the law asks for, and nobody.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Mapping
from datetime import datetime

from zapis.core import retention
from zapis.core.model import RegistrationId
from zapis.core.notices import DESTROYED, outbox_row
from zapis.core.retention import Keeping
from zapis.ledger.port import Append
from zapis.publish.books import Books

log = logging.getLogger("zapis.sync")

A_RUN = 500
"""So many are destroyed in one run; the others by the next ones."""


def due(books: Books, keeping: Keeping, now: datetime) -> Mapping[RegistrationId, str]:
    """Whom this run is to forget, and why."""
    found = retention.due(books.state, books.outbox, books.known(), keeping, now)
    return dict(list(found.items())[:A_RUN])


def destroy(books: Books, due: Mapping[RegistrationId, str], now: datetime, run: str) -> int:
    """Destroy and record; how many were forgotten. The caller holds the lease of `sync`."""
    if not due:
        return 0
    books.forget(due)
    books.append(Append(outbox=[outbox_row(now, DESTROYED, run, {str(id): why for id, why in due.items()})]))
    for reason, count in Counter(due.values()).items():
        log.info("names and contacts of %d registrations were destroyed: %s", count, reason)
    return len(due)
