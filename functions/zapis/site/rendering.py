"""Templates into pages: the one Jinja2 environment of the site.

Everything is escaped, a name that a page forgot to give is an error, and words of time and number come from
`russian`. The environment is made at the first page: a health check or a style sheet does not pay for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from starlette.responses import HTMLResponse

from zapis.core.model import Reason, Standing
from zapis.site import conditions, frames, russian, words
from zapis.site.links import Links
from zapis.site.offers import UNNAMED_SEASON, Availability
from zapis.site.statics import Statics

if TYPE_CHECKING:
    from jinja2 import Environment

KINDS = {"excursion": "экскурсия", "workshop": "мастер-класс"}
SECRET = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex"}
"""For pages that hold what nobody else may see."""


class Rendering:
    """Makes pages of templates in `folder`."""

    def __init__(self, folder: Path, links: Links, statics: Statics) -> None:
        self._folder = folder
        self._links = links
        self._statics = statics

    def text(self, template: str, **values: Any) -> str:
        """The page as text. Raises jinja2.UndefinedError for a value that the template misses."""
        return self._environment.get_template(template).render({"season": UNNAMED_SEASON} | values)

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
        )
        environment.globals |= {
            "link": self._links.path,
            "absolute": self._links.absolute,
            "outside": self._links.outside,
            "frame": frames.frame,
            "static": self._statics.url,
            "kinds": KINDS,
            "words": words,
            "conditions": conditions,
            "ru": russian,
            "Availability": Availability,
            "Standing": Standing,
            "Reason": Reason,
        }
        environment.policies["json.dumps_kwargs"] = {"ensure_ascii": False, "separators": (",", ":")}
        environment.filters["typeset"] = russian.typeset
        return environment
