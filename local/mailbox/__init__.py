"""A mailbox that catches every letter: SMTP on one side, a page and a JSON API on the other.

No letter leaves this machine, whatever address it bears. Letters are files, so a restart keeps
them; tests open a mailbox of their own with `with Mailbox(data=folder) as box:`.
"""

from local.mailbox.box import Mailbox

__all__ = ["Mailbox"]
