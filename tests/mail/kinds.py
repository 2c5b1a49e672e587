"""For each kind of notice, the shortest story that makes it due."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from tests.mail.spec import STARTS, Story
from zapis.core.model import NoticeKind, RegistrationId, SlotStatus

FAMILY = {"visitors": ("Анна Петрова", "Маша Петрова", "Пётр Петров"), "ages": (34, 8, 41)}
Told = tuple[Story, RegistrationId]


def confirmed(language: str = "ru") -> Told:
    story = Story()
    return story, story.register(**FAMILY, language=language)


def waiting(language: str = "ru") -> Told:
    story = Story(capacity=1)
    story.register("Борис", email="boris@example.ru")
    return story, story.register(language=language)


def promoted(language: str = "ru") -> Told:
    story = Story(capacity=1)
    boris = story.register("Борис", email="boris@example.ru")
    anna = story.register(language=language)
    story.cancel(boris)
    return story, anna


def cancelled(language: str = "ru") -> Told:
    story, anna = confirmed(language)
    story.cancel(anna)
    return story, anna


def reduced(language: str = "ru") -> Told:
    story, anna = confirmed(language)
    story.cancel(anna, 1)
    return story, anna


def enlarged(language: str = "ru") -> Told:
    story = Story(capacity=9)
    anna = story.register(**FAMILY, language=language)
    story.join(anna, "Вера Петрова", 12)
    return story, anna


def corrected(language: str = "ru") -> Told:
    story, anna = confirmed(language)
    story.correct(anna, phone="+79160000000")
    return story, anna


def moved(language: str = "ru") -> Told:
    story, anna = confirmed(language)
    story.move(anna)
    return story, anna


def slot_changed(language: str = "ru") -> Told:
    story, anna = confirmed(language)
    story.offer(starts=STARTS + timedelta(days=1, hours=3))
    return story, anna


def slot_cancelled(language: str = "ru") -> Told:
    story, anna = confirmed(language)
    story.offer(status=SlotStatus.CANCELLED)
    return story, anna


def link(language: str = "ru") -> Told:
    story, anna = confirmed(language)
    story.again(anna)
    return story, anna


def reminder(language: str = "ru") -> Told:
    story, anna = confirmed(language)
    story.clock.time = STARTS - timedelta(hours=23)
    return story, anna


def thanks(language: str = "ru") -> Told:
    story, anna = confirmed(language)
    story.clock.time = STARTS + timedelta(hours=2)
    story.attend(anna, 0, 1)
    story.clock.time = STARTS + timedelta(hours=25)
    return story, anna


def message(language: str = "ru") -> Told:
    story, anna = confirmed(language)
    story.write({"ru": "Наденьте бахилы, {имя}.", "en": "Bring shoe covers, {name}."}[language])
    return story, anna


def confirm_address(language: str = "ru") -> Told:
    story = Story()
    return story, story.propose(language=language)


STORIES: dict[NoticeKind, Callable[..., Told]] = {
    NoticeKind.CONFIRMED: confirmed,
    NoticeKind.WAITING: waiting,
    NoticeKind.PROMOTED: promoted,
    NoticeKind.CANCELLED: cancelled,
    NoticeKind.REDUCED: reduced,
    NoticeKind.ENLARGED: enlarged,
    NoticeKind.CORRECTED: corrected,
    NoticeKind.MOVED: moved,
    NoticeKind.SLOT_CHANGED: slot_changed,
    NoticeKind.SLOT_CANCELLED: slot_cancelled,
    NoticeKind.LINK: link,
    NoticeKind.REMINDER: reminder,
    NoticeKind.THANKS: thanks,
    NoticeKind.MESSAGE: message,
    NoticeKind.CONFIRM_ADDRESS: confirm_address,
}
ENDINGS = (NoticeKind.CANCELLED, NoticeKind.SLOT_CANCELLED, NoticeKind.THANKS, NoticeKind.CONFIRM_ADDRESS)
"""Kinds after which nobody comes, or does not come yet: they lead to no ticket."""
