"""How a scenario is drawn from a seed: always the same one from the same seed."""

from __future__ import annotations

from dataclasses import replace
from random import Random

from tests.campaign.scenario import (
    CALL_FAULTS,
    CODE,
    DELIVERS,
    LASTS,
    MAIL_FAULTS,
    SITES,
    SYNCS,
    Ask,
    Cancel,
    Change,
    Decide,
    DeliverRun,
    Edit,
    Errand,
    HandEdit,
    Happening,
    Kill,
    Move,
    Scenario,
    SlotPlan,
    SyncRun,
    Tick,
    Weather,
)
from zapis.core.errands import Action


def draw(seed: int) -> Scenario:
    """The scenario of a seed: always the same one."""
    return _Drawing(seed).scenario()


class _Drawing:
    """A scenario being drawn."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._dice, self._patience = Random(f"scenario {seed}"), Random(f"letters of scenario {seed}")
        self._sites = SITES[: self._dice.choice((1, 2, 2, 3, 3, 4))]
        self._edited_by_hand = self._chance(0.2)
        self._visitors: list[Ask] = []
        self._slots: tuple[SlotPlan, ...] = ()

    def scenario(self) -> Scenario:
        self._slots = tuple(self._slot(n) for n in range(1, self._dice.choice((1, 1, 2, 3)) + 1))
        self._visitors = [self._ask(n) for n in range(self._dice.randint(4, 14))]
        happenings = [*self._visitors, *self._repeats(), *self._followers(), *self._organisers()]
        happenings += [*self._jobs(), *self._weather(), *self._deaths(), *self._operators()]
        return Scenario(
            seed=self._seed,
            sites=self._sites,
            skews=self._skews(),
            slots=self._slots,
            gone_addresses=frozenset(v.email for v in self._visitors if self._chance(0.06)),
            happenings=tuple(sorted(happenings, key=lambda happening: happening.at)),
        )

    def _chance(self, probability: float) -> bool:
        return self._dice.random() < probability

    def _skews(self) -> dict[str, float]:
        clocks = (*self._sites[1:], *SYNCS, *DELIVERS)
        skews = {name: self._dice.choice((0, 0, 0.7, -1.6, 9, -28, 29, 47, -300)) for name in clocks}
        # Somebody must be able to write, or nobody is ever answered.
        return skews | {self._sites[0]: self._dice.choice((0, 0, 1.2, -20)), SYNCS[0]: 0, DELIVERS[0]: 0}

    def _slot(self, number: int) -> SlotPlan:
        capacity, held = self._dice.choice((1, 1, 2, 2, 3, 4, 6)), self._chance(0.25)
        return SlotPlan(
            id=f"S{number}",
            capacity=capacity,
            usual=capacity + self._dice.choice((0, 1, 3)),
            starts=self._dice.choice((1442, 1443, 3000, 3000, 3000, 5000)),
            opens=self._dice.choice((None, None, None, 1)),
            waiting_list=self._chance(0.8),
            max_party=self._dice.choice((2, 3, 5)),
            children_per_adult=self._dice.choice((0, 0, 0, 1)),
            held=self._dice.choice((1, 2)) if held and capacity > 1 else 0,
            release=self._dice.choice((1, 2, 3, None)) if held else None,
        )

    def _ask(self, number: int) -> Ask:
        slot = self._dice.choice(self._slots)
        opening = (slot.opens or 0) * 60.0 + 5
        rush = self._chance(0.7)
        return Ask(
            at=opening + (self._dice.uniform(0, 1.5) if rush else self._dice.uniform(0, LASTS - opening)),
            who=f"v{number}",
            slot=slot.id,
            ages=tuple(self._dice.choice((7, 15, 30, 44, 68)) for _ in range(self._dice.choice((1, 1, 1, 2, 2, 3)))),
            waits=self._chance(0.75),
            email=f"v{number}@mail.example",
            key=f"key-{number}",
            doors=(self._door(),),
            patient=self._chance(0.9),
            poisoned=self._chance(0.04),
            code=CODE if slot.held and self._chance(0.3) else "",
            confirms_after=self._patience.choice((0.5, 8.0, 60.0)) if self._patience.random() < 0.1 else None,
        )

    def _door(self) -> str:
        return self._dice.choice(self._sites)

    def _repeats(self) -> list[Ask]:
        """Double clicks, one key at two instances, and persons who ask twice under different keys."""
        repeats = []
        for visitor in self._visitors:
            if self._chance(0.15):
                repeats.append(replace(visitor, at=visitor.at + self._dice.uniform(0, 0.6), doors=(self._door(),)))
            if self._chance(0.12):
                other = replace(visitor, who=f"{visitor.who}-again", key=f"{visitor.key}-again", poisoned=False)
                slot = self._dice.choice(self._slots).id if self._chance(0.4) else visitor.slot
                repeats.append(replace(other, at=self._later(visitor), slot=slot, doors=(self._door(),)))
        return repeats

    def _later(self, visitor: Ask) -> float:
        return visitor.at + self._dice.choice((self._dice.uniform(0, 2), self._dice.uniform(2, 90)))

    def _followers(self) -> list[Happening]:
        """What becomes of those who asked."""
        acts: list[Happening] = []
        for visitor in self._visitors:
            if self._chance(0.25):
                members = self._dice.choice(((), (), (0,), (1,)))
                acts += [Cancel(self._later(visitor), visitor.who, members)] * self._dice.choice((1, 1, 2))
            if self._chance(0.25):
                acts += [self._change(visitor)] * self._dice.choice((1, 1, 2))
            if self._chance(0.25):
                what = self._dice.choice(("seat over", "seat over", "attend", "came", "undone", "withdraw"))
                acts.append(Decide(self._later(visitor), what, visitor.who))
            if self._chance(0.25):
                acts += self._in_sheets(visitor)
        return acts

    def _change(self, visitor: Ask) -> Change:
        what = self._dice.choice(("move", "move", "move", "join", "join", "join", "correct", "mail again", "forget"))
        slot, ages = self._dice.choice(self._slots).id, (self._dice.choice((7, 15, 30)),)
        return Change(self._later(visitor), what, visitor.who, slot, ages if what == "join" else ())

    def _in_sheets(self, visitor: Ask) -> list[Happening]:
        """What organisers and enterprises do in their sheets about somebody, and take back again, perhaps."""
        at = self._dice.uniform(60, LASTS - 60)
        if self._chance(0.5):
            action = self._dice.choice((Action.CANCEL, Action.SEAT, Action.MAIL, Action.CAME, Action.FORGET))
            return [Errand(at, visitor.who, action), *([Errand(at + 40, visitor.who, "")] if self._chance(0.4) else [])]
        return [Tick(at, visitor.who, 0, True), *([Tick(at + 70, visitor.who, 0, False)] if self._chance(0.4) else [])]

    def _organisers(self) -> list[Edit]:
        edits = []
        for _ in range(self._dice.choice((0, 1, 1, 2, 3))):
            slot = self._dice.choice(self._slots)
            cells = self._dice.choice(
                (
                    (("capacity", str(slot.capacity + 1)),),
                    (("capacity", str(slot.capacity + 5)), ("confirm", True)),
                    (("capacity", str(max(slot.capacity - 1, 0))),),
                    (("capacity", str(slot.capacity)),),
                    (("capacity", "много"),),
                    (("status", "закрыта"),),
                    (("status", "открыта"),),
                    (("status", "отменена"), ("confirm", True)),
                    (("time", "14:30"), ("confirm", True)),
                    (("held", str(self._dice.choice((0, 1, 2)))),),
                    (("letter", "Проходная — с улицы."), ("send", True)),
                    (("letter", "Возьмите паспорт, {имя}."), ("send", True)),
                )
            )
            edits.append(Edit(self._dice.uniform(3, LASTS - 60), slot.id, cells))
        return edits

    def _jobs(self) -> list[Happening]:
        runs: list[Happening] = []
        for minute in range(int(LASTS // 60)):
            at = 60.0 * minute + self._dice.uniform(15, 40)
            dawdles, dies = self._dice.choice((0.0, 0.0, 10.0)), self._dice.choice((None, None, None, 1, 2))
            runs.append(DeliverRun(at, DELIVERS[0], dawdles, dies))
            runs.append(SyncRun(at - 5, SYNCS[0], self._dice.choice((0.0, 0.0, 0.0, 12.0))))
            if self._chance(0.5):
                runs.append(DeliverRun(at + self._dice.uniform(0, 2), DELIVERS[1]))
            if self._chance(0.5):
                dies = self._dice.choice((None, None, 1, 2, 3, 4, 5))
                runs.append(SyncRun(at + self._dice.uniform(-8, 2), SYNCS[1], self._dice.choice((0.0, 25.0)), dies))
        return runs

    def _weather(self) -> list[Weather]:
        return [self._spell() for _ in range(self._dice.choice((0, 1, 1, 2, 3)))]

    def _spell(self) -> Weather:
        whom = self._dice.choice(("site", "site", "jobs", "mail", "mail"))
        rate = self._dice.choice((0.3, 0.6, 1.0))
        if whom == "mail":
            return Weather(self._dice.choice((0.0, 60.0)), 90, whom, self._dice.choice(MAIL_FAULTS), rate)
        begins = self._dice.choice((0.0, 0.0, self._dice.uniform(0, LASTS - 60)))
        return Weather(begins, self._dice.choice((8, 20, 45)), whom, self._dice.choice(CALL_FAULTS), rate)

    def _deaths(self) -> list[Kill]:
        count = self._dice.choice((0, 0, 1, 1, 2))
        return [
            Kill(
                at=self._dice.choice((self._dice.uniform(4, 9), self._dice.uniform(4, LASTS - 30))),
                process=self._door(),
                point=self._dice.choice(("now", "sent", "applied", "applied")),
                gone=self._dice.choice((0.5, 3.0, 20.0)),
            )
            for _ in range(count)
        ]

    def _operators(self) -> list[Happening]:
        """Rarely: somebody edits the journal by hand, or the ledger is closed for a move and stays after all."""
        at = self._dice.uniform(60, LASTS - 20)
        if self._edited_by_hand:
            edit = HandEdit(at, self._dice.choice(("delete", "duplicate", "sort", "restore")))
            return [edit, Kill(at + self._dice.uniform(2, 15), self._door(), "now", 3.0)]
        if self._chance(0.12):
            return [Move(at, self._dice.choice((2.0, 40.0)))]
        return []
