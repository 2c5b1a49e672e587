"""The next release, which can judge by rules that nobody has written yet: so it is deployed beside this one."""

from zapis.core import entries, fold

entries.RULES_VERSION = fold.RULES_VERSION = 2

from main import deliver, site, sync  # noqa: E402

__all__ = ["deliver", "site", "sync"]
