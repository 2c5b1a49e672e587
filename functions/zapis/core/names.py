"""Lists by surname, of names that people typed in whatever order they are used to.

The form asks for «имя и фамилия», so the surname is the last word, unless the words themselves tell otherwise: a
patronymic never is one, and Петрова Анна begins with hers. Who is misjudged is found by search all the same.
"""

from __future__ import annotations

import re

_PATRONYMIC = re.compile(r".{2,}(?:вич|ьич|вна|чна|шна)")
_SURNAME = re.compile(r".{3,}(?:[оеё]ва?|[сц]к(?:ий|ая|ой))")


def by_surname(name: str) -> tuple[str, str]:
    """What to sort a name by: the surname, then the whole name."""
    words = [word for word in name.casefold().replace("ё", "е").split() if not _PATRONYMIC.fullmatch(word)]
    whole = " ".join(words)
    if len(words) < 2:
        return whole, whole
    turned = _ends_with_patronymic(name) or (_SURNAME.fullmatch(words[0]) and not _SURNAME.fullmatch(words[-1]))
    return words[0] if turned else words[-1], whole


def _ends_with_patronymic(name: str) -> bool:
    return bool(_PATRONYMIC.fullmatch(name.casefold().split()[-1]))
