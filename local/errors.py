"""The one error of the laptop's side: a sentence for the person at the terminal.

Whatever stops a start says what is wrong, where, and what to do next. A traceback in the
terminal is a bug.
"""


class LocalError(Exception):
    """A command cannot go on; its text is the whole explanation."""
