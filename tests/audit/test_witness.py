"""What an instance remembers of the journal, and what it goes by."""

from __future__ import annotations

import json

from tests.audit.journals import deleted, journal, registration, restored, sorted_by_id
from tests.spec import minutes
from zapis.core.audit import BLOCK, Note, Recorded, Witness, acceptance, fingerprints, without_request
from zapis.core.marks import Mark, found, mark
from zapis.core.notices import CLAIMED, SENT, Outbox, outbox_row

ROWS = journal()
NOW = minutes(60)


def witness_of(rows) -> Witness:
    witness = Witness()
    witness.hear(found(rows))
    return witness


def recorded(rows):
    return witness_of(rows).to_record(NOW, "sync")


def test_an_instance_without_memory_goes_by_what_was_recorded():
    outbox = recorded(ROWS)

    assert Witness().look(found(ROWS), outbox) is None
    assert Witness().look(found(sorted_by_id(ROWS)), outbox) is not None


def test_an_instance_goes_by_what_it_saw_even_if_nobody_recorded_it():
    assert witness_of(ROWS).look(found(restored(ROWS)), []) is not None


def test_what_is_recorded_is_not_recorded_again():
    witness = witness_of(ROWS)
    witness.hear([], witness.to_record(NOW, "sync"))

    assert witness.to_record(NOW, "sync") == []


def test_the_next_record_begins_after_the_last():
    outbox = recorded(ROWS[:3])
    witness = Witness()
    witness.look(found(ROWS), outbox)

    (row,) = witness.to_record(NOW, "sync")

    assert json.loads(row[3])["first"] == 5
    assert Recorded.of([*outbox, row]).marks == [mark(row) for row in ROWS]


def test_two_runs_that_record_the_same_rows_do_no_harm():
    outbox = [*recorded(ROWS[:4]), *recorded(ROWS), *recorded(ROWS[:6])]

    assert Recorded.of(outbox).marks == [mark(row) for row in ROWS]


def test_marks_after_a_gap_say_nothing_and_are_recorded_again():
    first, _, third = (row for part in (ROWS[:2], ROWS[:5], ROWS) for row in recorded(part)[-1:])
    late = (*third[:3], third[3].replace('"first":2', '"first":7'))

    assert len(Recorded.of([first, late]).marks) == 2


def test_a_long_record_is_cut_to_what_a_cell_holds():
    marks = [Mark(f"{n:08x} consent_withdrawn ABCD-EFGH") for n in range(2 * BLOCK + 1)]

    rows = fingerprints(NOW, "sync", "", 0, marks)

    assert Recorded.of(rows).marks == marks
    assert max(len(row[3]) for row in rows) < 50_000


def test_claims_and_letters_pass_the_records_over():
    outbox = Outbox()
    for row in (*recorded(ROWS), *acceptance(NOW, "operator", "truth", [])):
        outbox.apply(row)

    assert (outbox.claims, outbox.done, outbox.failed) == ({}, set(), {})


def test_a_row_that_no_program_wrote_is_never_recorded():
    stray = ("hello", "", "", "", "", "")

    assert recorded([*ROWS[:3], stray, *ROWS[3:]]) == recorded(ROWS)


def test_who_has_a_name_but_no_request_was_taken_out_of_the_journal():
    anna, boris = registration("anna"), registration("boris")

    lost = without_request(found(deleted(ROWS)), Recorded(), [(anna,), (boris,)])

    assert lost == [boris]


def test_who_had_a_letter_but_has_no_request_was_taken_out_of_the_journal():
    letters = outbox_row(NOW, SENT, "run", [f"{registration('boris')}.0.confirmed"])
    lease = outbox_row(NOW, CLAIMED, "run", ["lease.sync"])

    assert without_request(found(deleted(ROWS)), Recorded.of([letters, lease])) == [registration("boris")]


def test_an_accepted_journal_is_the_truth_for_everybody():
    warm, stands = witness_of(ROWS), found(deleted(ROWS))
    accepted = acceptance(NOW, "operator", "truth", [row.mark for row in stands], without=[registration("boris")])
    outbox = [*recorded(ROWS), *accepted]
    people = [(registration("boris"),)]

    assert Witness().look(stands, outbox, people) is None
    assert warm.look(stands, outbox, people) is None


def test_a_record_of_before_the_acceptance_says_nothing_after_it():
    accepted = acceptance(NOW, "operator", "truth", [mark(row) for row in ROWS[:3]])

    assert len(Recorded.of([*accepted, *recorded(ROWS)]).marks) == 3


def test_an_instance_that_hears_of_an_acceptance_must_look_again():
    witness = witness_of(ROWS)

    witness.hear([], acceptance(NOW, "operator", "truth", []))

    assert witness.stale


def test_a_note_holds_while_the_journal_grows():
    note = witness_of(ROWS[:4]).note

    assert not witness_of(ROWS).contradicted_by(Note.parse(str(note)))


def test_a_note_is_contradicted_by_a_shorter_or_another_journal():
    note = witness_of(ROWS[:4]).note

    assert witness_of(ROWS[:3]).contradicted_by(note)
    assert witness_of(sorted_by_id(ROWS)).contradicted_by(note)


def test_a_note_of_an_acceptance_that_the_ledger_does_not_know_is_contradicted():
    accepted = acceptance(NOW, "operator", "truth", [mark(row) for row in ROWS])
    witness = Witness()
    witness.look(found(ROWS), accepted)

    assert witness_of(ROWS).contradicted_by(witness.note)
    assert not witness.contradicted_by(witness_of(ROWS).note)


def test_a_text_that_is_no_note_is_none():
    assert [Note.parse(text) for text in ("", "✓", "12", "many abc")] == [None] * 4
