"""The parts of the site, each imported and made when the first request needs it.

A cold instance answers the door that was knocked at, and pays for no other. What the first answer brings in is held
by a test.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from zapis.ledger.committer import Committer
from zapis.site.desk import Desk
from zapis.site.links import Links
from zapis.site.precautions import Precautions
from zapis.site.statics import Statics
from zapis.tokens import Tokens

if TYPE_CHECKING:
    from zapis.site.addresses import Addresses
    from zapis.site.amends import Amends
    from zapis.site.api import Api
    from zapis.site.api_changes import ApiChanges
    from zapis.site.api_slots import ApiSlots
    from zapis.site.changes import Changes
    from zapis.site.consents import Consents
    from zapis.site.events import Events
    from zapis.site.gates import Gates
    from zapis.site.guide import Guide
    from zapis.site.launch import VkApp
    from zapis.site.lost import Lost
    from zapis.site.miniapp import MiniApp
    from zapis.site.office import Office
    from zapis.site.pages import Pages
    from zapis.site.rendering import Rendering
    from zapis.site.rights import Rights
    from zapis.site.shelf import Shelf
    from zapis.site.showcase import Showcase
    from zapis.site.status import Status
    from zapis.site.tickets import Tickets
    from zapis.site.work import Work


class Parts:
    """What the doors lead to. `templates` is the folder of all templates."""

    def __init__(
        self,
        committer: Committer,
        tokens: Tokens,
        links: Links,
        templates: Path,
        vk: VkApp | None,
        clock: Callable[[], datetime],
        precautions: Precautions,
    ) -> None:
        self.links = links
        self.statics = Statics(templates / "static", links)
        self.desk = Desk(committer, tokens, lambda: self.consents)
        self._pages_folder = templates / "pages"
        self._vk = vk
        self._clock = clock
        self._precautions = precautions

    @cached_property
    def rendering(self) -> Rendering:
        """Templates into pages."""
        from zapis.site.rendering import Rendering

        return Rendering(self._pages_folder, self.links, self.statics)

    @cached_property
    def consents(self) -> Consents:
        """Texts that a person agrees to."""
        from zapis.site.consents import Consents

        return Consents(self._pages_folder, self.rendering)

    @cached_property
    def shelf(self) -> Shelf:
        """Pages that are kept for the next visitor."""
        from zapis.site.shelf import Shelf

        return Shelf()

    @cached_property
    def events(self) -> Events:
        """Visits as search engines read them."""
        from zapis.site.events import Events

        return Events(self.links)

    @cached_property
    def work(self) -> Work | None:
        """The proof of work; None where none is asked for."""
        if not self._precautions.proof_of_work:
            return None
        from zapis.site.work import Work

        return Work(self.desk.tokens)

    @cached_property
    def changes(self) -> Changes:
        """What is changed in a registration."""
        from zapis.site.changes import Changes

        return Changes(self.desk.committer)

    @cached_property
    def showcase(self) -> Showcase:
        """The whole programme."""
        from zapis.site.showcase import Showcase

        return Showcase(self.desk, self.rendering, self.shelf)

    @cached_property
    def guide(self) -> Guide:
        """Pages of enterprises and tours."""
        from zapis.site.guide import Guide

        return Guide(self.desk, self.rendering, self.shelf, self.events)

    @cached_property
    def pages(self) -> Pages:
        """A visit, its form, the consents."""
        from zapis.site.pages import Pages

        return Pages(self.desk, self.rendering, self.links, self.events, self.shelf, self._precautions, self.work)

    @cached_property
    def addresses(self) -> Addresses:
        """The link that confirms an address."""
        from zapis.site.addresses import Addresses

        return Addresses(self.desk, self.rendering, self.links)

    @cached_property
    def tickets(self) -> Tickets:
        """A ticket, and giving it back."""
        from zapis.site.tickets import Tickets

        return Tickets(self.desk, self.rendering, self.links)

    @cached_property
    def amends(self) -> Amends:
        """What a holder changes by a ticket."""
        from zapis.site.amends import Amends

        return Amends(self.tickets, self.desk, self.changes, self.links)

    @cached_property
    def rights(self) -> Rights:
        """What is kept of a person."""
        from zapis.site.rights import Rights

        return Rights(self.tickets, self.desk, self.changes, self.links)

    @cached_property
    def lost(self) -> Lost:
        """Links that are mailed again."""
        from zapis.site.lost import Lost

        return Lost(self.desk, self.changes, self.rendering, self._precautions)

    @cached_property
    def gates(self) -> Gates:
        """The doors of guards."""
        from zapis.site.gates import Gates

        return Gates(self.desk, self.rendering, self.links)

    @cached_property
    def office(self) -> Office:
        """The doors of organisers."""
        from zapis.site.office import Office

        return Office(self.desk, self.changes, self.rendering, self.links)

    @cached_property
    def status(self) -> Status:
        """Whether all is well."""
        from zapis.site.status import Status

        return Status(self.desk, self.rendering, self._clock)

    @cached_property
    def miniapp(self) -> MiniApp:
        """VK's doors."""
        from zapis.site.miniapp import MiniApp

        return MiniApp(self._vk, self.desk, self.rendering, self.links, self._clock)

    @cached_property
    def api_slots(self) -> ApiSlots:
        """The API: what can be had."""
        from zapis.site.api_slots import ApiSlots

        return ApiSlots(self.desk, self.links)

    @cached_property
    def api(self) -> Api:
        """The API: a registration."""
        from zapis.site.api import Api

        return Api(self.desk, self.links, self._precautions, self.work)

    @cached_property
    def api_changes(self) -> ApiChanges:
        """The API: what is changed in a registration."""
        from zapis.site.api_changes import ApiChanges

        return ApiChanges(self.desk, self.changes, self.api, self._precautions)
