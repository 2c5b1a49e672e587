"""What must hold after a scenario, whatever happened in it. Each check yields what it finds wrong, in a sentence."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from tests.campaign.actors import registration_of
from tests.campaign.judge import Judge, Party, Row, Verdict, Words
from tests.campaign.post import Mail
from tests.campaign.scenario import Ask
from tests.campaign.stage import BEGINS, ROSTERS
from tests.campaign.world import Answer, OutboxRow, World
from zapis.core import fold
from zapis.core.entries import Entry, from_row, terms_to_json
from zapis.core.fold import State
from zapis.core.model import NoticeKind, Registration, RegistrationId, SlotId, Standing
from zapis.core.notices import SYNC_LEASE
from zapis.schema import tab

VISITORS = tab("roster", "lines")
STANDING = [column.key for column in VISITORS.columns].index("standing")
COMES, CAME = "придёт", "пришёл"


class Readings:
    """A journal read twice, row by row: by the judge and by the fold."""

    def __init__(self, journal: Iterable[Row] = ()) -> None:
        self.judge = Judge()
        self.state = State()
        self.rows = 0
        self.oversold: list[str] = []
        self.disagreements: list[str] = []
        for row in journal:
            self.read(row)

    def read(self, row: Row) -> None:
        """Take one row in."""
        self.rows += 1
        before = _taken(self.state)
        self.judge.read(row)
        entry = from_row(row)
        assert isinstance(entry, Entry), row
        fold.evolve(self.state, entry)
        self.oversold += [f"row {self.rows}: {slot}: {taken} seats" for slot, taken in _beyond(self.state, before)]
        self.disagreements += [f"row {self.rows}: {what}" for what in _disagreements(self.judge, self.state)]


@dataclass(frozen=True, slots=True)
class Evidence:
    """A world after its scenario, and the two readings of its journal."""

    world: World
    readings: Readings

    @property
    def judge(self) -> Judge:
        return self.readings.judge

    @property
    def state(self) -> State:
        return self.readings.state


def gather(world: World) -> Evidence:
    """Read the journal of a world twice."""
    return Evidence(world, Readings(world.journal))


def verdict_of(registration: Registration) -> Verdict:
    """A registration in the judge's words."""
    reason = registration.reason.value if registration.reason else None
    return Verdict(registration.standing.value, reason, registration.slot, registration.members, registration.over)


def _record(registration: Registration) -> tuple[object, ...]:
    """What else the journal says of a party."""
    return registration.ages, registration.consents, registration.people, registration.attended


def _taken(state: State) -> Counter[str]:
    taken: Counter[str] = Counter()
    for registration in state.registrations.values():
        if registration.standing is Standing.CONFIRMED and not registration.over:
            taken[registration.slot] += registration.seats
    return taken


def _beyond(state: State, before: Counter[str]) -> Iterator[tuple[str, int]]:
    """Slots that this row filled beyond their capacity; a lowered capacity takes nobody's seat."""
    for slot, taken in _taken(state).items():
        terms = state.slots[SlotId(slot)].terms
        if taken > max(terms.capacity, before[slot]):
            yield slot, taken


def _disagreements(judge: Judge, state: State) -> Iterator[str]:
    for party in judge.changed():
        registration = state.registrations.get(RegistrationId(party.id))
        if registration is None or verdict_of(registration) != party.verdict():
            yield f"{party.id} is {party.verdict()} to the judge, to the fold {registration}"
        elif _record(registration) != (tuple(party.ages), party.consents, party.people, party.attended):
            yield f"of {party.id} the judge remembers {party}, the fold {registration}"
    for slot, terms in judge.terms.items():
        if terms != terms_to_json(state.slots[SlotId(slot)].terms):
            yield f"{slot} is offered on other terms to the fold than to the judge: {terms}"


def nobody_is_seated_beyond_the_capacity(evidence: Evidence) -> Iterator[str]:
    yield from evidence.readings.oversold
    yield from _more_were_promised_than_fit(evidence)


def _more_were_promised_than_fit(evidence: Evidence) -> Iterator[str]:
    """Who turns up at the gate: those whose last word from us is a seat, and whose seat never came to an end."""
    seated: Counter[str] = Counter()
    for party_id, answer in _last_answers(evidence.world.answers).items():
        party, told = evidence.judge.parties.get(party_id), verdict_of(answer.registration)
        left = party and any((v.standing, v.slot) == ("cancelled", told.slot) for _row, v in party.verdicts)
        moved = party and any(v.slot != told.slot or v.members != told.members for _row, v in party.verdicts)
        if told.standing == "confirmed" and not told.over and not left and not moved:
            seated[told.slot] += len(told.members)
    for slot, seats in seated.items():
        most = evidence.judge.most_seats.get(slot, 0)
        if seats > most:
            yield f"{slot}: {seats} people hold a promised seat, never more than {most} were offered"


def _last_answers(answers: Iterable[Answer]) -> dict[str, Answer]:
    last: dict[str, Answer] = {}
    for answer in sorted(answers, key=lambda answer: answer.journal):
        last[answer.registration.id] = answer
    return last


def the_judge_and_the_fold_agree(evidence: Evidence) -> Iterator[str]:
    yield from evidence.readings.disagreements


def every_answer_is_what_the_journal_implied(evidence: Evidence) -> Iterator[str]:
    for answer in evidence.world.answers:
        party = evidence.judge.parties.get(answer.registration.id)
        told = verdict_of(answer.registration)
        if party is None:
            yield f"{answer.who} was told {told}, and the journal has no such request"
        elif told not in party.verdicts_within(1, answer.journal):
            yield f"{answer.who} was told {told}, which the journal never said"


def every_accepted_request_has_one_verdict(evidence: Evidence) -> Iterator[str]:
    """A registration for each id that landed, people for each registration; nothing of what Google refused."""
    world, state = evidence.world, evidence.state
    landed = {row[2] for row in world.journal if row[1] in ("requested", "proposed")} - evidence.judge.void
    people = {row[0] for row in world.google.books["ledger"].texts("_people")}
    if landed != set(state.registrations):
        yield f"requests and registrations differ: {landed ^ set(state.registrations)}"
    if landed - people:
        yield f"nobody knows who these are: {landed - people}"
    if landed & world.refused_by_google:
        yield f"landed though answered as refused: {landed & world.refused_by_google}"
    poisoned = {registration_of(h) for h in world.scenario.happenings if isinstance(h, Ask) and h.poisoned}
    if world.refused_by_google - poisoned:
        yield f"refused though nothing was wrong with it: {world.refused_by_google - poisoned}"


def everybody_was_answered(evidence: Evidence) -> Iterator[str]:
    yield from (f"{who} still waits" for who in sorted(evidence.world.unanswered.values()))


def a_person_has_one_place_in_a_slot(evidence: Evidence) -> Iterator[str]:
    places = Counter(
        (person, party.slot) for party in evidence.judge.parties.values() if party.active for person in party.persons
    )
    yield from (f"{person} has {count} places in {slot}" for (person, slot), count in places.items() if count > 1)


def all_instances_have_the_same_state(evidence: Evidence) -> Iterator[str]:
    """Those that have read the whole journal."""
    world = evidence.world
    for site in world.sites():
        if site.outcome is not None:
            yield f"{site.name} does not read any more: {site.outcome}"
        elif site.committer.state != evidence.state:
            yield f"{site.name} has another state than the journal implies"


def nobody_decides_by_a_journal_that_was_edited(evidence: Evidence) -> Iterator[str]:
    yield from (f"{name} goes on although the journal was edited by hand" for name in evidence.world.went_on)


def nobody_was_mailed_a_wrong_state(evidence: Evidence) -> Iterator[str]:
    for mail in evidence.world.mails:
        notice, registration = mail.matter.notice, mail.matter.registration
        party = evidence.judge.parties[registration.id]
        first = _claimed_at(evidence.world, mail)
        due = {f"{party.id}.{told.sequence}.{told.kind}" for told in party.told_within(first, mail.journal)}
        due |= {reminder for reminder in [_reminder(evidence, party, mail.at)] if reminder}
        due |= {_letter(words, party) for words in evidence.judge.words if words.row <= mail.journal}
        if notice.id not in due:
            yield f"{notice.id} was mailed when {due} was due"
        if verdict_of(registration) not in party.verdicts_within(first, mail.journal):
            yield f"{notice.id} spoke of {verdict_of(registration)}, which did not hold"


def _claimed_at(world: World, mail: Mail) -> int:
    """How long the journal was at the run's last claim of the notice before this letter."""
    claims = [
        row.journal
        for row in world.outbox
        if row.row[1] == "claimed"
        and row.row[2] == mail.run
        and mail.matter.notice.id in row.row[3]
        and row.at <= mail.at
    ]
    return claims[-1] if claims else len(world.journal) + 1


def each_due_notice_was_sent(evidence: Evidence) -> Iterator[str]:
    world = evidence.world
    sent = {mail.matter.notice.id for mail in world.mails}
    for party in evidence.judge.parties.values():
        wanted = _due(party)
        if wanted and wanted not in sent and not _unreachable(world, party):
            yield f"{wanted} is due and was never sent"


def an_organisers_words_reached_everybody_who_comes(evidence: Evidence) -> Iterator[str]:
    world, parties = evidence.world, evidence.judge.parties
    sent = {mail.matter.notice.id for mail in world.mails if mail.matter.notice.kind is NoticeKind.MESSAGE}
    for words in evidence.judge.words:
        for party in map(parties.__getitem__, words.to):
            comes = (party.standing, party.slot) == ("confirmed", words.slot)
            if comes and _letter(words, party) not in sent and not _unreachable(world, party):
                yield f"{_letter(words, party)} is due and was never sent"
    meant = {_letter(words, parties[id_]) for words in evidence.judge.words for id_ in words.to}
    yield from (f"{letter} went to who had no seat when it was written" for letter in sent - meant)


def _letter(words: Words, party: Party) -> str:
    return f"{party.id}.{words.at:%Y%m%d%H%M%S}.message"


def _due(party: Party) -> str | None:
    last = party.told[-1] if party.told else None
    return f"{party.id}.{last.sequence}.{last.kind}" if last and last.kind and not party.erased else None


def who_comes_is_reminded_a_day_before(evidence: Evidence) -> Iterator[str]:
    world = evidence.world
    sent = {mail.matter.notice.id for mail in world.mails}
    for party in evidence.judge.parties.values():
        wanted = _reminder(evidence, party, world.seconds)
        if wanted and wanted not in sent and not _unreachable(world, party):
            yield f"{wanted} is due and was never sent"


def _reminder(evidence: Evidence, party: Party, at: float) -> str | None:
    """The reminder that a party is owed then, if nothing was told to it since three hours before it fell due."""
    if party.standing != "confirmed" or party.erased:
        return None
    starts = datetime.fromisoformat(evidence.judge.terms[party.slot]["starts"])
    eve, now = starts - timedelta(days=1), BEGINS + timedelta(seconds=at)
    told = datetime.fromisoformat(evidence.world.journal[party.told[-1].row - 1][0])
    owed = eve <= now < starts and told <= eve - timedelta(hours=3)
    return f"{party.id}.{eve:%Y%m%d%H%M}.reminder" if owed else None


def _unreachable(world: World, party: Party) -> bool:
    emails = {registration_of(h): h.email for h in world.scenario.happenings if isinstance(h, Ask)}
    return emails[RegistrationId(party.id)] in world.scenario.gone_addresses


def a_notice_is_sent_twice_only_after_a_death(evidence: Evidence) -> Iterator[str]:
    """Between the mail server's taking it and the record: of deliver, or of the mail server."""
    world = evidence.world
    records = {(row.row[2], notice) for row in world.outbox if row.row[1] == "sent" for notice in _items(row.row[3])}
    sound: Counter[str] = Counter()
    for mail in world.mails:
        recorded = (mail.run, mail.matter.notice.id) in records
        sound[mail.matter.notice.id] += mail.answered and (recorded or mail.run not in world.dead_runs)
    yield from (f"{notice} was sent {count} times" for notice, count in sound.items() if count > 1)


def _items(text: str) -> set[str]:
    return set(json.loads(text))


def rosters_say_who_comes(evidence: Evidence) -> Iterator[str]:
    for enterprise, roster in ROSTERS.items():
        rows = evidence.world.google.books[roster].texts(VISITORS.title)
        standings = [(row[0], row[STANDING]) for row in rows if len(row) > STANDING]
        said = {(line, word) for line, standing in standings for word in (COMES, CAME) if standing.startswith(word)}
        wanted = set(_lines(evidence, enterprise))
        if missing := wanted - said:
            yield f"the roster of {enterprise} does not say {sorted(missing)}"
        # Who was ticked as having come and gave the seat back afterwards was there all the same.
        if more := {(line, word) for line, word in said - wanted if word == COMES}:
            yield f"the roster of {enterprise} says {sorted(more)}"


def _lines(evidence: Evidence, enterprise: str) -> Iterator[tuple[str, str]]:
    """What is to stand beside those who have a seat."""
    slots = {slot.id for n, slot in enumerate(evidence.world.scenario.slots) if f"E{n % 2 + 1}" == enterprise}
    for party in evidence.judge.parties.values():
        for member in party.members if party.slot in slots and party.standing == "confirmed" else ():
            yield f"{party.id}.{member}", CAME if member in (party.attended or ()) else COMES


CHECKS = (
    nobody_is_seated_beyond_the_capacity,
    the_judge_and_the_fold_agree,
    every_answer_is_what_the_journal_implied,
    every_accepted_request_has_one_verdict,
    everybody_was_answered,
    a_person_has_one_place_in_a_slot,
    all_instances_have_the_same_state,
    nobody_decides_by_a_journal_that_was_edited,
    nobody_was_mailed_a_wrong_state,
    each_due_notice_was_sent,
    an_organisers_words_reached_everybody_who_comes,
    who_comes_is_reminded_a_day_before,
    a_notice_is_sent_twice_only_after_a_death,
    rosters_say_who_comes,
)


def failures(evidence: Evidence) -> list[str]:
    """What is wrong, by the name of the rule that is broken."""
    return [f"{check.__name__.replace('_', ' ')}: {what}" for check in CHECKS for what in check(evidence)]


def circumstances(evidence: Evidence) -> Counter[str]:
    """What came about without being anybody's plan."""
    world, journal = evidence.world, evidence.world.journal
    kinds = Counter(f"entry: {row[1]}" for row in journal)
    return kinds + Counter(
        {
            "a row landed twice": len(journal) - len({row[2] for row in journal}),
            "a late or stale offer": evidence.judge.stale_offers,
            "a person asked again under another key": sum(
                party.reason == "already_registered" for party in evidence.judge.parties.values()
            ),
            "two runs claimed one notice at once": _rival_claims(world.outbox),
        }
    )


def _rival_claims(outbox: Iterable[OutboxRow]) -> int:
    rivals, claims = 0, dict[str, tuple[str, float]]()
    for row in outbox:
        _at, kind, run, text = row.row
        for item in _items(text) - {SYNC_LEASE}:
            if kind == "claimed":
                holder, since = claims.setdefault(item, (run, row.at))
                rivals += holder != run and row.at - since < 60
            else:
                claims.pop(item, None)
    return rivals


def contested_last_seats(evidence: Evidence) -> int:
    """Last seats that somebody else asked for while their taker was asking, and did not get."""
    spans = _spans(evidence.world)
    return sum(
        any(_lost_to(evidence, winner, other, spans) for other in evidence.judge.parties.values())
        for winner in evidence.judge.last_seats
    )


def _lost_to(evidence: Evidence, winner: Party, other: Party, spans: dict[str, tuple[float, float]]) -> bool:
    if other is winner or winner.id not in spans or other.id not in spans:
        return False
    _row, first = other.verdicts[0]
    in_vain = first.slot == winner.verdicts[0][1].slot and (first.standing == "waiting" or first.reason == "full")
    (asked, answered), (began, ended) = spans[winner.id], spans[other.id]
    return in_vain and began <= answered and asked <= ended


def _spans(world: World) -> dict[str, tuple[float, float]]:
    """When each registration was asked for, and when that was answered first."""
    spans: dict[str, tuple[float, float]] = {}
    for answer in world.answers:
        spans.setdefault(answer.registration.id, (answer.asked_at, answer.at))
    return spans
