"""What a slot's form shows when it is given back: how many rows, what is asked about, which fields are kept. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping

from msgspec import Struct

from zapis.site import domains, forms
from zapis.site.forms import FieldProblem, PartyRequest
from zapis.site.offers import Offer
from zapis.voice.tongue import _

_FIELD = re.compile(
    r"key|altcha|if_full|rows|code|contact-(?:name|email|phone)|(?:email|name)-kept|name-given|visitors-\d{1,3}-(?:name|age|going)"
    r"|group-name|group-members-\d{1,2}-(?:age|count)|consents-[a-z]+"
)
MOST_ROWS = 30
"""Rows for companions that a form shows at most."""
FIRST_AGES, MOST_AGES = 2, 12
"""Rows for the ages of a group: at first, and at most."""

Typed = Mapping[str, str]


def kept(typed: Typed) -> dict[str, str]:
    """The fields that a form has, and no others that somebody may have sent along."""
    return {name: value for name, value in typed.items() if _FIELD.fullmatch(name)}


class Holes(Struct, frozen=True):
    """What stands in a page that is rendered once for all, where each visitor is given something else."""

    key: str = "~key~"
    seconds: str = "~seconds~"
    challenge: str = "~challenge~"

    def filled(self, page: bytes, key: str, seconds: int, challenge: object) -> bytes:
        """The page of one visitor."""
        from jinja2.utils import htmlsafe_json_dumps

        own = {self.key: key, self.seconds: str(seconds), f'"{self.challenge}"': htmlsafe_json_dumps(challenge)}
        for hole, value in own.items():
            page = page.replace(hole.encode(), value.encode())
        return page


HOLES = Holes()


class Rows(Struct, frozen=True):
    """How many rows the form shows for companions, or for the ages of a group, and how many it may."""

    shown: int
    most: int

    @classmethod
    def of(cls, offer: Offer, typed: Typed, added: bool) -> Rows:
        """As many as were filled or shown before, and one that was asked for."""
        group = "group-name" in typed
        goes = "contact-name" not in typed or "visitors-0-going" in typed
        most = min(offer.terms.max_party - goes, MOST_AGES if group else MOST_ROWS)
        before = typed.get("rows", "")
        shown = int(before) if re.fullmatch(r"[0-9]{1,2}", before) else FIRST_AGES if group else 0
        filled = forms.last_members(typed) if group else forms.last_row(typed)
        return cls(max(min(shown + added, most), filled), most)


class Doubts(Struct, frozen=True):
    """What is asked about once, because it may be right: a slip in an address, a name that VK filled in."""

    email: str
    meant: str
    """The address that was probably meant; empty without a doubt."""
    name: str
    """The name that VK filled in and nobody looked at; empty without a doubt."""

    @classmethod
    def of(cls, typed: Typed, asked: PartyRequest) -> Doubts:
        """Whoever says that it is right is believed."""
        meant = "" if typed.get("email-kept") == asked.email else domains.meant(asked.email) or ""
        untouched = typed.get("name-given", "").strip() == typed.get("contact-name", "").strip()
        return cls(asked.email, meant, asked.name if untouched and typed.get("name-kept") != asked.name else "")

    @property
    def problems(self) -> tuple[FieldProblem, ...]:
        """The questions, each beside its field."""
        name = FieldProblem("/contact/name", _("Проверьте имя. В паспорте так и написано: %s?") % self.name)
        email = FieldProblem("/contact/email", _("Проверьте адрес. Вы имели в виду %s?") % self.meant)
        return (*((name,) if self.name else ()), *((email,) if self.meant else ()))
