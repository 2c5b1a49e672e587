"""Words for organisers about a journal that somebody changed by hand: what was found, and what happens now."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from zapis.core.audit import Note
from zapis.core.difference import Difference
from zapis.core.findings import named, spans
from zapis.core.marks import concerned
from zapis.core.russian import NBSP
from zapis.publish import hidden
from zapis.publish.files import File, read_file
from zapis.schema import tab
from zapis.sheets import Sheets

CHECKS = tab("catalogue", "checks")
SEASON_ROW = "title"
"""The season's first row, where anything is said that has no row of its own."""

CONSEQUENCE = (
    "Пока его не проверят, новые правки не применяются, списки не обновляются и никто не пересаживается. "
    f"Сообщите администратору: команда{NBSP}zapis{NBSP}journal{NBSP}check"
)

NOTE_ROW = "_journal"
"""The line of the hidden tab that keeps a note of the journal, outside the ledger's file."""

REPLACED = f"Файл журнала заменён старой версией: последних записей в нём нет. {CONSEQUENCE}"
UNREADABLE = f"Журнал записей изменён вручную: его начало или порядок строк нарушены. {CONSEQUENCE}"


def alarm(difference: Difference) -> str:
    """What to say in the season's «Проверка»."""
    return f"Журнал записей изменён вручную: {'; '.join(_findings(difference))}. {CONSEQUENCE}"


def show(sheets: Sheets, spreadsheet: str, words: str) -> bool:
    """Say `words` in the season's first row and leave all else as it stands; False if they stand there already.

    One read, and one write at most. Raises SheetError, SheetsUnavailable.
    """
    file = read_file(sheets, spreadsheet, (CHECKS,))
    standing = hidden.lines_of(file, CHECKS)
    said, *beside = standing.get(SEASON_ROW, ("",))
    if said == words:
        return False
    sheets.batch_update(spreadsheet, hidden.rewrite(file.ids[CHECKS.key], {**standing, SEASON_ROW: (words, *beside)}))
    return True


def noted(file: File) -> Note | None:
    """The note of the journal that the catalogue's file keeps; None if it keeps none."""
    line = hidden.lines_of(file, CHECKS).get(NOTE_ROW)
    return Note.parse(str(line[0])) if line else None


def _findings(difference: Difference) -> Iterator[str]:
    if difference.gone:
        numbers = [row.number for row in difference.gone]
        codes = _codes([concerned(row.mark) for row in difference.gone])
        tail = " в конце (удалены или восстановлена старая версия)" if difference.cut else ""
        yield f"{_verb(numbers, 'пропала', 'пропали')} {_rows(numbers)}{tail}{codes}"
    if difference.edited:
        numbers = sorted(now.number for _, now in difference.edited)
        codes = _codes([concerned(gone.mark) for gone, _ in difference.edited])
        yield f"{_verb(numbers, 'изменена', 'изменены')} {_rows(numbers)}{codes}"
    if difference.moved:
        yield f"не на своём месте {_rows([row.number for row in difference.moved])}"
    if difference.copies or difference.put_in:
        put_in = sorted([*difference.copies, *difference.put_in], key=lambda row: row.number)
        numbers = [row.number for row in put_in]
        codes = _codes([concerned(row.mark) for row in put_in])
        yield f"{_verb(numbers, 'вставлена', 'вставлены')} {_rows(numbers)}{codes}"
    if difference.without_request:
        yield "нет заявок" + _codes([f"{r[:4]}-{r[4:8]}" for r in difference.without_request])


def _verb(numbers: Sequence[int], one: str, many: str) -> str:
    return one if len(numbers) == 1 else many


def _rows(numbers: Sequence[int]) -> str:
    shown = named((span.replace("-", "–") for span in spans(numbers)), f"и{NBSP}ещё{NBSP}{{}}")
    return f"{_verb(numbers, 'строка', 'строки')}{NBSP}{shown}"


def _codes(codes: Sequence[str]) -> str:
    known = [code for code in codes if code]
    return f" ({named(known, f'и{NBSP}ещё{NBSP}{{}}')})" if known else ""
