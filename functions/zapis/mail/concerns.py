"""One mail a day to the organisers about what is wrong in their spreadsheet.

It is due as a notice is: its id follows from the day, so it goes once, whichever run comes first. What is told is
said beside the cells, too; nobody but the organisers gets it.
"""

from __future__ import annotations

from datetime import datetime

from msgspec.structs import replace

from zapis.core.catalogue import Catalogue
from zapis.core.concerns import MOST, day_of, to_mail
from zapis.core.model import Notice, NoticeKind, RegistrationId, SlotId
from zapis.core.notices import Outbox, is_due
from zapis.core.russian import counted
from zapis.mail.letters import RUSSIAN, Letter, Sender, templates_of

ABOUT = RegistrationId("CONCERNS")
"""What stands where other notices name a registration."""
LEAD = (
    "Пока это не исправлено, там действуют прежние значения: запись идёт, ничьи места не тронуты. "
    "В таблице рядом, в «Проверке», сказано то же самое."
)
COLOPHON = "Такое письмо приходит не чаще раза в день и только на «Почту организатора» из вкладки «Сезон»."


def due(catalogue: Catalogue, outbox: Outbox, now: datetime) -> Notice | None:
    """The day's mail, if there is anything to tell and it was not told today."""
    season = catalogue.season
    if season is None or not (season.rehearsal or season.email) or not to_mail(catalogue, now):
        return None
    notice = Notice(NoticeKind.MESSAGE, ABOUT, SlotId(""), now, day_of(now))
    return notice if is_due(notice.id, outbox, now) else None


def letter(notice: Notice, catalogue: Catalogue, sender: Sender, sheet: str = "") -> Letter:
    """The mail itself; `sheet` is where the spreadsheet opens. Raises KeyError without a season."""
    season = catalogue.season
    if season is None:
        raise KeyError("season")
    told = to_mail(catalogue, notice.at)
    places = counted(len(told), "место", "места", "мест")
    words = {
        "headline": f"В таблице нужно поправить {places}",
        "lead": LEAD,
        "concerns": told[:MOST],
        "more": f"И ещё {len(told) - MOST}: смотрите «Проверку»." if len(told) > MOST else "",
        "sheet": sheet,
        "colophon": COLOPHON,
    }
    templates = templates_of(RUSSIAN)
    return Letter(
        to=season.rehearsal or season.email,
        sender=sender if sender.name else replace(sender, name=season.title),
        reply_to=season.email or season.rehearsal,
        subject=f"{season.title}: в таблице нужно поправить {places}",
        text=templates.get_template("concerns.txt").render(words),
        html=templates.get_template("concerns.html").render(words),
        language=RUSSIAN,
        date=notice.at,
        message_id=f"{notice.registration}.{notice.sequence}@{sender.address.rpartition('@')[2]}",
        references=None,
        calendar=None,
    )
