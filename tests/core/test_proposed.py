"""A request whose address nobody has confirmed: it counts for nothing, and strangers' mailboxes are spared."""

from tests.spec import Season, minutes
from zapis.core.entries import Erased, Unreadable, from_row, to_row
from zapis.core.model import NoticeKind, Reason, RegistrationId, Standing

CONFIRMED, WAITING, REFUSED = Standing.CONFIRMED, Standing.WAITING, Standing.REFUSED
HOUR, DAY = 60, 24 * 60


def test_a_proposed_request_takes_no_seat_and_its_address_is_written_to():
    season = Season(capacity=1)

    proposed = season.propose("anna")

    assert (proposed.standing, proposed.reason) == (REFUSED, Reason.UNCONFIRMED)
    assert season.told("anna") is NoticeKind.CONFIRM_ADDRESS
    assert season.request("boris").standing is CONFIRMED


def test_it_is_judged_at_the_row_that_confirms_its_address():
    season = Season(capacity=1)
    season.propose("anna")
    season.propose("boris")

    season.confirm("boris", at=20)
    season.confirm("anna", at=21)

    assert (season.standing("boris"), season.standing("anna")) == (CONFIRMED, WAITING)
    assert (season.told("boris"), season.told("anna")) == (NoticeKind.CONFIRMED, NoticeKind.WAITING)


def test_its_letters_have_ids_of_their_own():
    season = Season()
    season.propose("anna")
    before = season.notice("anna")
    season.confirm("anna")

    assert before.sequence < season.notice("anna").sequence


def test_confirming_twice_is_confirming_once():
    season = Season(capacity=2)
    season.propose("anna", seats=2)
    season.confirm("anna")

    again = season.confirm("anna")

    assert season.state.rejected[again.id] is Reason.NOT_ACTIVE
    assert season.state.slots["S"].taken == 2


def test_a_seat_that_organisers_gave_meanwhile_stands_when_its_address_is_confirmed():
    season = Season(capacity=2)
    season.propose("anna")
    season.seat_over("anna", at=15)

    late = season.confirm("anna", at=20)

    assert season.state.rejected[late.id] is Reason.NOT_ACTIVE
    assert (season.standing("anna"), season.of("anna").over) == (CONFIRMED, True)


def test_what_is_certain_to_be_refused_is_refused_at_once_and_nobody_is_written_to():
    season = Season(capacity=1, waiting_list=False)
    season.request("boris")

    assert season.propose("anna").reason is Reason.FULL
    assert season.told("anna") is None


def test_a_proposal_from_an_address_that_has_a_seat_mails_its_link():
    season = Season()
    season.request("anna")

    assert season.propose("anna", id="again").reason is Reason.ALREADY
    assert season.told("anna") is NoticeKind.LINK


def test_an_address_can_be_confirmed_for_a_day():
    season = Season(starts=minutes(9000), closes=minutes(8000), freezes=minutes(8000))
    season.propose("anna", at=10)
    season.propose("boris", at=10)
    season.confirm("anna", at=10 + DAY - 1)

    late = season.confirm("boris", at=10 + DAY)

    assert season.standing("anna") is CONFIRMED
    assert season.state.rejected[late.id] is Reason.STALE
    assert season.reason("boris") is Reason.UNCONFIRMED


def test_an_address_is_written_to_as_often_within_an_hour_as_it_may_register_in_a_season():
    season = Season(season_limit=2)
    told = [season.propose("anna", at=10 + n, id=f"try{n}").reason for n in range(4)]

    assert told == [Reason.UNCONFIRMED, Reason.UNCONFIRMED, Reason.LIMIT, Reason.LIMIT]
    assert season.propose("boris", at=20).reason is Reason.UNCONFIRMED
    assert season.propose("anna", at=11 + HOUR, id="later").reason is Reason.UNCONFIRMED


def test_strangers_proposals_keep_nobody_from_registering():
    season = Season(season_limit=1)
    season.propose("anna", id="stranger")

    assert season.request("anna").standing is CONFIRMED


def test_who_was_erased_meanwhile_is_not_registered():
    season = Season()
    season.propose("anna")
    season.land(Erased(RegistrationId("anna@S")), at=15)

    late = season.confirm("anna")

    assert season.state.rejected[late.id] is Reason.NOT_ACTIVE


def test_confirming_what_nobody_proposed_changes_nothing():
    season = Season()

    assert season.state.rejected[season.confirm("nobody").id] is Reason.NOT_ACTIVE


def test_a_release_that_does_not_know_proposals_stops_at_them():
    season = Season()
    season.propose("anna")
    season.confirm("anna")
    rows = [to_row(entry) for entry in season.entries[-2:]]

    assert [row[1] for row in rows] == ["proposed", "address_confirmed"]
    assert all('"v":2' in row[-1] for row in rows)
    assert not any(isinstance(from_row(row), Unreadable) for row in rows)
