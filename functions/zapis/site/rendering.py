"""Templates into pages: the one Jinja2 environment of the site.

Everything is escaped, a name that a page forgot to give is an error, and words of time and number come from
`speech`. The environment is made at the first page: a health check or a style sheet does not pay for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from starlette.responses import HTMLResponse

from zapis.core.catalogue import ALWAYS
from zapis.core.model import Reason, Standing
from zapis.site import frames, words
from zapis.site.links import Links
from zapis.site.offers import Availability, unnamed_season
from zapis.site.statics import Statics
from zapis.voice import conditions, speech
from zapis.voice.tongue import LANGUAGES, N_, _, ngettext, tongue

if TYPE_CHECKING:
    from jinja2 import Environment

COMMON = ("base.html", "_parts.html")
"""What every page for citizens is made of, too."""
KINDS = {"excursion": N_("экскурсия"), "workshop": N_("мастер-класс")}
SECRET = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex"}
"""For pages that hold what nobody else may see."""


class Rendering:
    """Makes pages of templates in `folder`."""

    def __init__(self, folder: Path, links: Links, statics: Statics) -> None:
        self._folder = folder
        self._links = links
        self._statics = statics

    def prepare(self, template: str) -> None:
        """Compile what a page is made of while its facts are on their way: a cold instance waits for them anyway."""
        for name in (template, *COMMON):
            self._environment.get_template(name)

    def text(self, template: str, **values: Any) -> str:
        """The page as text. Raises jinja2.UndefinedError for a value that the template misses."""
        return self._environment.get_template(template).render({"season": unnamed_season()} | values)

    def page(
        self, template: str, status: int = 200, headers: Mapping[str, str] | None = None, **values: Any
    ) -> HTMLResponse:
        """The page as an answer; kept nowhere without asking again."""
        return HTMLResponse(self.text(template, **values), status, {"Cache-Control": "no-cache"} | dict(headers or {}))

    @cached_property
    def _environment(self) -> Environment:
        from jinja2 import Environment, FileSystemLoader, StrictUndefined

        environment = Environment(
            loader=FileSystemLoader(self._folder),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
            extensions=["jinja2.ext.i18n"],
        )
        environment.install_gettext_callables(_set_in_type, _counted_in_type, newstyle=True)  # type: ignore[attr-defined]
        environment.policies["ext.i18n.trimmed"] = True
        environment.globals |= {
            "link": self._links.path,
            "in_language": self._links.in_language,
            "absolute": self._links.absolute,
            "outside": self._links.outside,
            "frame": frames.frame,
            "static": self._statics.url,
            "static_absolute": self._statics.absolute,
            "kinds": KINDS,
            "words": words,
            "conditions": conditions,
            "speech": speech,
            "counted": speech.counted,
            "always": ALWAYS,
            "tongue": tongue,
            "languages": LANGUAGES,
            "Availability": Availability,
            "Standing": Standing,
            "Reason": Reason,
        }
        environment.policies["json.dumps_kwargs"] = {"ensure_ascii": False, "separators": (",", ":")}
        environment.filters["typeset"] = speech.typeset
        return environment


def _set_in_type(message: str) -> str:
    return speech.typeset(_(message))


def _counted_in_type(one: str, many: str, number: int) -> str:
    return speech.typeset(ngettext(one, many, number))
