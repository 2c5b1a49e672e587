"""`zapis journal`: is the journal as it landed, and what can be put right if somebody changed it by hand.

Registrations are named by their codes, never by people's names. `repair` writes only when told to, in one call
that other writers cannot come between. A journal in a database is compared in the same way and not rewritten.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import click
from msgspec import Struct

from zapis.commands.connection import Command, catalogue_option, emulator_option, id_of, key_option, open_sheets
from zapis.commands.ledger import DATABASE, in_force, open_place, place_in_force, sentences
from zapis.commands.ledger_file import LedgerFile
from zapis.commands.ledger_place import WRITER, DatabasePlace, Deed, LedgerPlace, SpreadsheetPlace
from zapis.commands.screen import Finding, Sign, fine, note, show, title, wrong
from zapis.core.audit import Note, Recorded, acceptance, without_request
from zapis.core.difference import Difference, compare
from zapis.core.entries import Entry, Erased, Proposed, Requested, Row, Unreadable, format_moment
from zapis.core.findings import findings, named, replaced, rows
from zapis.core.ids import entry_id
from zapis.core.marks import Found, found, mark, words
from zapis.core.mending import Change, Mending, changes, mend, standings, told
from zapis.core.model import RegistrationId
from zapis.core.notices import Outbox
from zapis.publish import alarm
from zapis.publish.files import read_file

HELP = {"help_option_names": ["-h", "--help"]}


@click.group(context_settings=HELP)
def journal() -> None:
    """Look after the journal, whose row order decides."""


def journal_options(command: Command) -> Command:
    """The options `ledger`, `database`, `catalogue`, `key` and `emulator`."""
    return in_force(catalogue_option(key_option(emulator_option(command))))


@journal.command()
@journal_options
def check(
    ledger: str | None, database: str | None, catalogue: str | None, key: Path | None, emulator: str | None
) -> None:
    """Tell whether the journal is as its rows landed.

    Exit code 1 if it is not. Nothing is written, wherever the ledger is.

    Example: zapis journal check --ledger https://docs.google.com/spreadsheets/d/...
    """
    with sentences():
        case = _read(_place(ledger, database, key, emulator), _noted(catalogue, key, emulator))
    _tell(case)
    if not case.content:
        click.echo("The journal is not content. See what can be done: zapis journal repair")
        raise SystemExit(1)
    click.echo("The journal is content.")


@journal.command()
@journal_options
@click.option("--accept", is_flag=True, help="Take the journal as it stands for the truth from now on.")
@click.option("--yes", is_flag=True, help="Do it; without this it is only shown.")
def repair(
    ledger: str | None,
    database: str | None,
    catalogue: str | None,
    key: Path | None,
    emulator: str | None,
    accept: bool,
    yes: bool,
) -> None:
    """Put the journal's rows back where they landed.

    Exit code 1 while it is not content. A database's rows are put back by restoring it; --accept works there, too.

    Example: zapis journal repair --yes
    """
    with sentences():
        place, noted = _place(ledger, database, key, emulator), _noted(catalogue, key, emulator)
        case = _read(place, noted)
        deed = _accept(case, place) if accept and not case.content else _repair(case, place)
        if deed and yes:
            deed()
            case = _read(place, noted)
            _tell(case)
    if deed and not yes:
        click.echo("Nothing was changed. Do it: the same command with --yes")
    if not case.content:
        raise SystemExit(1)
    click.echo("The journal is content.")


class _Case(Struct, frozen=True):
    """What one look at the ledger found."""

    file: LedgerFile
    journal: list[Found]
    recorded: Recorded
    difference: Difference
    noted: Note | None
    """What the catalogue's file remembers of another journal than this one; None if of this one, or nothing."""

    @classmethod
    def of(cls, file: LedgerFile, noted: Note | None) -> _Case:
        journal, recorded = found(file.journal), Recorded.of(file.outbox)
        difference = compare(recorded.marks, journal, without_request(journal, recorded, file.people))
        marks = [*recorded.marks, *(row.mark for row in difference.new)]
        another = noted is not None and not difference.disagrees and noted.contradicts(marks, recorded)
        return cls(file, journal, recorded, difference, noted if another else None)

    @property
    def content(self) -> bool:
        return self.file.has_header and not self.difference.disagrees and self.noted is None

    @property
    def entries(self) -> list[Entry]:
        return [row.entry for row in self.journal if isinstance(row.entry, Entry)]


def _place(ledger: str | None, database: str | None, key: Path | None, emulator: str | None) -> LedgerPlace:
    where = place_in_force(ledger, database)
    if where.startswith(DATABASE):
        return DatabasePlace(open_place(where, key, emulator))
    return SpreadsheetPlace(open_sheets(key, emulator), id_of("--ledger", where))


def _noted(catalogue: str | None, key: Path | None, emulator: str | None) -> Note | None:
    """What the catalogue's file remembers of the journal."""
    if not catalogue:
        return None
    file = read_file(open_sheets(key, emulator), id_of("--catalogue", catalogue), (alarm.CHECKS,))
    return alarm.noted(file)


def _read(place: LedgerPlace, noted: Note | None) -> _Case:
    return _Case.of(place.read(), noted)


def _tell(case: _Case) -> None:
    """What a check found."""
    counts = Counter(row.row[1] for row in case.journal if not row.stray)
    title(f"The journal has {len(case.journal)} rows")
    for kind, count in counts.most_common():
        click.echo(f"  {count:>7}  {kind}")
    for finding in (*_wrongs(case), *_notes(case)):
        show(finding)


def _wrongs(case: _Case) -> Iterator[Finding]:
    remedy = "zapis journal repair shows what can be done"
    if not case.file.has_header:
        yield wrong("its header is not in the first row", remedy)
    for clause in findings(case.difference):
        yield wrong(clause, remedy)
    if case.noted:
        yield wrong(replaced(case.noted.rows, len(case.journal)), remedy)
    if not case.difference.disagrees:
        kept, new = len(case.difference.standing), len(case.difference.new)
        yield fine(f"the {kept} rows that sync has recorded stand where they landed; {new} landed since")


def _notes(case: _Case) -> Iterator[Finding]:
    strays = [row.number for row in case.difference.strays]
    newer = [row.number for row in case.journal if isinstance(row.entry, Unreadable) and row.entry.newer]
    repeated = _repeated(case.journal)
    if strays:
        yield note(f"no program wrote {rows(strays)}: harmless, passed over", "zapis journal repair --yes removes that")
    if newer:
        yield note(f"a newer release wrote {rows(newer)}", "use that release's zapis command")
    if repeated:
        repeat = "repeats" if len(repeated) == 1 else "repeat"
        yield note(f"{rows(repeated)} {repeat} an id: a call was sent again; harmless, the first row counts")
    nameless = _nameless(case)
    if nameless:
        yield note(f"requests without a name in _people: {named(map(_code, nameless))}", "no letter can reach them")


def _repeated(journal: Sequence[Found]) -> list[int]:
    seen: set[str] = set()
    numbers = []
    for row in journal:
        if isinstance(row.entry, Entry):
            if row.entry.id in seen:
                numbers.append(row.number)
            seen.add(row.entry.id)
    return numbers


def _nameless(case: _Case) -> list[str]:
    """Requests that `_people` does not know; who was erased on demand is not among them."""
    known = {row[0] for row in case.file.people}
    known |= {entry.fact.registration for entry in case.entries if isinstance(entry.fact, Erased)}
    asked = [entry.id for entry in case.entries if isinstance(entry.fact, Requested | Proposed)]
    return [id for id in asked if id not in known]


def _repair(case: _Case, place: LedgerPlace) -> Deed | None:
    """Say what can be put right, and what does it."""
    if case.noted:
        show(wrong(replaced(case.noted.rows, len(case.journal)), place.bring_back))
    mending = mend(case.difference)
    if mending is None or case.difference.without_request:
        _tell_of_the_lost(case, place)
    if mending is None:
        return None
    deed = place.rewrite(case.file, mending.rows)
    if deed is None and case.difference.disagrees:
        for clause in findings(case.difference):
            show(wrong(clause, place.restore))
    for finding in _steps(case, mending) if deed else ():
        show(finding)
    return deed


def _steps(case: _Case, mending: Mending) -> Iterator[Finding]:
    if not case.file.has_header:
        yield note("the header goes back to the first row")
    if case.difference.moved:
        yield note(f"back where it landed: {rows([row.number for row in case.difference.moved])}")
    for row in mending.late:
        yield note(f"row {row.number} ({words(row.mark)}) goes to the end: nobody had recorded its place")
    for row in mending.removed:
        why = "no program wrote it" if row.stray else "it repeats the id of a row that landed"
        yield note(f"row {row.number} is removed: {why}")


def _tell_of_the_lost(case: _Case, place: LedgerPlace) -> None:
    letters = told(_letters(case))
    for gone in case.difference.gone:
        show(Finding(Sign.WRONG, f"row {gone.number} is gone: {words(gone.mark)}"))
    for gone, now in case.difference.edited:
        show(Finding(Sign.WRONG, f"row {now.number} was edited; what landed there is gone: {words(gone.mark)}"))
    for registration in case.difference.without_request:
        standing = letters.get(RegistrationId(registration))
        letter = f"its last letter said {standing}" if standing else "no letter told where it stands"
        show(Finding(Sign.WRONG, f"{_code(registration)} has no request in the journal; {letter}"))
    show(note("rows that are gone cannot be made up", place.restore))


def _letters(case: _Case) -> set[str]:
    outbox = Outbox()
    for row in case.file.outbox:
        outbox.apply(row)
    return outbox.done - set(outbox.failed)


def _accept(case: _Case, place: LedgerPlace) -> Deed:
    """Say what follows if the journal is taken as it stands, and what does it."""
    differing = _changes(case)
    title(f"{len(differing)} registrations would stand differently from now on")
    for change in differing:
        show(note(f"{_code(change.registration)}: {_was(change)}, {_is(change)}"))
    at, marks = case.file.at, [row.mark for row in case.journal if not row.stray]
    truth = entry_id("accepted", format_moment(at), *(row.mark for row in case.journal))
    excused = [*case.recorded.excused, *case.difference.without_request]
    over = [case.recorded.truth, *([case.noted.truth] if case.noted else ())]

    def record(first: Sequence[Row]) -> list[Row]:
        return acceptance(at, WRITER, truth, [*map(mark, first), *marks], without=excused, over=over)

    return place.accept(case.file, truth, record)


def _changes(case: _Case) -> list[Change]:
    """By the rows in their order if they are all there, else by what letters told."""
    mending = mend(case.difference)
    before = standings(mending.rows) if mending else told(_letters(case))
    lost = map(RegistrationId, case.difference.without_request)
    return changes({**dict.fromkeys(lost), **before}, standings(case.file.journal))


def _was(change: Change) -> str:
    return f"was {change.before}" if change.before else "nobody knows how it stood"


def _is(change: Change) -> str:
    return f"would be {change.after}" if change.after else "would not exist"


def _code(registration: str) -> str:
    return f"{registration[:4]}-{registration[4:8]}"
