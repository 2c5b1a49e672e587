"""A mail address's slip of the finger: gmial.com for gmail.com. Asked about, never corrected by itself.

The post of people who register goes to a dozen providers, so a domain that is none of them and almost one of
them is worth a question. A firm's own domain may look like that, too: whoever says that it is right is believed.
"""

from __future__ import annotations

KNOWN = (
    "yandex.ru",
    "mail.ru",
    "gmail.com",
    "bk.ru",
    "list.ru",
    "inbox.ru",
    "rambler.ru",
    "ya.ru",
    "icloud.com",
    "outlook.com",
    "hotmail.com",
    "yahoo.com",
    "internet.ru",
    "yandex.com",
    "proton.me",
    "protonmail.com",
    "live.com",
    "me.com",
    "vk.com",
    "mos.ru",
    "edu.mos.ru",
)
"""The likelier first: of two that are equally near the first is meant."""
_ANSWERED_ELSEWHERE = frozenset({"yandex.by", "yandex.kz", "yandex.ua", "mail.com", "gmx.com", "email.ru", "lenta.ru"})
SHORTEST_IN_DOUBT = 6
"""Among shorter domains every one is a slip away from another."""


def meant(email: str) -> str | None:
    """The address that was probably meant; None where the domain is known, or like none that is."""
    local, _, domain = email.rpartition("@")
    domain = domain.casefold()
    if domain in KNOWN or domain in _ANSWERED_ELSEWHERE or len(domain) < SHORTEST_IN_DOUBT:
        return None
    near = _same_name(domain) or _within_a_slip(domain)
    return f"{local}@{near}" if near else None


def _same_name(domain: str) -> str | None:
    """The right name with another ending: gmail.ru, yandex.r, mail.ry."""
    name = domain.partition(".")[0]
    return next((known for known in KNOWN if len(name) > 3 and known.partition(".")[0] == name), None)


def _within_a_slip(domain: str) -> str | None:
    candidates = [known for known in KNOWN if len(known) >= SHORTEST_IN_DOUBT]
    nearest = min(candidates, key=lambda known: slips(domain, known))
    return nearest if slips(domain, nearest) <= (1 if len(nearest) < 9 else 2) else None


def slips(typed: str, wanted: str) -> int:
    """How many slips lead from one to the other: a sign left out, put in, changed, or swapped with its neighbour."""
    before: list[int] = []
    row = list(range(len(wanted) + 1))
    for i, sign in enumerate(typed, 1):
        last, before = before, row
        row = [i]
        for j, other in enumerate(wanted, 1):
            cost = min(row[j - 1] + 1, before[j] + 1, before[j - 1] + (sign != other))
            if i > 1 < j and sign == wanted[j - 2] and typed[i - 2] == other:
                cost = min(cost, last[j - 2] + 1)
            row.append(cost)
    return row[-1]
