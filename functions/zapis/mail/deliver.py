"""One run of `deliver`: what is due, claimed, sent, recorded.

A letter goes out only under a claim whose row was read back from the outbox as the one that holds, so two runs
that overlap send once. What a run did is recorded every so often; a run that is cut off loses little, and what
it lost goes again when its claim has lapsed. Rather twice than never, and twice with one Message-ID.

Logs name notices, and of an address its domain at most.
"""

from __future__ import annotations

import logging
import threading
import time
import traceback
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from datetime import datetime
from email.headerregistry import Address
from typing import Protocol
from urllib.parse import urlsplit

from msgspec import Struct, field

from zapis.core.alternatives import Alternative, alternatives
from zapis.core.audit import Witness
from zapis.core.catalogue import HERE, Catalogue, EnterpriseId, from_rows
from zapis.core.entries import Entry, Erased, Row, Unreadable
from zapis.core.fold import State, evolve
from zapis.core.handovers import Handover, is_handover
from zapis.core.marks import Found, found
from zapis.core.model import Notice, NoticeId, NoticeKind, Registration, RegistrationId
from zapis.core.notices import CLAIM_LASTS, CLAIMED, DEFERRED, FAILED, HELD, SENT, Outbox, due, outbox_row, stands
from zapis.core.people import Person, add_rows
from zapis.errors import AnswerLost, CannotDecide, JournalDisturbed, LedgerMoves, SettingsError, SheetsUnavailable
from zapis.ledger.beginning import begin
from zapis.ledger.port import Append, Fresh, Ledger, Part
from zapis.mail import concerns, handovers
from zapis.mail.letters import RUSSIAN, Letter, Links, Matter, Sender, compose, language_of
from zapis.mail.mime import UnusableAddress, to_message
from zapis.mail.samples import letter as sample_letter
from zapis.mail.samples import samples
from zapis.mail.smtp import Connection, Deferred, Failed, Outcome, Sent
from zapis.mail.tempo import Tempo
from zapis.tokens import Tokens

LARGEST_CLAIM = 400
RECORD_EVERY = 100
BUDGET_SECONDS = 240.0
LONGEST_BUDGET = CLAIM_LASTS.total_seconds() * 2 / 3
"""A run must be over well before its claims lapse and another one takes its letters."""
LOOK_AGAIN_AFTER = 4.0
"""Seconds after which a run that has sent something looks whether more is due: where one comes, others come."""
RECORD_PAUSE, LONGEST_RECORD_PAUSE = 1.0, 30.0
"""Seconds before the second attempt to record; each later one waits twice as long. What is not recorded goes again."""
LAST_WORDS = 20.0
"""For so many seconds past its budget a run still tries to record; the platform ends it a minute past it."""
SERVER = "the mail server"
NOBODY = "nobody to write to: the person was erased"
PARTS = (Part.JOURNAL, Part.PEOPLE, Part.OUTBOX)

log = logging.getLogger("zapis.mail")


class Transport(Protocol):
    """Where letters are handed in, such as `smtp.SmtpTransport`."""

    def connection(self) -> AbstractContextManager[Connection]:
        """One connection for a run's letters."""


class Report(Struct, frozen=True):
    """What a run did, in letters; `due_left` could be sent and were not."""

    sent: int
    failed: int
    deferred: int
    due_left: int


class _Outcomes(Struct):
    """What became of letters, until it is recorded."""

    sent: set[str] = field(default_factory=set)
    failed: dict[str, str] = field(default_factory=dict)
    deferred: dict[str, str] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.sent) + len(self.failed) + len(self.deferred)

    def add(self, notice: Notice, outcome: Outcome) -> None:
        match outcome:
            case Sent():
                self.sent.add(notice.id)
            case Failed(reason):
                self.failed[notice.id] = reason
            case Deferred(reason):
                self.deferred[notice.id] = reason

    def rows(self, at: datetime, run: str) -> list[Row]:
        kinds = ((SENT, dict.fromkeys(sorted(self.sent), "")), (FAILED, self.failed), (DEFERRED, self.deferred))
        return [outbox_row(at, kind, run, items) for kind, items in kinds if items]


class _Run(Struct):
    """One run as it goes. `ends` is by the monotonic clock."""

    id: str
    began: float
    ends: float
    sent: int = 0
    failed: int = 0
    deferred: int = 0
    stopped: bool = False
    outcomes: _Outcomes = field(default_factory=_Outcomes)

    @property
    def over(self) -> bool:
        return self.stopped or time.monotonic() >= self.ends

    def turns(self) -> int:
        """How many more letters this run will see to, by how it went until now; at least one."""
        now, seen = time.monotonic(), self.sent + self.failed + self.deferred
        left = seen * (self.ends - now) / max(now - self.began, 0.001) if seen else LARGEST_CLAIM
        return max(1, min(LARGEST_CLAIM, int(left)))

    def note(self, notice: Notice, outcome: Outcome) -> None:
        self.outcomes.add(notice, outcome)
        self.sent += isinstance(outcome, Sent)
        self.failed += isinstance(outcome, Failed)
        self.deferred += isinstance(outcome, Deferred)


class Deliverer:
    """Sends what is due, run after run; between runs it remembers what it has read.

    `open_ledger` is called at the first run. Links in letters begin with `site_url`; `mail_from` is an address,
    with a name before it if it should not be the season's title. At most `per_minute` letters go in a minute (0: as
    many as the server takes). A run that sent something looks again `look_again_after` seconds later (None: it
    ends). Enterprises are led to their spreadsheets by `roster_link` and told `names` only where sheets may show them.
    Raises SettingsError for any other `mail_from`.
    """

    def __init__(
        self,
        open_ledger: Callable[[], Ledger],
        transport: Transport,
        tokens: Tokens,
        site_url: str,
        mail_from: str,
        *,
        budget_seconds: float = BUDGET_SECONDS,
        per_minute: float = 0.0,
        look_again_after: float | None = None,
        roster_link: Callable[[str], str] = lambda roster: "",
        names: bool = True,
    ) -> None:
        self._open_ledger = open_ledger
        self._transport = transport
        self._tokens = tokens
        self._site_url = site_url.rstrip("/")
        self._sender = sender(mail_from, site_url)
        self._budget = min(budget_seconds, LONGEST_BUDGET)
        self._tempo = Tempo(per_minute)
        self._look_again_after = look_again_after
        self._ways = handovers.Ways(self._gate_link, roster_link, names)
        self._witness = Witness()
        self._forget()
        self._catalogue = Catalogue()
        self._revision = self._loaded = ""
        self._samples: dict[NoticeId, Matter] = {}
        self._unrecorded: list[Row] = []
        self._newer: str | None = None
        self._alone = threading.Lock()

    def _forget(self) -> None:
        self._ledger: Ledger | None = None
        self._looked = False
        self._state = State()
        self._outbox = Outbox()
        self._people: dict[RegistrationId, Person] = {}

    def run(self, run: str) -> Report:
        """Send what is due; `run` names this run in the outbox and is like no other that may overlap.

        Raises SheetsUnavailable if the ledger does not answer (nothing is lost), CannotDecide if the journal
        is a newer release's, JournalDisturbed if it is not what it was: nobody is mailed by such a journal, and
        the next run begins anew.
        """
        with self._alone:
            try:
                began = time.monotonic()
                return self._run(_Run(run, began, began + self._budget))
            except JournalDisturbed:
                self._forget()
                raise

    def _run(self, run: _Run) -> Report:
        self._hear()
        self._record(run)
        if self._outbox.rests(self._opened().now()):
            log.info("the mail server refused us a while ago and is left alone")
            return Report(0, 0, 0, due_left=len(self._due()))
        with self._transport.connection() as connection:
            while self._send_all(run, connection) and self._look_again_after is not None and not run.over:
                time.sleep(self._look_again_after)
                self._hear()
        return Report(run.sent, run.failed, run.deferred, due_left=len(self._due()))

    def _send_all(self, run: _Run, connection: Connection) -> bool:
        """Send what is due by what was heard; whether anything went."""
        before = run.sent
        while not run.over and (notices := self._due()):
            self._send(run, self._claim(run, notices[: self._turns(run)]), connection)
        return run.sent > before

    def _turns(self, run: _Run) -> int:
        return max(1, int(min(run.turns(), self._tempo.within(run.ends - time.monotonic()))))

    def _hear(self) -> None:
        if self._looked:
            self._absorb(self._opened().read(*PARTS))
        else:
            self._begin()
        if self._state.closed:
            raise LedgerMoves
        self._load_catalogue()

    def _begin(self) -> None:
        """Take in the whole ledger, if the journal holds the rows that landed, as far as they were seen or recorded."""
        beginning = begin(self._opened(), self._witness, *PARTS)
        self._ledger, self._looked = beginning.ledger, True
        self._state, self._outbox = beginning.state, beginning.outbox
        self._take_in(beginning.journal, beginning.fresh)

    def _due(self) -> list[Notice]:
        now = self._opened().now()
        self._samples = samples(self._state, self._catalogue, self._outbox, now)
        to_organisers = concerns.due(self._catalogue, self._outbox, now)
        own = [*(matter.notice for matter in self._samples.values()), *([to_organisers] if to_organisers else [])]
        to_enterprises = handovers.due(self._state, self._catalogue, self._outbox, now)
        return [*due(self._state, self._outbox, now), *to_enterprises, *own]

    def _claim(self, run: _Run, notices: list[Notice]) -> list[Notice]:
        """Those of `notices` that are this run's to send."""
        self._load_catalogue()
        claim = outbox_row(self._opened().now(), CLAIMED, run.id, [notice.id for notice in notices])
        try:
            self._absorb(self._opened().append(Append(outbox=[claim]), *PARTS))
        except AnswerLost:
            # If the claim did land, letting it lie would hold its letters up until it lapses.
            self._absorb(self._opened().read(*PARTS))
            if not any(self._outbox.holds(run.id, notice.id) for notice in notices):
                raise
        if self._state.closed:
            raise LedgerMoves
        return [notice for notice in notices if self._outbox.holds(run.id, notice.id)]

    def _send(self, run: _Run, notices: list[Notice], connection: Connection) -> None:
        try:
            for notice in notices:
                if run.over:
                    run.note(notice, Deferred("the run ended before its turn"))
                elif self._stands(notice):
                    self._send_one(run, notice, connection)
                if len(run.outcomes) >= RECORD_EVERY:
                    self._record(run)
                    run.stopped |= self._state.closed
        finally:
            self._record_surely(run)

    def _send_one(self, run: _Run, notice: Notice, connection: Connection) -> None:
        outcome = self._outcome(notice, connection)
        _tell(notice, outcome, self._people.get(notice.registration))
        run.note(notice, outcome)
        if isinstance(outcome, Deferred):
            run.stopped = outcome.stop
            if outcome.rest:
                self._unrecorded.append(outbox_row(self._opened().now(), HELD, run.id, [SERVER]))

    def _outcome(self, notice: Notice, connection: Connection) -> Outcome:
        person = self._people.get(notice.registration)
        if person is None and not self._is_to_colleagues(notice):
            return Failed(NOBODY)
        try:
            message = to_message(self._letter(notice, person) if person else self._to_colleagues(notice))
        except UnusableAddress as error:
            return Failed(str(error))
        except Exception as error:  # one letter that cannot be written must not hold up the others
            return Deferred(_where(error), ours=True)
        self._tempo.wait()
        return connection.send(message)

    def _letter(self, notice: Notice, person: Person) -> Letter:
        state, registration = self._state, self._state.registrations[notice.registration]
        matter = Matter(
            notice=notice,
            registration=registration,
            person=person,
            terms=state.slots[notice.slot].terms,
            left=state.slots[notice.left].terms if notice.left else None,
            place=state.place(registration.id),
            instead=self._instead(notice, registration),
        )
        return compose(matter, self._catalogue, self._sender, self._links(registration.id, language_of(person)))

    def _instead(self, notice: Notice, registration: Registration) -> tuple[Alternative, ...]:
        if notice.kind is not NoticeKind.SLOT_CANCELLED:
            return ()
        return alternatives(self._state, self._catalogue, registration, self._opened().now())

    def _is_to_colleagues(self, notice: Notice) -> bool:
        """Whether it is for those who run the visits: organisers or an enterprise."""
        return notice.registration == concerns.ABOUT or notice.id in self._samples or is_handover(notice)

    def _to_colleagues(self, notice: Notice) -> Letter:
        if notice.registration == concerns.ABOUT:
            return concerns.letter(notice, self._catalogue, self._sender, self._ways.roster(HERE))
        if is_handover(notice):
            return self._handover(notice)
        site = f"{self._site_url}/"
        return sample_letter(self._samples[notice.id], self._catalogue, self._sender, Links(*(site,) * 5))

    def _handover(self, notice: Notice) -> Letter:
        handover = self._standing(notice)
        assert handover is not None, "it stood just now, and nothing was read since"
        return handovers.letter(handover, self._state, self._catalogue, self._people, self._sender, self._ways)

    def _standing(self, notice: Notice) -> Handover | None:
        return handovers.standing(notice, self._state, self._catalogue, self._outbox, self._opened().now())

    def _gate_link(self, enterprise: EnterpriseId) -> str:
        return f"{self._site_url}/gate/{self._tokens.gate(enterprise)}"

    def _links(self, registration: RegistrationId, language: str) -> Links:
        """They lead on in the letter's language; the site's own needs no word in its addresses."""
        site = self._site_url if language == RUSSIAN else f"{self._site_url}/{language}"
        ticket = f"{site}/ticket/{self._tokens.ticket(registration)}"
        shown = f"{self._site_url}/show/{self._tokens.shown(registration)}"
        confirm = f"{site}/confirm/{self._tokens.address(registration)}"
        return Links(ticket, f"{ticket}/cancel", f"{site}/", shown, confirm)

    def _stands(self, notice: Notice) -> bool:
        """Whether no later entry has overtaken it."""
        if is_handover(notice):
            return self._standing(notice) is not None
        return self._is_to_colleagues(notice) or stands(self._state, notice, self._opened().now())

    def _record_surely(self, run: _Run) -> None:
        """Write down what became of letters before any other is seen to, as long as this run may last.

        This instance may never be called again, and then nobody else knows that they went.
        """
        self._record(run)
        pause = RECORD_PAUSE
        while self._unrecorded and time.monotonic() + pause < run.ends + LAST_WORDS:
            time.sleep(pause)
            self._try_to_record()
            pause = min(2 * pause, LONGEST_RECORD_PAUSE)
        run.stopped |= bool(self._unrecorded)

    def _record(self, run: _Run) -> None:
        """Write down what became of letters; what cannot be written now is kept for the next time."""
        rows = run.outcomes.rows(self._opened().now(), run.id)
        run.outcomes = _Outcomes()
        self._unrecorded += rows
        for row in rows:
            if row[1] != DEFERRED:
                self._outbox.apply(row)
        if self._unrecorded:
            self._try_to_record()

    def _try_to_record(self) -> None:
        try:
            fresh = self._opened().append(Append(outbox=self._unrecorded), *PARTS)
        except SheetsUnavailable as error:
            log.warning("outcomes are not recorded yet: %s", error)
            return
        self._unrecorded = []
        self._absorb(fresh)

    def _absorb(self, fresh: Fresh) -> None:
        journal = found(fresh.journal)
        self._witness.hear(journal, fresh.outbox)
        self._take_in(journal, fresh)

    def _take_in(self, journal: Iterable[Found], fresh: Fresh) -> None:
        for landed in journal:
            self._evolve(landed.entry)
        add_rows(self._people, (row for row in fresh.people if row[0] not in self._state.erased))
        for row in fresh.outbox:
            self._outbox.apply(row)
        self._revision = fresh.catalogue_revision
        if self._newer or not self._state.decidable:
            raise CannotDecide(f"The journal is of a newer release ({self._newer or f'rules {self._state.rules}'}).")

    def _evolve(self, entry: Entry | Unreadable) -> None:
        if isinstance(entry, Unreadable):
            log.error("a row of the journal cannot be read: %s", entry.why)
            self._newer = entry.why if entry.newer else self._newer
            return
        evolve(self._state, entry)
        if isinstance(entry.fact, Erased):
            self._people.pop(entry.fact.registration, None)

    def _load_catalogue(self) -> None:
        """The catalogue in force; the last good one where it cannot be read."""
        if self._loaded == self._revision:
            return
        try:
            self._catalogue, self._loaded = from_rows(self._opened().catalogue()), self._revision
        except (SheetsUnavailable, ValueError, KeyError, TypeError) as error:
            log.error("the catalogue cannot be read (%s); letters go by the last one", type(error).__name__)

    def _opened(self) -> Ledger:
        if self._ledger is None:
            self._ledger = self._open_ledger()
        return self._ledger


def deliver(
    ledger: Ledger,
    transport: Transport,
    tokens: Tokens,
    site_url: str,
    mail_from: str,
    run: str,
    *,
    budget_seconds: float = BUDGET_SECONDS,
) -> Report:
    """One run by itself: see `Deliverer`."""
    return Deliverer(lambda: ledger, transport, tokens, site_url, mail_from, budget_seconds=budget_seconds).run(run)


def sender(mail_from: str, site_url: str) -> Sender:
    """Whose letters these are, from «Name <address>» or an address. Raises SettingsError."""
    name, _, rest = mail_from.rpartition("<")
    try:
        address = Address(addr_spec=rest.strip().removesuffix(">").strip())
    except Exception:  # the standard parser raises whatever it trips over
        address = Address()
    if not (address.username and address.domain and mail_from.isprintable()):
        raise SettingsError(f"ZAPIS_MAIL_FROM: expected an address or «Name <address>», found {mail_from!r}.")
    return Sender(name.strip().strip('"'), address.addr_spec, urlsplit(site_url).hostname or "localhost")


def _tell(notice: Notice, outcome: Outcome, person: Person | None) -> None:
    domain = person.email.rpartition("@")[2] if person else "nobody"
    match outcome:
        case Sent():
            log.info("sent %s to %s", notice.id, domain)
        case Failed(reason):
            log.warning("will not be sent: %s to %s: %s", notice.id, domain, reason)
        case Deferred(reason, ours=True):
            log.error("mail needs the operator: %s to %s: %s", notice.id, domain, reason)
        case Deferred(reason):
            log.warning("put off: %s to %s: %s", notice.id, domain, reason)


def _where(error: Exception) -> str:
    """What broke and where, without the message: it may quote what a person typed."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return f"the letter cannot be written: {type(error).__name__} at {frame.name}:{frame.lineno}"
