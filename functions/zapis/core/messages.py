"""Messages: an organiser's words to everybody who has a seat in a slot, each told once.

A message is an entry that is named by its slot and its words, so ticking again, a run that died and runs that
overlap write nothing twice; other words are another message, for which the tick is set anew. Who had a seat at that
row is written to, and who has given it back meanwhile is not. Like all that touches people it first stands for a
while as it was typed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime, timedelta

from msgspec import Struct, field

from zapis.core import ids
from zapis.core.entries import Entry, Messaged
from zapis.core.fold import State
from zapis.core.model import Message, Notice, NoticeKind, RegistrationId, SlotId, Standing
from zapis.core.russian import clock, counted, day_in_figures
from zapis.core.texts import complaints

LONGEST = 4000
"""Signs; what is longer is no letter."""
LEFT_TICKED = "галочка осталась от прежнего письма: снимите её и через минуту поставьте снова"
"""Other words under a tick that sent some already may be half typed: they go to nobody."""
FRESH = timedelta(days=3)
"""After that a message is no news."""


class Wish(Struct, frozen=True):
    """What stands beside a slot: the words, and whether they are to be sent."""

    slot: SlotId
    text: str
    send: bool

    @property
    def digest(self) -> str:
        """Tells one text from another."""
        return ids.digest(self.slot, self.text)


class Note(Struct, frozen=True):
    """What is remembered of a wish: its digest, and when it was first seen; None once it was sent under this tick."""

    asked: str
    since: datetime | None


class Plan(Struct):
    """What one look at the wishes makes of them. `said`: beside slots, of what was not sent."""

    entries: list[Entry] = field(default_factory=list)
    notes: dict[SlotId, Note] = field(default_factory=dict)
    said: dict[SlotId, str] = field(default_factory=dict)


def plan(
    wishes: Iterable[Wish],
    notes: Mapping[SlotId, Note],
    state: State,
    *,
    now: datetime,
    settle: timedelta,
    writer: str,
) -> Plan:
    """What to append, remember and say of the wishes in the sheet."""
    made = Plan()
    for wish in wishes:
        if wish.send:
            _consider(made, wish, notes.get(wish.slot), state, now, settle, writer)
    return made


def _consider(
    made: Plan, wish: Wish, known: Note | None, state: State, now: datetime, settle: timedelta, writer: str
) -> None:
    entry_id = ids.entry_id("messaged", wish.slot, wish.digest)
    if entry_id in state.seen:
        made.notes[wish.slot] = Note(wish.digest, None)
        return
    why_not = LEFT_TICKED if known and known.since is None else _why_not(wish, state)
    if why_not:
        made.said[wish.slot] = why_not
        made.notes |= {wish.slot: known} if known and known.since is None else {}
        return
    since = known.since if known and known.since and known.asked == wish.digest else now
    if now - since < settle:
        made.notes[wish.slot] = Note(wish.digest, since)
        made.said[wish.slot] = _waits(wish, state, since + settle)
        return
    made.entries.append(Entry(now, entry_id, wish.slot, writer, Messaged(wish.text)))
    made.notes[wish.slot] = Note(wish.digest, None)


def notices(state: State, now: datetime) -> Iterator[Notice]:
    """The letters that messages owe, whoever had them already."""
    for slot, messages in state.messages.items():
        for message in messages:
            if now < message.at + FRESH:
                yield from (_notice(message, to) for to in message.to if has_a_seat(state, to, slot))


def told(state: State, slot: SlotId, done: Collection[str], failed: Collection[str]) -> str:
    """What became of the last message to a slot, in Russian; empty if there was none."""
    messages = state.messages.get(slot)
    if not messages:
        return ""
    last = messages[-1]
    letters = [_notice(last, to).id for to in last.to]
    when = f"{day_in_figures(last.at)} {clock(last.at)}"
    gone = sum(letter in done and letter not in failed for letter in letters)
    undelivered = sum(letter in failed for letter in letters)
    tail = f", не доставлено {undelivered}: см. «Письмо» в «Заявках»" if undelivered else ""
    return f"{when}: отправлено {gone} из {len(letters)}{tail}"


def _why_not(wish: Wish, state: State) -> str:
    if not wish.text:
        return "сначала напишите текст"
    if len(wish.text) > LONGEST:
        return f"текст длиннее {LONGEST} знаков: сократите"
    wrong = "; ".join(complaints(NoticeKind.MESSAGE, wish.text))
    if wrong:
        return wrong
    slot = state.slots.get(wish.slot)
    return "" if slot and (slot.confirmed or slot.over) else "никто не записан: писать некому"


def _waits(wish: Wish, state: State, at: datetime) -> str:
    slot = state.slots[wish.slot]
    letters = counted(len(slot.confirmed) + len(slot.over), "письмо уйдёт", "письма уйдут", "писем уйдут")
    return f"{letters} в {clock(at)}; передумали — снимите галочку"


def _notice(message: Message, to: RegistrationId) -> Notice:
    sequence = int(f"{message.at:%Y%m%d%H%M%S}")
    return Notice(NoticeKind.MESSAGE, to, message.slot, message.at, sequence, text=message.text)


def has_a_seat(state: State, registration: RegistrationId, slot: SlotId) -> bool:
    """Whether the party still comes to the slot."""
    held = state.registrations[registration]
    return held.slot == slot and held.standing is Standing.CONFIRMED and registration not in state.erased
