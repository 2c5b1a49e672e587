"""The functions as they are deployed, but for their pace and for how long a dead `sync` is waited for.

The emulator's quota is off here: fifty scenarios in a few minutes are more calls than Google grants. How the
pace keeps to a quota is shown on the simulated clock, and by `make bench`. A lease of a second instead of a
minute lets each scenario kill its `sync` and go on; what the lease is for is shown on the simulated clock too.
A database that says nothing is given up sooner, for the sake of those whom an instance keeps waiting meanwhile.
A `deliver` that has sent something looks again at once.
What is imported at the first request otherwise is imported here, so that whoever takes a dead one's place need not.
"""

from datetime import timedelta

import google.auth.transport.requests  # noqa: F401
import gspread  # noqa: F401

import zapis.mail.smtp
import zapis.publish.sync
import zapis.site.application  # noqa: F401
from zapis.core import notices
from zapis.ledger import pace
from zapis.ledger.sql import database
from zapis.mail import deliver as deliver_

pace.CALLS_A_MINUTE = 6000
database.UNANSWERED_SECONDS = 4.0
notices.LEASE_LASTS = timedelta(seconds=1)
deliver_.LOOK_AGAIN_AFTER = 0.1

from main import deliver, site, sync  # noqa: E402

__all__ = ["deliver", "site", "sync"]
