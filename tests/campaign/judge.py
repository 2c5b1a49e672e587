"""A second reading of the journal, naive and apart from the fold: it recounts everything at every row.

It works on raw rows and shares no code with `zapis.core`. Where the two disagree, one of them is wrong.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple

Row = Sequence[str]
SEATED, IN_LINE = "confirmed", "waiting"


class Verdict(NamedTuple):
    """Where a registration stands."""

    standing: str
    reason: str | None
    slot: str
    members: tuple[int, ...]
    over: bool


class Told(NamedTuple):
    """The mail that is due to a registration from a row on."""

    row: int
    kind: str
    sequence: int


class Words(NamedTuple):
    """An organiser's message, and to whom it went out from a row on."""

    row: int
    at: datetime
    slot: str
    to: tuple[str, ...]


@dataclass(slots=True)
class Party:
    """A registration as the judge keeps it."""

    id: str
    slot: str
    ages: list[int]
    persons: list[str]
    members: tuple[int, ...]
    standing: str = ""
    reason: str | None = None
    over: bool = False
    line: int = 0
    """When it joined the line, by row."""
    sequence: int = 0
    erased: bool = False
    consents: tuple[str, ...] = ()
    people: int = 0
    """The revision of names that the journal last spoke of."""
    invited: bool = False
    """Whether a code let it in to where it sits."""
    attended: tuple[int, ...] | None = None
    verdicts: list[tuple[int, Verdict]] = field(default_factory=list)
    """What holds from which row on (rows counted from 1)."""
    told: list[Told] = field(default_factory=list)

    @property
    def active(self) -> bool:
        return self.standing in (SEATED, IN_LINE)

    def verdict(self) -> Verdict:
        return Verdict(self.standing, self.reason, self.slot, self.members, self.over)

    def verdicts_within(self, first: int, last: int) -> Iterator[Verdict]:
        """What held after some row from `first` to `last`."""
        for number, (begins, verdict) in enumerate(self.verdicts):
            ends = self.verdicts[number + 1][0] if number + 1 < len(self.verdicts) else last + 1
            if begins <= last and ends > first:
                yield verdict

    def told_within(self, first: int, last: int) -> Iterator[Told]:
        """The mails that were due after some row from `first` to `last`."""
        for number, told in enumerate(self.told):
            ends = self.told[number + 1].row if number + 1 < len(self.told) else last + 1
            if told.row <= last and ends > first:
                yield told


class Judge:
    """Reads a journal row by row."""

    def __init__(self, rows: Sequence[Row] = ()) -> None:
        self.parties: dict[str, Party] = {}
        self.terms: dict[str, dict[str, Any]] = {}
        self.stale_offers = 0
        self.last_seats: list[Party] = []
        """Who took a slot's last seat, in order."""
        self.words: list[Words] = []
        self.void: set[str] = set()
        """Ids of rows that landed while the ledger was closed, and not again since."""
        self.most_seats: dict[str, int] = {}
        """The largest capacity that a slot ever had."""
        self._versions: dict[str, int] = {}
        self._released: dict[str, int] = {}
        self._seen: set[str] = set()
        self._linked_at: dict[str, datetime] = {}
        self._proposals: dict[str, tuple[datetime, dict[str, Any]]] = {}
        """Requests whose addresses nobody has confirmed, and since when."""
        self._asked_to_confirm: dict[str, list[datetime]] = {}
        """When somebody's address was written to for that."""
        self._number = 0
        self._touched: set[str] = set()
        self._closed_for_a_move = False
        for row in rows:
            self.read(row)

    def read(self, row: Row) -> None:
        """Take one row in."""
        self._number += 1
        self._touched = set()
        at, kind, id_, slot, _writer, payload = row
        if id_ in self._seen:
            return
        if self._closed_for_a_move and kind != "ledger_opened":
            self.void.add(id_)
            return
        self._seen.add(id_)
        self.void.discard(id_)
        getattr(self, f"_{kind}")(datetime.fromisoformat(at), id_, slot, json.loads(payload))
        for party in map(self.parties.__getitem__, self._touched):
            if not party.verdicts or party.verdicts[-1][1] != party.verdict():
                party.verdicts.append((self._number, party.verdict()))

    def changed(self) -> list[Party]:
        """Those that the last row touched."""
        return [self.parties[id_] for id_ in self._touched]

    def taken(self, slot: str) -> int:
        """Seats taken within the capacity, counted anew."""
        return sum(
            len(p.members) for p in self.parties.values() if p.slot == slot and p.standing == SEATED and not p.over
        )

    def free(self, slot: str) -> int:
        """Seats for everybody."""
        return self.terms[slot]["capacity"] - self.held_back(slot) - self.taken(slot)

    def held_back(self, slot: str) -> int:
        """Seats that wait for those who know a code."""
        guests = [p for p in self.parties.values() if p.slot == slot and p.standing == SEATED and p.invited]
        by_code = sum(len(p.members) for p in guests)
        return max(max(self.terms[slot]["held"] - self._released.get(slot, 0), 0) - by_code, 0)

    def line(self, slot: str) -> list[Party]:
        """Who waits, the first first."""
        return sorted(
            (p for p in self.parties.values() if p.slot == slot and p.standing == IN_LINE), key=lambda p: p.line
        )

    def _slot_offered(self, at: datetime, id_: str, slot: str, said: dict[str, Any]) -> None:
        if said["replaces"] != self._versions.get(slot, 0):
            self.stale_offers += 1
            return
        before = self.terms.get(slot)
        self.terms[slot], self._versions[slot] = said["terms"], said["replaces"] + 1
        self.most_seats[slot] = max(self.most_seats.get(slot, 0), said["terms"]["capacity"])
        if said["terms"]["status"] == "cancelled":
            for party in self._active_in(slot):
                self._end(party, "slot_cancelled", "slot_cancelled")
        elif before and self._is_another_visit(before, said["terms"], at):
            for party in self._active_in(slot):
                self._tell(party, "slot_changed")
        self._promote(slot, at)

    def _is_another_visit(self, before: dict[str, Any], now: dict[str, Any], at: datetime) -> bool:
        if before["starts"] != now["starts"]:
            return True
        known, told = before.get("place"), now.get("place")
        return bool(known) and known != told and at < datetime.fromisoformat(now["starts"])

    def _requested(self, at: datetime, id_: str, slot: str, said: dict[str, Any]) -> None:
        members = tuple(range(len(said["ages"])))
        party = Party(id_, slot, said["ages"], said["persons"], members, line=self._number)
        party.consents = tuple(said["consents"])
        same = next((p for p in self._active_in(slot) if set(p.persons) & set(party.persons)), None)
        party.standing, party.reason = "refused", self._refusal(at, party, same)
        if party.reason is None:
            knows = bool(said.get("code")) and said["code"] in self.terms[slot].get("codes", ())
            self._seat(at, party, waits=said["waits"], knows=knows)
        self.parties[id_] = party
        self._touched.add(id_)
        if party.active:
            party.told.append(Told(self._number, party.standing, 0))
        if same:
            self._remind(same, at)

    def _proposed(self, at: datetime, id_: str, slot: str, said: dict[str, Any]) -> None:
        """Nobody stands behind it yet: neither seat nor line, but a letter to who would have got either."""
        self._requested(at, id_, slot, said)
        party = self.parties[id_]
        if not party.active:
            return
        if self.last_seats and self.last_seats[-1] is party:
            self.last_seats.pop()
        party.standing, party.invited = "refused", False
        asked = self._asked_to_confirm.setdefault(party.persons[0], [])
        if sum(at - before < timedelta(hours=1) for before in asked) >= self.terms[slot]["season_limit"]:
            party.reason, party.told = "season_limit", []
            return
        asked.append(at)
        party.reason, party.told = "address_unconfirmed", [Told(self._number, "confirm_address", 0)]
        self._proposals[id_] = (at, said)

    def _address_confirmed(self, at: datetime, id_: str, slot: str, said: dict[str, Any]) -> None:
        """Now it is judged, as if it had been asked here."""
        asked, request = self._proposals.get(said["registration"], (at, None))
        if request is None or at - asked >= timedelta(days=1) or self.parties[said["registration"]].erased:
            return
        before = self.parties[said["registration"]]
        if before.reason != "address_unconfirmed":
            return
        del self._proposals[before.id]
        self._requested(at, before.id, before.slot, request)
        party = self.parties[before.id]
        party.sequence, party.verdicts = before.sequence + 1, before.verdicts
        party.told = before.told + [Told(told.row, told.kind, party.sequence) for told in party.told]

    def _refusal(self, at: datetime, party: Party, same: Party | None) -> str | None:
        terms = self.terms.get(party.slot)
        if terms is None:
            return "unknown_slot"
        if same:
            return "already_registered"
        ages = [party.ages[member] for member in party.members]
        return self._closed(at, terms) or self._unfit(ages, terms) or self._beyond_limit(party, terms)

    def _closed(self, at: datetime, terms: dict[str, Any]) -> str | None:
        if terms["status"] == "cancelled":
            return "slot_cancelled"
        closes, starts, opens = (datetime.fromisoformat(terms[key]) for key in ("closes", "starts", "opens"))
        if terms["status"] == "closed" or at >= min(closes, starts):
            return "closed"
        return "not_open_yet" if at < opens else None

    def _unfit(self, ages: Sequence[int], terms: dict[str, Any]) -> str | None:
        if len(ages) > terms["max_party"]:
            return "party_size"
        if not all(terms["min_age"] <= age <= terms["max_age"] for age in ages):
            return "age"
        children, led = sum(age < 18 for age in ages), terms.get("children_per_adult", 0)
        lost = led and terms["max_age"] >= 18 and children > led * (len(ages) - children)
        return "too_few_adults" if lost else None

    def _beyond_limit(self, party: Party, terms: dict[str, Any]) -> str | None:
        held = [sum(p.active and person in p.persons for p in self.parties.values()) for person in party.persons]
        return "season_limit" if max(held, default=0) >= terms["season_limit"] else None

    def _frozen(self, slot: str, at: datetime) -> bool:
        return at >= datetime.fromisoformat(self.terms[slot]["freezes"])

    def _room(self, slot: str, at: datetime, *, invited: bool) -> int:
        """Seats for a newcomer: those of everybody unless that would pass somebody in line, and the held ones."""
        passes_the_line = self._frozen(slot, at) and bool(self.line(slot))
        everybodys = 0 if passes_the_line else max(self.free(slot), 0)
        left = max(self.terms[slot]["capacity"] - self.taken(slot), 0)
        return everybodys + (min(self.held_back(slot), left) if invited else 0)

    def _seat(self, at: datetime, party: Party, *, waits: bool, knows: bool) -> None:
        if len(party.members) <= self._room(party.slot, at, invited=knows):
            party.standing, party.invited = SEATED, knows
            self._note_the_last_seat(party)
        elif waits and self.terms[party.slot]["waiting_list"] and not self._frozen(party.slot, at):
            party.standing = IN_LINE
        else:
            party.reason = "full"

    def _note_the_last_seat(self, party: Party) -> None:
        if self.free(party.slot) == len(party.members):
            self.last_seats.append(party)

    def _cancelled(self, at: datetime, id_: str, slot: str, said: dict[str, Any]) -> None:
        party = self.parties.get(said["registration"])
        if party is None or not party.active:
            return
        left = tuple(m for m in party.members if said["members"] and m not in said["members"])
        if left == party.members:
            return
        if left:
            party.members = left
            self._tell(party, "reduced")
        else:
            self._end(party, "by_citizen" if said["by"] == "citizen" else "by_organiser", "cancelled")
        self._promote(party.slot, at)

    def _moved(self, at: datetime, id_: str, slot: str, said: dict[str, Any]) -> None:
        party = self.parties.get(said["registration"])
        left = said["leaves"]
        if party is None or not party.active or party.slot != left or slot not in self.terms or slot == left:
            return
        taken = any(set(p.persons) & set(party.persons) for p in self._active_in(slot))
        terms = self.terms[slot]
        ages = [party.ages[member] for member in party.members]
        full = len(ages) > self._room(slot, at, invited=False)
        if taken or self._closed(at, terms) or self._unfit(ages, terms) or full:
            return
        party.standing, party.slot, party.reason, party.over, party.invited = SEATED, slot, None, False, False
        self._tell(party, "moved")
        self._promote(left, at)

    def _seated_over(self, at: datetime, id_: str, slot: str, said: dict[str, Any]) -> None:
        party = self.parties.get(said["registration"])
        terms = self.terms.get(party.slot) if party else None
        if party is None or terms is None or party.standing == SEATED or terms["status"] == "cancelled":
            return
        others = [p for p in self._active_in(party.slot) if p is not party and set(p.persons) & set(party.persons)]
        if others or party.erased:
            return
        party.standing, party.reason, party.over, party.invited = SEATED, None, True, False
        self._tell(party, "confirmed")

    def _held_released(self, at: datetime, id_: str, slot: str, said: dict[str, Any]) -> None:
        self._released[slot] = self._released.get(slot, 0) + said["seats"]
        self._promote(slot, at)

    def _joined(self, at: datetime, id_: str, slot: str, said: dict[str, Any]) -> None:
        party = self._renamed(said)
        if party is None:
            return
        slot, terms = party.slot, self.terms[party.slot]
        ages = [*(party.ages[member] for member in party.members), *said["ages"]]
        if self._closed(at, terms) or self._unfit(ages, terms):
            return
        if party.standing == IN_LINE:
            fits = not self._frozen(slot, at)
        else:
            fits = not party.over and len(said["ages"]) <= self._room(slot, at, invited=party.invited)
        if fits:
            newcomers = range(len(party.ages), len(party.ages) + len(said["ages"]))
            party.members, party.ages = (*party.members, *newcomers), [*party.ages, *said["ages"]]
            party.consents += tuple(consent for consent in said["consents"] if consent not in party.consents)
            self._tell(party, "enlarged")

    def _corrected(self, at: datetime, id_: str, slot: str, said: dict[str, Any]) -> None:
        party = self._renamed(said)
        if party and not self._frozen(party.slot, at):
            self._tell(party, "corrected")

    def _renamed(self, said: dict[str, Any]) -> Party | None:
        """Whose names are now those of this revision, unless they were of that one before."""
        party = self.parties.get(said["registration"])
        if party is None or not party.active or said["people"] <= party.people:
            return None
        party.people = said["people"]
        self._touched.add(party.id)
        return party

    def _mail_asked(self, at: datetime, id_: str, slot: str, said: dict[str, Any]) -> None:
        """The last mail is due again, under another number."""
        for party in (self.parties[id_] for id_ in set(said["registrations"]) if id_ in self.parties):
            if party.active and not party.erased:
                kind = party.told[-1].kind
                self._tell(party, kind)
                if kind == "link":
                    self._linked_at[party.id] = at

    def _messaged(self, at: datetime, id_: str, slot: str, said: dict[str, Any]) -> None:
        seated = tuple(p.id for p in self.parties.values() if p.slot == slot and p.standing == SEATED)
        self.words.append(Words(self._number, at, slot, seated))

    def _attended(self, at: datetime, id_: str, slot: str, said: dict[str, Any]) -> None:
        party = self.parties.get(said["registration"])
        if party is None or party.standing != SEATED:
            return
        before, named = set(party.attended or ()), set(said["members"])
        now = {"came": before | named, "undone": before - named}.get(said.get("change", ""), named)
        party.attended = tuple(member for member in party.members if member in now)
        self._touched.add(party.id)

    def _consent_withdrawn(self, at: datetime, id_: str, slot: str, said: dict[str, Any]) -> None:
        party = self.parties.get(said["registration"])
        if party:
            party.consents = tuple(c for c in party.consents if not c.startswith(f"{said['consent']}/"))
            self._touched.add(party.id)

    def _rules_raised(self, at: datetime, id_: str, slot: str, said: dict[str, Any]) -> None:
        """There is one version of the rules until now."""

    def _ledger_closed(self, at: datetime, id_: str, slot: str, said: dict[str, Any]) -> None:
        self._closed_for_a_move = True

    def _ledger_opened(self, at: datetime, id_: str, slot: str, said: dict[str, Any]) -> None:
        self._closed_for_a_move = False

    def _erased(self, at: datetime, id_: str, slot: str, said: dict[str, Any]) -> None:
        party = self.parties.get(said["registration"])
        if party is None:
            return
        was_active = party.active and at < datetime.fromisoformat(self.terms[party.slot]["starts"])
        if was_active:
            self._end(party, "erased", "")
        party.erased, party.persons = True, []
        party.told.append(Told(self._number, "", party.sequence))
        if was_active:
            self._promote(party.slot, at)

    def _active_in(self, slot: str) -> list[Party]:
        return [p for p in self.parties.values() if p.slot == slot and p.active]

    def _end(self, party: Party, reason: str, kind: str) -> None:
        party.standing, party.reason = "cancelled", reason
        self._tell(party, kind)

    def _tell(self, party: Party, kind: str) -> None:
        party.sequence += 1
        party.told.append(Told(self._number, kind, party.sequence))
        self._touched.add(party.id)

    def _remind(self, party: Party, at: datetime) -> None:
        last = party.told[-1] if party.told else None
        if last and last.kind == "link" and at - self._linked_at[party.id] < timedelta(hours=1):
            return
        self._linked_at[party.id] = at
        self._tell(party, "link")

    def _promote(self, slot: str, at: datetime) -> None:
        """Seat those in line one by one, as long as somebody fits."""
        if self.terms[slot]["status"] == "cancelled" or self._frozen(slot, at):
            return
        while fitting := [p for p in self.line(slot) if len(p.members) <= self.free(slot)]:
            fitting[0].standing = SEATED
            self._tell(fitting[0], "promoted")
