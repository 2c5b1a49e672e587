"""The minutes before registration for a visit opens, when thousands look at one page and wait for one moment.

Nobody has to reload. Shortly before, the form is there to be filled in; its button wakes up at the moment, by the
server's clock and without asking anybody anything. A page from before that comes back once, each at another second.
Whoever sends too early keeps all that was typed, and the page sends it again at the moment.
"""

from __future__ import annotations

import math
import secrets
from datetime import datetime, timedelta

from zapis.site.offers import Availability, Offer
from zapis.site.words import Words
from zapis.voice.tongue import N_

NEAR = timedelta(minutes=30)
"""How long before the opening the form is shown."""
COMES_BACK_WITHIN = timedelta(hours=12)
SPREAD = timedelta(minutes=2)
"""Pages come back at any second of these."""
TOO_EARLY = Words(
    409,
    "not_open_yet",
    N_("Запись ещё не открылась"),
    N_("Отправить заявку можно будет, когда запись откроется."),
)


def is_near(offer: Offer, now: datetime) -> bool:
    """Whether the visit's form is shown though it cannot be sent yet."""
    return offer.availability is Availability.NOT_OPEN_YET and offer.terms.opens - now <= NEAR


def seconds_to(offer: Offer, now: datetime) -> int:
    """Seconds until registration opens; at least one."""
    return max(math.ceil((offer.terms.opens - now).total_seconds()), 1)


def comes_back(offer: Offer, now: datetime) -> dict[str, str]:
    """The header by which a page that waits for the form comes back once, when the form is there."""
    wait = offer.terms.opens - NEAR - now
    if offer.availability is not Availability.NOT_OPEN_YET or not timedelta() < wait <= COMES_BACK_WITHIN:
        return {}
    return {"Refresh": str(math.ceil(wait.total_seconds()) + secrets.randbelow(int(SPREAD.total_seconds())))}
