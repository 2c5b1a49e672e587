"""What the fold decides, told as short journals."""

from tests.spec import Season
from zapis.core.entries import Attended, Erased, SeatedOver
from zapis.core.model import NoticeKind, Reason, RegistrationId, SlotId, SlotStatus, Standing

CONFIRMED, WAITING, REFUSED, CANCELLED = (
    Standing.CONFIRMED,
    Standing.WAITING,
    Standing.REFUSED,
    Standing.CANCELLED,
)


def test_the_row_that_lands_first_takes_the_last_seat():
    season = Season(capacity=1)

    first, second = season.request("anna"), season.request("boris")

    assert (first.standing, second.standing) == (CONFIRMED, WAITING)


def test_an_earlier_clock_does_not_beat_an_earlier_row():
    season = Season(capacity=1)

    season.request("anna", at=12)
    season.request("boris", at=11)

    assert season.standing("anna") is CONFIRMED


def test_who_does_not_want_to_wait_is_refused_when_seats_run_out():
    season = Season(capacity=1)
    season.request("anna")

    boris = season.request("boris", waits=False)

    assert (boris.standing, boris.reason) == (REFUSED, Reason.FULL)


def test_nobody_waits_where_there_is_no_waiting_list():
    season = Season(capacity=1, waiting_list=False)
    season.request("anna")

    assert season.request("boris").reason is Reason.FULL


def test_a_party_is_one_unit():
    season = Season(capacity=3)
    season.request("anna", seats=2)

    assert season.request("boris", seats=2).standing is WAITING
    assert season.state.slots[SlotId("S")].taken == 2


def test_a_smaller_party_takes_the_seat_that_a_larger_one_could_not():
    season = Season(capacity=3)
    season.request("anna", seats=2)
    season.request("boris", seats=2)

    assert season.request("vera", seats=1).standing is CONFIRMED


def test_a_freed_seat_goes_to_the_first_in_line_whom_it_fits():
    season = Season(capacity=2)
    season.request("anna")
    season.request("boris")
    season.request("family", seats=2)
    season.request("vera")

    season.cancel("anna")

    assert season.standing("family") is WAITING
    assert season.standing("vera") is CONFIRMED
    assert season.told("vera") is NoticeKind.PROMOTED


def test_raised_capacity_promotes_in_order():
    season = Season(capacity=1)
    for who in ("anna", "boris", "vera", "gleb"):
        season.request(who)

    season.offer(capacity=3, at=30)

    assert [season.standing(who) for who in ("boris", "vera", "gleb")] == [CONFIRMED, CONFIRMED, WAITING]
    assert season.state.place(RegistrationId("gleb@S")) == 1


def test_lowered_capacity_takes_nobodys_seat():
    season = Season(capacity=2)
    season.request("anna")
    season.request("boris")

    season.offer(capacity=1, at=30)
    season.cancel("anna", at=40)
    season.request("vera", at=50)

    assert season.standing("boris") is CONFIRMED
    assert season.standing("vera") is WAITING


def test_a_stale_offer_does_nothing():
    season = Season(capacity=1)
    season.offer(capacity=5, at=10)

    late = season.offer(capacity=1, replaces=1, at=20)

    assert season.state.slots[SlotId("S")].terms.capacity == 5
    assert late.id in season.state.rejected


def test_a_repeated_row_changes_nothing():
    season = Season(capacity=2)
    entry = season.entries[-1]
    season.request("anna", id="same")

    season.request("anna", id="same")

    assert season.state.slots[SlotId("S")].taken == 1
    assert len(season.entries) == 3
    assert entry.id in season.state.seen


def test_the_same_person_holds_one_place_in_a_slot_and_gets_the_link_by_mail():
    season = Season(capacity=5)
    season.request("anna", id="one")

    again = season.request("anna", id="two")

    assert (again.standing, again.reason, again.same_as) == (REFUSED, Reason.ALREADY, "one")
    assert season.state.notices[RegistrationId("one")].kind is NoticeKind.LINK


def test_asking_again_and_again_mails_one_link_an_hour():
    season = Season(capacity=5)
    season.request("anna", id="one")

    season.request("anna", id="two", at=20)
    first = season.state.notices[RegistrationId("one")]
    season.request("anna", id="three", at=30)

    assert season.state.notices[RegistrationId("one")] == first


def test_who_cancelled_may_come_again():
    season = Season(capacity=1)
    season.request("anna", id="anna@S")
    season.cancel("anna")

    assert season.request("anna", id="again", at=30).standing is CONFIRMED


def test_the_waiting_count_towards_the_seasons_limit():
    season = Season(capacity=1, season_limit=1)
    season.offer("T", season_limit=1)
    season.request("boris")
    season.request("anna")

    assert season.request("anna", slot="T").reason is Reason.LIMIT


def test_ages_outside_the_limits_are_refused():
    season = Season(capacity=9, min_age=12, max_age=60)

    assert season.request("anna", ages=(30, 11)).reason is Reason.AGE
    assert season.request("boris", ages=(61,)).reason is Reason.AGE
    assert season.request("vera", ages=(12, 60)).standing is CONFIRMED


def test_a_party_larger_than_the_slot_allows_is_refused():
    assert Season(capacity=9, max_party=2).request("anna", seats=3).reason is Reason.PARTY_SIZE


def test_opening_and_closing_are_judged_by_the_entrys_own_moment():
    season = Season(capacity=9)

    assert season.request("early", at=-1).reason is Reason.NOT_OPEN_YET
    assert season.request("late", at=1000).reason is Reason.CLOSED
    assert season.request("anna", at=999).standing is CONFIRMED


def test_a_slot_that_nobody_offered_has_no_seats():
    assert Season(offered=False).request("anna").reason is Reason.UNKNOWN_SLOT


def test_a_seat_freed_after_the_freeze_stays_free():
    season = Season(capacity=1)
    season.request("anna", at=10)
    season.request("boris", at=11)

    season.cancel("anna", at=1500)

    assert season.standing("boris") is WAITING
    assert season.told("anna") is NoticeKind.CANCELLED


def test_no_newcomer_passes_the_line_after_the_freeze():
    season = Season(capacity=1)
    season.offer(freezes=season.state.slots[SlotId("S")].terms.closes.replace(day=1, hour=8), at=1)
    season.request("anna", at=10)
    season.request("boris", at=11)
    season.cancel("anna", at=100)

    assert season.request("vera", at=110).reason is Reason.FULL


def test_part_of_a_party_may_stay_at_home():
    season = Season(capacity=3)
    season.request("family", seats=3)
    season.request("anna")

    season.cancel("family", 1)

    assert season.of("family").members == (0, 2)
    assert season.standing("anna") is CONFIRMED
    assert season.told("family") is NoticeKind.REDUCED


def test_a_cancelled_slot_tells_everybody():
    season = Season(capacity=1)
    season.request("anna")
    season.request("boris")

    season.offer(status=SlotStatus.CANCELLED, at=30)

    assert {season.standing(who) for who in ("anna", "boris")} == {CANCELLED}
    assert {season.told(who) for who in ("anna", "boris")} == {NoticeKind.SLOT_CANCELLED}
    assert season.request("vera", at=40).reason is Reason.SLOT_CANCELLED


def test_a_slot_moved_in_time_tells_everybody_what_it_was():
    season = Season(capacity=1)
    season.request("anna")
    before = season.state.slots[SlotId("S")].terms

    season.offer(starts=before.starts.replace(hour=9), at=30)

    notice = season.state.notices[RegistrationId("anna@S")]
    assert (notice.kind, notice.before) == (NoticeKind.SLOT_CHANGED, before)


def test_a_move_takes_the_new_seat_and_frees_the_old_one():
    season = Season(capacity=1)
    season.offer("T", capacity=1)
    season.request("anna")
    season.request("boris")

    season.move("anna", to="T")

    assert (season.of("anna").slot, season.standing("anna")) == ("T", CONFIRMED)
    assert season.standing("boris") is CONFIRMED
    assert season.state.notices[RegistrationId("anna@S")].left == "S"


def test_a_move_to_a_full_slot_changes_nothing():
    season = Season(capacity=1)
    season.offer("T", capacity=1)
    season.request("anna")
    season.request("boris", slot="T")

    move = season.move("anna", to="T")

    assert (season.of("anna").slot, season.standing("anna")) == ("S", CONFIRMED)
    assert season.state.rejected[move.id] is Reason.FULL


def test_seats_given_by_an_organiser_are_counted_apart():
    season = Season(capacity=1)
    season.request("anna")
    season.request("boris")

    season.seat_over("boris")

    slot = season.state.slots[SlotId("S")]
    assert season.standing("boris") is CONFIRMED
    assert (slot.taken, slot.over) == (1, {"boris@S": 1})


def test_nobody_is_seated_over_who_has_a_place_in_the_slot_under_another_request():
    season = Season(capacity=1)
    season.request("anna")
    again = season.request("anna", id="again")

    entry = season.land(SeatedOver(again.id))

    assert season.state.rejected[entry.id] is Reason.ALREADY
    assert season.state.registrations[again.id].standing is REFUSED


def test_nobody_is_seated_over_who_was_forgotten():
    season = Season(capacity=1)
    anna = season.request("anna")
    season.land(Erased(anna.id))

    season.seat_over("anna")

    assert season.standing("anna") is CANCELLED


def test_held_seats_are_nobodys_until_released():
    season = Season(capacity=2, held=1)
    season.request("anna")
    season.request("boris")
    assert season.standing("boris") is WAITING

    season.release(1)

    assert season.standing("boris") is CONFIRMED


def test_notices_grow_a_sequence_for_the_calendar():
    season = Season(capacity=1)
    season.request("anna")
    first = season.state.notices[RegistrationId("anna@S")]

    season.cancel("anna")

    last = season.state.notices[RegistrationId("anna@S")]
    assert last.sequence > first.sequence
    assert last.id != first.id


def test_the_notice_of_an_ending_says_what_was_given_up():
    season = Season(capacity=1)
    season.request("anna")
    season.request("boris")
    season.cancel("boris")
    season.offer(status=SlotStatus.CANCELLED, at=30)

    notices = season.state.notices
    assert notices[RegistrationId("anna@S")].was is CONFIRMED
    assert notices[RegistrationId("boris@S")].was is WAITING


def test_marks_of_two_guards_add_up_in_any_order():
    season = Season(capacity=3)
    season.request("anna", seats=3)
    anna = RegistrationId("anna@S")

    season.land(Attended(anna, (0,), "came"))
    season.land(Attended(anna, (1, 2), "came"))
    season.land(Attended(anna, (2,), "undone"))

    assert season.of("anna").attended == (0, 1)


def test_who_came_as_a_whole_replaces_what_was_marked():
    season = Season(capacity=3)
    season.request("anna", seats=3)

    season.land(Attended(RegistrationId("anna@S"), (0, 1), "came"))
    season.land(Attended(RegistrationId("anna@S"), (2,)))

    assert season.of("anna").attended == (2,)
