"""Addresses of pages, below whatever path the site is served at."""

from __future__ import annotations

from urllib.parse import urlsplit

from zapis.site import frames
from zapis.voice.tongue import Tongue, tongue


class Links:
    """Where things are. `site_url` has no slash at its end."""

    def __init__(self, site_url: str) -> None:
        self._site = site_url.rstrip("/")
        self._prefix = urlsplit(self._site).path

    @property
    def secure(self) -> bool:
        """Whether the site is served by HTTPS."""
        return self._site.startswith("https:")

    @property
    def host(self) -> str:
        """The site's host name."""
        return urlsplit(self._site).hostname or "localhost"

    def path(self, path: str) -> str:
        """A page's address for a link on this site; `path` begins with a slash.

        It leads on in the language that was chosen, and in a frame it leads on in the frame.
        """
        return self._in(tongue(), path)

    def in_language(self, language: str, path: str) -> str:
        """The address of a page in this language, whatever the page that links to it speaks."""
        return self._in(Tongue(language, chosen=True), path)

    def _in(self, spoken: Tongue, path: str) -> str:
        inside = frames.inside(spoken.prefix + path)
        return self._prefix + spoken.prefix + path if inside is None else inside

    def outside(self, path: str) -> str:
        """A page's address that leads out of any frame; that of a file which is the same in all of them."""
        return self._prefix + path

    def absolute(self, path: str) -> str:
        """A page's address as it may leave this site."""
        return self._site + path

    def ticket(self, token: str) -> str:
        """The whole address of a ticket: whoever has it holds the registration."""
        return self.absolute(f"/ticket/{token}")

    def shown(self, token: str) -> str:
        """The whole address that a ticket's QR code holds."""
        return self.absolute(f"/show/{token}")
