"""Which of an organiser's edits take effect, and when."""

from __future__ import annotations

import copy
from datetime import timedelta

import pytest
from msgspec.structs import replace

from tests.spec import T0, minutes
from tests.spec import Season as Journal
from zapis.core.catalogue import Catalogue, Enterprise, EnterpriseId, Season, Slot, Tour, TourId, terms_of
from zapis.core.entries import SlotOffered
from zapis.core.fold import evolve
from zapis.core.model import NoticeKind, SlotId, SlotStatus, Standing
from zapis.core.offers import Decision, decide

SEASON = Season("Программа", "", None, 24, 24, 3, 5, "", "", "")
ENTERPRISE = Enterprise(EnterpriseId("E"), "Завод", "", "Москва", "", "", "", "", "", "", "")
TOUR = Tour(TourId("T"), ENTERPRISE.id, "Экскурсия", "excursion", "", 60, 0, 130, 25, 5, True, "")
SLOT = Slot(SlotId("S"), TOUR.id, minutes(10_000), 20, SlotStatus.OPEN, None, None)
SETTLE = timedelta(minutes=2)


def catalogue(*slots: Slot, enterprise: Enterprise = ENTERPRISE) -> Catalogue:
    return Catalogue(SEASON, {enterprise.id: enterprise}, {TOUR.id: TOUR}, {slot.id: slot for slot in slots})


class Desk:
    """Looks at the catalogue again and again, as sync does."""

    def __init__(self) -> None:
        self.journal = Journal(offered=False)
        self.last = Catalogue()
        self.pending = {}

    def look(self, *slots: Slot, at: float = 0, enterprise: Enterprise = ENTERPRISE) -> Decision:
        decision = decide(
            catalogue(*slots, enterprise=enterprise),
            self.last,
            self.journal.state,
            self.pending,
            now=minutes(at),
            settle=SETTLE,
            writer="sync",
        )
        self.last, self.pending = decision.catalogue, decision.pending
        for offer in decision.offers:
            evolve(self.journal.state, offer)
        return decision

    def terms(self, slot: str = "S"):
        return self.journal.state.slots[SlotId(slot)].terms


@pytest.fixture
def desk():
    desk = Desk()
    desk.look(SLOT)
    return desk


def test_an_open_row_is_offered_at_once(desk):
    assert desk.terms() == terms_of(catalogue(SLOT), SLOT)


def test_a_second_look_offers_nothing(desk):
    assert desk.look(SLOT).offers == []


def test_a_draft_is_not_offered():
    desk = Desk()

    assert desk.look(replace(SLOT, status=None)).offers == []
    assert desk.journal.state.slots == {}


def test_more_seats_within_the_usual_take_effect_at_once(desk):
    (offer,) = desk.look(replace(SLOT, capacity=25), at=1).offers

    assert isinstance(offer.fact, SlotOffered)
    assert desk.terms().capacity == 25


def test_more_seats_than_usual_wait_for_a_tick_and_for_two_minutes(desk):
    more = replace(SLOT, capacity=40)

    unticked = desk.look(more, at=10)
    ticked = desk.look(replace(more, confirmed=True), at=11)
    later = desk.look(replace(more, confirmed=True), at=12.5)

    assert "мест больше обычного (40 вместо 25); поставьте галочку" in unticked.remarks["S"]
    assert ticked.offers == []
    assert "вступит в силу в 10:12" in ticked.remarks["S"]
    assert len(later.offers) == 1


def test_a_cancellation_says_whom_it_touches_and_waits(desk):
    desk.journal.request("anna", seats=2)
    desk.journal.request("boris")
    cancelled = replace(SLOT, status=SlotStatus.CANCELLED)

    decision = desk.look(cancelled, at=20)

    assert decision.offers == []
    assert "отмена затронет 3 человека: 2 заявки" in decision.remarks["S"]
    assert decision.catalogue.slots["S"] == SLOT


def test_a_confirmed_cancellation_that_stood_tells_everybody(desk):
    desk.journal.request("anna")
    cancelled = replace(SLOT, status=SlotStatus.CANCELLED, confirmed=True)

    desk.look(cancelled, at=20)
    desk.look(cancelled, at=22)

    assert desk.journal.standing("anna") is Standing.CANCELLED
    assert desk.journal.told("anna") is NoticeKind.SLOT_CANCELLED


def test_an_edit_changed_within_the_two_minutes_waits_anew(desk):
    desk.look(replace(SLOT, starts=minutes(11_000), confirmed=True), at=20)
    decision = desk.look(replace(SLOT, starts=minutes(12_000), confirmed=True), at=22)

    assert decision.offers == []
    assert decision.pending["S"].since == minutes(22)


def test_a_tick_left_from_an_earlier_edit_confirms_nothing(desk):
    desk.look(replace(SLOT, starts=minutes(11_000), confirmed=True), at=20)
    desk.look(moved := replace(SLOT, starts=minutes(11_000), confirmed=True), at=22)
    cancelled = replace(moved, status=SlotStatus.CANCELLED)

    left_over = [desk.look(cancelled, at=at) for at in (30, 33)]
    taken_back = desk.look(replace(cancelled, confirmed=False), at=34)
    ticked = desk.look(cancelled, at=35)

    assert [look.offers for look in (*left_over, taken_back)] == [[], [], []]
    assert "галочка «Подтверждаю» осталась от прежней правки" in left_over[1].remarks["S"]
    assert len(ticked.offers) == 1


def test_held_seats_that_are_left_are_released_once_their_time_has_come(desk):
    held = replace(SLOT, capacity=3, held=2, codes=("пресса",), release=minutes(100))
    desk.look(held, at=1)
    desk.journal.request("anna")
    desk.journal.request("boris")

    before, then, after = (desk.look(held, at=at) for at in (99, 100, 101))

    assert "придержано 2, по коду занято 0" in before.remarks["S"]
    assert [len(look.offers) for look in (before, then, after)] == [0, 1, 0]
    assert desk.journal.told("boris") is NoticeKind.PROMOTED


def test_two_instances_that_release_at_once_release_once(desk):
    held = replace(SLOT, held=2, release=minutes(100))
    desk.look(held, at=1)
    state = copy.deepcopy(desk.journal.state)

    first = desk.look(held, at=100)
    second = decide(catalogue(held), desk.last, state, {}, now=minutes(100), settle=SETTLE, writer="other")

    assert [entry.id for entry in first.offers] == [entry.id for entry in second.offers]


def test_a_group_too_small_is_told_from_the_freeze_until_the_visit():
    tour = replace(TOUR, min_group=8)
    wanted = replace(catalogue(SLOT), tours={tour.id: tour})
    desk = Desk()
    desk.look(SLOT)
    desk.journal.request("anna", seats=3)
    froze = 10_000 - 24 * 60

    looks = [
        decide(wanted, desk.last, desk.journal.state, {}, now=minutes(at), settle=SETTLE, writer="sync")
        for at in (froze - 1, froze, 10_000)
    ]

    said = "список передан, а записано 3\u00a0человека при наименьшей группе 8: решите, проводить ли визит"
    assert [look.small.get("S", "") for look in looks] == ["", said, ""]
    assert looks[1].remarks["S"] == said


def test_a_move_taken_back_leaves_no_trace(desk):
    desk.look(replace(SLOT, starts=minutes(11_000)), at=20)

    decision = desk.look(SLOT, at=21)

    assert (decision.offers, decision.pending, decision.remarks) == ([], {}, {})


def test_while_a_move_waits_the_site_shows_the_old_date(desk):
    decision = desk.look(replace(SLOT, starts=minutes(11_000)), at=20)

    assert decision.catalogue.slots["S"].starts == SLOT.starts


def test_a_cleared_status_closes_nothing(desk):
    decision = desk.look(replace(SLOT, status=None), at=20)

    assert decision.offers == []
    assert decision.catalogue.slots["S"] == SLOT
    assert "статус пуст" in decision.remarks["S"]


def test_fewer_seats_than_registered_is_said_beside_the_row(desk):
    desk.journal.request("anna", seats=3)

    looks = [desk.look(replace(SLOT, capacity=2), at=at) for at in (20, 21)]

    said = "3 уже записаны; места не отнимутся, новые записи закрыты"
    assert [look.remarks["S"] for look in looks] == [said, said]


def test_without_a_season_nothing_is_offered():
    desk = Desk()
    decision = decide(
        replace(catalogue(SLOT), season=None), Catalogue(), desk.journal.state, {}, now=T0, settle=SETTLE, writer="w"
    )

    assert decision.offers == []


def at_the(gate: str) -> Enterprise:
    return replace(ENTERPRISE, gate=gate)


def test_another_place_waits_two_minutes_without_a_tick_and_tells_everybody(desk):
    desk.journal.request("anna", seats=2)

    waiting = desk.look(SLOT, at=20, enterprise=at_the("Вторая проходная"))
    standing = desk.look(SLOT, at=22, enterprise=at_the("Вторая проходная"))

    assert waiting.offers == []
    assert "новое место встречи затронет 2 человека: 1 заявка" in waiting.remarks["S"]
    assert "вступит в силу в 10:22" in waiting.remarks["S"]
    assert len(standing.offers) == 1
    assert desk.journal.told("anna") is NoticeKind.SLOT_CHANGED
    assert desk.journal.notice("anna").before.place == "Москва"


def test_several_edits_of_the_place_within_two_minutes_tell_people_once(desk):
    desk.journal.request("anna")

    looks = [desk.look(SLOT, at=at, enterprise=at_the(f"Проходная {at}")) for at in (20, 21, 22, 23)]
    last = desk.look(SLOT, at=25, enterprise=at_the("Проходная 23"))

    assert [len(look.offers) for look in (*looks, last)] == [0, 0, 0, 0, 1]
    assert desk.journal.of("anna").revision == 1


def test_a_move_and_another_place_make_one_letter(desk):
    desk.journal.request("anna")
    moved = replace(SLOT, starts=minutes(11_000), confirmed=True)
    for at in (20, 22):
        desk.look(moved, at=at, enterprise=at_the("Вторая проходная"))

    notice = desk.journal.notice("anna")
    assert (notice.sequence, notice.before.starts, notice.before.place) == (1, SLOT.starts, "Москва")


def test_another_place_where_nobody_is_registered_takes_effect_at_once(desk):
    assert len(desk.look(SLOT, at=20, enterprise=at_the("Вторая проходная")).offers) == 1


def test_a_place_that_was_never_noted_is_noted_without_a_word(desk):
    desk.journal.request("anna")
    known = replace(desk.terms(), place="")
    desk.journal.state.slots[SlotId("S")].terms = known

    assert len(desk.look(SLOT, at=20).offers) == 1
    assert desk.journal.told("anna") is NoticeKind.CONFIRMED


def test_of_a_visit_that_has_begun_nobody_is_told_another_place(desk):
    desk.journal.request("anna")

    desk.look(SLOT, at=10_001, enterprise=at_the("Вторая проходная"))

    assert desk.journal.told("anna") is NoticeKind.CONFIRMED
