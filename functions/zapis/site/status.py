"""Is all well? A page for organisers, and one word for machines.

The page is opened by a signed link that stands in «Сезон» and names nobody. It answers while the ledger does not,
too, and says so. `readyz` is asked every few seconds by whoever sends visitors here, so it costs a read of the ledger
only where a page would have read it, too.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from enum import StrEnum

from msgspec import Struct
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from zapis.core.model import Standing
from zapis.core.vitals import QUIET, SLOW_MAIL, Vitals
from zapis.errors import CannotDecide, JournalDisturbed, LedgerMoves, ZapisError
from zapis.ledger.committer import Committer
from zapis.site.desk import Desk
from zapis.site.offers import Counter
from zapis.site.rendering import SECRET, Rendering
from zapis.voice import speech
from zapis.voice.speech import counted, typeset
from zapis.voice.tongue import _

LOOKS_EVERY = 10.0
"""Seconds for which an answer stands: nobody uses up the quota by asking often."""
PATIENCE = 5.0
SILENT = 60.0
"""After so many seconds without an answer from the ledger an instance is not ready."""
LATELY = timedelta(hours=1)


class Mood(StrEnum):
    """How good a line's news is."""

    GOOD = "good"
    WORTH = "worth"
    """Worth looking at; nobody has to hurry."""
    BAD = "bad"


class Line(Struct, frozen=True):
    """One thing that was looked at."""

    label: str
    mood: Mood
    text: str
    more: str = ""
    """What it means, and what is to be done."""


class Looked(Struct, frozen=True):
    """What one look at the ledger found."""

    at: datetime
    trouble: ZapisError | TimeoutError | None
    vitals: Vitals | None
    refused: datetime | None
    counter: Counter | None
    """None while this instance decides nothing."""

    def lines(self) -> list[Line]:
        """All of it, in words."""
        return list(_lines(self))


class Status:
    """The doors of who watches over the season."""

    def __init__(self, desk: Desk, rendering: Rendering, clock: Callable[[], datetime]) -> None:
        self._desk = desk
        self._rendering = rendering
        self._clock = clock
        self._looked: Looked | None = None

    async def show(self, request: Request) -> Response:
        """GET /status/<token>"""
        if not self._desk.tokens.opens_status(request.path_params["token"]):
            raise HTTPException(404)
        looked = await self._look()
        lines = looked.lines()
        mood = max((line.mood for line in lines), key=list(Mood).index)
        season = {"season": looked.counter.season} if looked.counter else {}
        return self._rendering.page("status.html", 200, SECRET, lines=lines, mood=mood, at=looked.at, **season)

    async def ready(self, request: Request) -> Response:
        """GET /readyz: 200 while this instance can take registrations, 503 with the reason while it cannot."""
        trouble = await _trouble(self._desk.committer)
        words = f"not ready: {type(trouble).__name__}" if trouble else "ready"
        return PlainTextResponse(words, 503 if trouble else 200, {"Cache-Control": "no-store"})

    async def _look(self) -> Looked:
        now = self._clock()
        if self._looked is None or (now - self._looked.at).total_seconds() > LOOKS_EVERY:
            committer = self._desk.committer
            trouble = await _trouble(committer)
            counter = None if trouble else Counter(committer.catalogue, committer.state, committer.now())
            self._looked = Looked(now, trouble, await _vitals(committer), committer.refused_at, counter)
        return self._looked


async def _trouble(committer: Committer) -> ZapisError | TimeoutError | None:
    """Why this instance decides nothing; None if it does."""
    try:
        await asyncio.wait_for(committer.refresh(LOOKS_EVERY), PATIENCE)
    except (ZapisError, TimeoutError) as trouble:
        return trouble
    return TimeoutError() if committer.silent_for > SILENT else None


async def _vitals(committer: Committer) -> Vitals | None:
    try:
        return await asyncio.wait_for(committer.vitals(), PATIENCE)
    except (ZapisError, TimeoutError):
        return None


def _lines(looked: Looked) -> Iterator[Line]:
    yield _registering(looked)
    if looked.vitals or not looked.trouble:
        yield _sheet(looked.vitals, looked.at)
    if looked.vitals:
        yield _problems(looked.vitals)
        yield _letters(looked.vitals, looked.at)
    yield _quota(looked)
    if looked.counter:
        yield _numbers(looked.counter)


def _registering(looked: Looked) -> Line:
    label, trouble, vitals = _("Запись на сайте"), looked.trouble, looked.vitals
    if isinstance(trouble, JournalDisturbed) or (vitals and vitals.alarm):
        kept = _("Чтобы никого не посадить на чужое место, Запись никого не записывает. Сообщите администратору.")
        return Line(label, Mood.BAD, _("Остановлена: журнал изменили руками."), _joined(vitals, kept))
    if isinstance(trouble, LedgerMoves):
        return Line(label, Mood.BAD, _("Приостановлена: журнал переезжает на другое место."))
    if isinstance(trouble, CannotDecide):
        newer = _("Остановлена: в журнале записи более нового выпуска.")
        return Line(label, Mood.BAD, newer, _("Сообщите администратору."))
    if trouble:
        meanwhile = _("Посетители видят «проверяем места» и получат ответ, когда журнал отзовётся. Ничего не потеряно.")
        return Line(label, Mood.BAD, _("Журнал не отвечает."), meanwhile)
    return Line(label, Mood.GOOD, _("Работает."))


def _joined(vitals: Vitals | None, kept: str) -> str:
    return f"{vitals.alarm} {kept}" if vitals and vitals.alarm else kept


def _sheet(vitals: Vitals | None, now: datetime) -> Line:
    label = _("Ваша таблица")
    if vitals is None:
        return Line(label, Mood.BAD, _("Ещё не сверялась."), _("Сообщите администратору."))
    if now - vitals.at > QUIET:
        stale = _("Не сверяется: последний раз %(when)s.") % {"when": _when(vitals.at, now)}
        return Line(label, Mood.BAD, stale, _("Ваши правки пока не действуют. Сообщите администратору."))
    return Line(label, Mood.GOOD, _("Сверена %(when)s.") % {"when": _when(vitals.at, now)})


def _problems(vitals: Vitals) -> Line:
    label = _("Замечания в таблице")
    if not vitals.problems:
        return Line(label, Mood.GOOD, _("Нет."))
    where = _("Что исправить, сказано в столбце «Проверка». Остальные строки действуют.")
    return Line(label, Mood.WORTH, counted("%d замечание.", "%d замечаний.", vitals.problems), where)


def _letters(vitals: Vitals, now: datetime) -> Line:
    label = _("Письма")
    if not vitals.owed:
        return Line(label, Mood.GOOD, _("Все отправлены."))
    waiting = counted("Ждёт отправки %d письмо", "Ждут отправки %d писем", vitals.owed)
    if not vitals.oldest:
        return Line(
            label, Mood.GOOD, f"{waiting}.", _("Почтовые ящики получателей пока не принимают; Запись пробует снова.")
        )
    said = _("%(waiting)s, самому раннему пора было уйти %(when)s.")
    said %= {"waiting": waiting, "when": _when(vitals.oldest, now)}
    if now - vitals.oldest <= SLOW_MAIL:
        return Line(label, Mood.GOOD, said)
    remedy = _("Они уйдут сами, как только их примет почтовый сервер. Сообщите администратору.")
    return Line(label, Mood.BAD, said, remedy)


def _quota(looked: Looked) -> Line:
    label = _("Вызовы Google")
    refusals = (looked.refused, looked.vitals.refused if looked.vitals else None)
    refused = max((moment for moment in refusals if moment), default=None)
    if refused is None or looked.at - refused > LATELY:
        return Line(label, Mood.GOOD, _("За последний час отказов не было."))
    said = _("Google просил подождать %(when)s.") % {"when": _when(refused, looked.at)}
    return Line(label, Mood.WORTH, said, _("Ответы идут медленнее, но не теряются."))


def _numbers(counter: Counter) -> Line:
    registrations = counter.state.registrations.values()
    seated = sum(one.seats for one in registrations if one.standing is Standing.CONFIRMED)
    waiting = sum(one.standing is Standing.WAITING for one in registrations)
    lately = sum(counter.now - one.asked_at < LATELY for one in registrations)
    said = _("Занято мест: %(seated)d. Заявок в листе ожидания: %(waiting)d. Новых заявок за час: %(lately)d.")
    numbers = {"seated": seated, "waiting": waiting, "lately": lately}
    return Line(_("Заявки"), Mood.GOOD, typeset(said % numbers))


def _when(moment: datetime, now: datetime) -> str:
    if speech.day_of(moment) == speech.day_of(now):
        return typeset(_("в %(time)s") % {"time": speech.time(moment)})
    return speech.deadline(moment)
