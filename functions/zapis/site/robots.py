"""What tells a robot's form from a person's, without a riddle and without asking anybody else.

A field that no person sees is filled in by what fills in everything, and nobody types a form within two seconds. Both
are answered as if all went well, so that a robot learns nothing. A person who was taken for one loses nothing: the page
goes on with all that was typed, by itself or by one press.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from zapis.site.words import Words
from zapis.voice.tongue import N_

LURE = "website"
"""The field that stays empty."""

LURED = Words(
    200,
    "received",
    N_("Заявка получена"),
    N_("Осталось одно нажатие: так мы видим, что заявку отправил человек. Пока вы не нажали, место не занято."),
)
HASTY = Words(
    200,
    "checking",
    N_("Проверяем места, ещё не подтверждено"),
    N_("Это займёт несколько секунд."),
    retry_after=3,
)


def doubted(typed: Mapping[str, str], made: datetime | None, now: datetime, shortest: timedelta) -> Words | None:
    """What is said to whoever may be a robot; None to everybody else.

    `made` is when the form was made, None if nobody knows. A form that lay open for days is as good as any.
    """
    if typed.get(LURE):
        return LURED
    if shortest and (made is None or now - made < shortest):
        return HASTY
    return None
