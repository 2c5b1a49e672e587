"""The errors that Zapis raises, split by whose they are to mend.

    ZapisError
      SettingsError          the operator's: a variable is missing or wrong
      SheetError             the spreadsheet's owner's: not shared, not there, laid out otherwise
        CallRefused            Google found the call itself wrong; nothing was applied
      SheetsUnavailable      nobody's: Google (or the database) did not answer as it should; try again
        QuotaExceeded          known not to have been applied
        AnswerLost             may have been applied
      JournalDisturbed       somebody edited the journal; nothing is confirmed until it is looked at
      CannotDecide           the journal speaks of rules that this release does not know
        LedgerMoves            the ledger is being moved elsewhere; settings will name its new place

What a citizen did wrong is a value (a problem beside a field), never an exception.
"""

from __future__ import annotations

import traceback

FRAMES_SHOWN = 4


def places(error: BaseException) -> str:
    """What broke and where in the code, for the log; without the error's text, which may quote a person."""
    frames = traceback.extract_tb(error.__traceback__)[-FRAMES_SHOWN:]
    where = " < ".join(f"{frame.name} ({frame.filename}:{frame.lineno})" for frame in reversed(frames))
    return f"{type(error).__name__} in {where}"


class ZapisError(Exception):
    """Base of all errors here; its text is a sentence for the operator."""


class SettingsError(ZapisError):
    """A setting is missing or wrong; the text names the variable and what was found."""


class SheetError(ZapisError):
    """A spreadsheet cannot be used as it is; the text says which and what to do."""


class CallRefused(SheetError):
    """Answered 400: something in the call is wrong, and nothing of it was applied."""


class SheetsUnavailable(ZapisError):
    """Google did not carry the call out; trying again later may help."""


class QuotaExceeded(SheetsUnavailable):
    """Answered 429, or the database was too busy: the call was not applied."""


class AnswerLost(SheetsUnavailable):
    """The connection broke, timed out or answered 5xx: the call may have been applied."""


class JournalDisturbed(ZapisError):
    """Rows known to have landed are not where they were."""


class CannotDecide(ZapisError):
    """A newer release's rows or rules stand in the journal."""


class LedgerMoves(CannotDecide):
    """The ledger was closed for its move elsewhere: nothing is decided here any more."""

    def __init__(self) -> None:
        super().__init__(
            "The ledger was closed to move elsewhere: name its new place in the settings, or run `zapis ledger reopen`."
        )
