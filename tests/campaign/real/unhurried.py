"""The functions as they are deployed, but for their pace.

The emulator's quota is off here: fifty scenarios in a minute and a half are more calls than Google grants. How
the pace keeps to a quota is shown on the simulated clock, and by `make bench`.
"""

from zapis.ledger import pace

pace.CALLS_A_MINUTE = 6000

from main import deliver, site, sync  # noqa: E402

__all__ = ["deliver", "site", "sync"]
