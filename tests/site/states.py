"""Every page of the site in every state that it can be seen in, and how a visitor gets there.

Whoever adds a template, an availability or a standing adds its states here, or the suite fails.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from msgspec.structs import replace
from playwright.sync_api import Page, expect

from tests.site.conftest import CARS, PLANT, SEASON, TOKENS, Programme, at, body, contact, slot, visitors
from tests.site.test_trouble import Troubled
from zapis.core.catalogue import Catalogue
from zapis.core.model import Reason, SlotStatus, Standing
from zapis.core.texts import Text, TextId
from zapis.errors import SheetsUnavailable
from zapis.site.offers import Availability
from zapis.site.precautions import Precautions
from zapis.site.status import Mood


@dataclass(frozen=True, slots=True)
class Visitor:
    """A browser's page on a site, and the programme behind it."""

    page: Page
    site: str
    programme: Programme
    trouble: Troubled
    frame: str = ""
    """Where pages stand inside VK, such as `/vk/<pass>`; empty outside."""

    def open(self, path: str) -> None:
        self.page.goto(self.site + self.frame + path)

    def book(self, slot: str, *ages: int, email: str = "anna@example.org") -> None:
        """Somebody asks for seats, elsewhere."""
        asked = body(contact=contact(email=email), visitors=visitors(*ages))
        headers = {"Idempotency-Key": f"{slot} {email}"}
        self.page.request.post(f"{self.site}/api/slots/{slot}/registrations", data=asked, headers=headers)

    def ticket(self, rest: str = "", which: int = -1) -> None:
        """Open a ticket: the newest, or the one that was `which`."""
        self.open(f"/ticket/{TOKENS.ticket(self.programme.registrations()[which].id)}{rest}")

    def fill(self) -> None:
        """Type what the form of a slot asks for."""
        self.page.get_by_label("Имя и фамилия").first.fill("Анна Петрова")
        self.page.get_by_label("Электронная почта").fill("anna@example.org")
        self.page.get_by_label("Телефон").fill("8 916 123-45-67")
        self.page.get_by_label("Лет в день визита вам").fill("34")
        self.agree()

    def agree(self) -> None:
        """Tick what is asked of this party."""
        for box in self.page.locator("#consents input:visible").all():
            box.check()

    def send(self) -> None:
        with self.page.expect_navigation():
            self.page.locator("form .button-big").click()


Go = Callable[[Visitor], Any]


@dataclass(frozen=True, slots=True)
class State:
    """One page in one state: `shows` is what tells the state among the values that the template got."""

    template: str
    name: str
    go: Go
    shows: str = ""
    inside: bool | None = None
    """Whether it is seen inside VK only, or outside only; None: in both."""
    precautions: Precautions = field(default_factory=Precautions)

    def __str__(self) -> str:
        return f"{self.template.removesuffix('.html')}: {self.name}"


def told_by(template: str, values: Mapping[str, Any]) -> str:
    """What tells the state of a page, from the values that its template got."""
    tells: Mapping[str, Callable[[Mapping[str, Any]], Any]] = {
        "slot.html": lambda v: v["offer"].availability,
        "ticket.html": lambda v: v["registration"].standing,
        "cancel.html": lambda v: v["registration"].standing,
        "refused.html": lambda v: v["reason"],
        "message.html": lambda v: v["said"].status,
        "status.html": lambda v: v["mood"],
    }
    return str(tells[template](values)) if template in tells else ""


def opened(path: str) -> Go:
    return lambda visitor: visitor.open(path)


def slot_page(availability: Availability, path: str, *booked: str) -> State:
    def go(visitor: Visitor) -> None:
        for number, full in enumerate(booked):
            visitor.book(full, 30, email=f"v{number}@example.org")
        visitor.open(path)

    return State("slot.html", availability.value, go, availability)


def before_the_opening(visitor: Visitor) -> None:
    visitor.programme.now = at(3, -0.2)
    visitor.open("/slots/soon")
    expect(visitor.page.get_by_role("timer")).to_contain_text(":")


def sent_too_early(visitor: Visitor) -> None:
    visitor.programme.now = at(3, -0.2)
    visitor.open("/slots/soon")
    visitor.fill()
    with visitor.page.expect_navigation():
        visitor.page.locator("#form").evaluate("form => form.submit()")


def emptied(path: str) -> Go:
    def go(visitor: Visitor) -> None:
        visitor.programme.offer(slot("past", -2))
        visitor.open(path)

    return go


def with_conditions(path: str) -> Go:
    def go(visitor: Visitor) -> None:
        visitor.open(path)
        visitor.page.locator(".asks summary").last.click()

    return go


def filtered_in_place(visitor: Visitor) -> None:
    visitor.page.set_viewport_size({"width": 1280, "height": 800})
    visitor.open("/")
    visitor.page.get_by_label("на коляске").check()
    expect(visitor.page.get_by_role("status")).to_contain_text("Нашлись 2 визита")


def wrong_fields(visitor: Visitor) -> None:
    visitor.open("/slots/open")
    visitor.fill()
    visitor.page.get_by_label("Электронная почта").fill("anna")
    visitor.page.get_by_label("Лет в день визита вам").fill("3")
    visitor.send()


def companions(visitor: Visitor) -> None:
    visitor.open("/slots/bread")
    visitor.page.get_by_text("Добавить спутника").click()
    visitor.page.get_by_text("Добавить спутника").click()


def booked(slot: str, *ages: int, rest: str = "") -> Go:
    def go(visitor: Visitor) -> None:
        visitor.book(slot, *ages)
        visitor.ticket(rest)

    return go


def in_line(visitor: Visitor) -> None:
    visitor.book("two-seats", 30, 31, email="first@example.org")
    visitor.book("two-seats", 34)
    visitor.ticket()


def refused_ticket(visitor: Visitor) -> None:
    visitor.book("no-line", 30, email="first@example.org")
    visitor.open("/slots/no-line")
    visitor.book("bread", 34)
    visitor.book("later", 34)
    visitor.book("open", 34)
    visitor.ticket()


def cancelled_ticket(visitor: Visitor) -> None:
    booked("open", 34, rest="/cancel")(visitor)
    visitor.send()


def slot_cancelled_under_a_ticket(visitor: Visitor) -> None:
    visitor.book("open", 34)
    visitor.programme.change("open", status=SlotStatus.CANCELLED)
    visitor.book("bread", 30, email="other@example.org")  # its answer brings the cancellation along
    visitor.ticket(which=0)


def frozen_ticket(visitor: Visitor) -> None:
    visitor.book("open", 34)
    visitor.programme.now = at(10.5)
    visitor.ticket()


def nobody_chosen(visitor: Visitor) -> None:
    booked("open", 34, 12, rest="/cancel")(visitor)
    with visitor.page.expect_navigation():
        visitor.page.get_by_role("button", name="Убрать отмеченных").click()


def nothing_to_cancel(visitor: Visitor) -> None:
    cancelled_ticket(visitor)
    visitor.ticket("/cancel")


def too_late_to_cancel(visitor: Visitor) -> None:
    visitor.book("open", 34)
    visitor.programme.now = at(12)
    visitor.ticket("/cancel")


def refused(slot: str, *before: str, companion: str = "") -> Go:
    def go(visitor: Visitor) -> None:
        for other in before:
            visitor.book(other, 34)
        visitor.open(f"/slots/{slot}")
        visitor.fill()
        if companion:
            visitor.page.get_by_text("Добавить спутника").click()
            visitor.page.get_by_label("Имя и фамилия спутника 1").fill("Маша")
            visitor.page.get_by_label("Лет в день визита спутнику 1").fill(companion)
            visitor.agree()
        visitor.send()

    return go


def closed_meanwhile(visitor: Visitor) -> None:
    visitor.open("/slots/closing")
    visitor.fill()
    visitor.programme.now = at(0, 2)
    visitor.send()


def seats_being_checked(visitor: Visitor) -> None:
    visitor.open("/slots/open")
    visitor.fill()
    visitor.trouble.silence()
    visitor.send()


def taken_for_a_robot(visitor: Visitor) -> None:
    visitor.open("/slots/open")
    visitor.fill()
    visitor.page.locator("#website").evaluate("field => { field.value = 'https://cheap.example'; }")
    visitor.send()


def ledger_silent(visitor: Visitor) -> None:
    visitor.trouble.from_the_start = SheetsUnavailable("silent")
    visitor.open("/")


def at_the_gate(days: float, hours: float = -1, query: str = "") -> Go:
    def go(visitor: Visitor) -> None:
        visitor.book("open", 34, 12)
        visitor.book("open", 41, email="other@example.org")
        visitor.programme.now = at(days, hours)
        visitor.open(f"/gate/{TOKENS.gate(PLANT.id)}{query}")

    return go


def marked_at_the_gate(visitor: Visitor) -> None:
    at_the_gate(11)(visitor)
    visitor.page.get_by_role("button", name="Отметить: вся группа").click()
    expect(visitor.page.locator(".gate-came")).to_have_count(2)


def shown_code(visitor: Visitor) -> None:
    visitor.book("open", 34, 12)
    visitor.open(f"/show/{TOKENS.shown(visitor.programme.registrations()[0].id)}")


def in_the_office(path: str, asked: str = "", at_what: str = "") -> Go:
    """An organiser's page; `asked` is looked for, `at_what` is pressed then."""

    def go(visitor: Visitor) -> None:
        visitor.book("two-seats", 34, 12)
        visitor.book("two-seats", 41, email="other@example.org")
        last = visitor.programme.registrations()[-1].id
        visitor.open(f"/office/{TOKENS.office_today(visitor.programme.now)}{path.format(last=last)}")
        if asked:
            visitor.page.get_by_role("searchbox").fill(asked)
            with visitor.page.expect_navigation():
                visitor.page.get_by_role("button", name="Найти").click()
        if at_what:
            with visitor.page.expect_navigation():
                visitor.page.get_by_role("button", name=at_what, exact=True).click()

    return go


def after_the_day_of_the_link(visitor: Visitor) -> None:
    link = TOKENS.office_today(visitor.programme.now)
    visitor.programme.now = at(2)
    visitor.open(f"/office/{link}")


def slip_in_the_address(visitor: Visitor) -> None:
    visitor.open("/slots/open")
    visitor.fill()
    visitor.page.get_by_label("Электронная почта").fill("anna@gmial.com")
    visitor.send()


def group(visitor: Visitor) -> None:
    visitor.open("/")
    visitor.programme.change("open", max_party=30)
    visitor.book("later", 34)  # its answer brings the change along
    visitor.open("/slots/open?group=1")


def promoted(visitor: Visitor) -> None:
    in_line(visitor)
    token = TOKENS.ticket(visitor.programme.registrations()[0].id)
    visitor.page.request.delete(f"{visitor.site}/api/registrations", headers={"Authorization": token})
    visitor.ticket()


def moved(visitor: Visitor) -> None:
    booked("open", 34, rest="/move?to=later")(visitor)
    visitor.send()


def left_with_the_form(visitor: Visitor, rest: str, button: str) -> None:
    """Send the form of a page of changes as it stands."""
    visitor.ticket(rest)
    with visitor.page.expect_navigation():
        visitor.page.get_by_role("button", name=button, exact=True).click()


def corrected(visitor: Visitor) -> None:
    visitor.book("open", 34, 12)
    visitor.ticket("/edit")
    visitor.page.get_by_label("Имя и фамилия").first.fill("Анна3")
    with visitor.page.expect_navigation():
        visitor.page.get_by_role("button", name="Сохранить").click()


def added_nobody(visitor: Visitor) -> None:
    visitor.book("open", 34)
    left_with_the_form(visitor, "/add", "Добавить")


def after_the_list_has_gone(rest: str) -> Go:
    def go(visitor: Visitor) -> None:
        visitor.book("open", 34)
        visitor.programme.now = at(10.5)
        visitor.ticket(rest)

    return go


def forgotten(visitor: Visitor) -> None:
    visitor.book("open", 34)
    left_with_the_form(visitor, "/forget", "Отменить заявку и удалить данные")


def forgotten_already(visitor: Visitor) -> None:
    forgotten(visitor)
    visitor.ticket("/forget")


def withdrawn(visitor: Visitor) -> None:
    visitor.book("open", 34)
    visitor.ticket("/data")
    visitor.page.get_by_text("Отозвать").first.click()
    with visitor.page.expect_navigation():
        visitor.page.get_by_role("button", name="Да, отозвать").first.click()
    visitor.ticket("/data")


def link_sent(email: str) -> Go:
    def go(visitor: Visitor) -> None:
        visitor.open("/lost")
        visitor.page.get_by_label("Электронная почта").fill(email)
        visitor.send()

    return go


def rehearsed_with_a_note(visitor: Visitor) -> None:
    played, note = slot("open", 11), Text(TextId("page_home.ru"), body="Мы переехали, {телефон}.")
    season = replace(SEASON, rehearsal="olga@example.org")
    tours, hosts = {CARS.id: CARS}, {PLANT.id: PLANT}
    visitor.programme.publish(Catalogue(season, hosts, tours, {played.id: played}, {note.id: note}))
    visitor.open("/")


def status(**found: Any) -> Go:
    """The status page after `sync` found this; it never ran if nothing is given."""

    def go(visitor: Visitor) -> None:
        if found:
            visitor.programme.leave_word(**found)
        visitor.book("two-seats", 30, 31)
        visitor.open(f"/status/{TOKENS.status()}")

    return go


def asked_about_photographs(visitor: Visitor) -> None:
    played, season = slot("open", 11), replace(SEASON, photo=True)
    visitor.programme.publish(Catalogue(season, {PLANT.id: PLANT}, {CARS.id: CARS}, {played.id: played}))
    visitor.open("/slots/open")


def with_registrations_of_a_vk_user(*asked: str) -> Go:
    """Somebody registered inside VK before; then opens the mini-app."""

    def go(visitor: Visitor) -> None:
        for visit in asked:
            visitor.book(visit, 30, 31, email="first@example.org")
            visitor.open(f"/slots/{visit}")
            visitor.fill()
            visitor.send()
        visitor.open("/mine")

    return go


def cancelled_inside_vk(visitor: Visitor) -> None:
    with_registrations_of_a_vk_user("open")(visitor)
    visitor.ticket("/cancel")
    visitor.send()
    visitor.open("/mine")


def a_day_later(visitor: Visitor) -> None:
    visitor.programme.now = at(1, 1)
    visitor.open("/mine")


def name_from_vk(visitor: Visitor) -> None:
    visitor.open("/slots/open")
    visitor.fill()
    visitor.page.locator("#name-given").evaluate("field => { field.value = 'Анна Петрова'; }")
    visitor.send()


WORK = Precautions(proof_of_work=True)


def asked_to_confirm(visitor: Visitor) -> None:
    """Who came without JavaScript, as far as the site can tell."""
    visitor.open("/slots/open")
    visitor.fill()
    with visitor.page.expect_navigation():
        visitor.page.locator("#form").evaluate("form => form.submit()")


def address_link(visitor: Visitor) -> None:
    asked_to_confirm(visitor)
    visitor.open(f"/confirm/{TOKENS.address(visitor.programme.registrations()[-1].id)}")


def address_link_too_late(visitor: Visitor) -> None:
    asked_to_confirm(visitor)
    visitor.programme.now = at(1)
    visitor.open(f"/confirm/{TOKENS.address(visitor.programme.registrations()[-1].id)}")


STATES = (
    State("catalogue.html", "all", opened("/")),
    State("catalogue.html", "conditions of a card", with_conditions("/")),
    State("catalogue.html", "some found", opened("/?kind=workshop&step_free=on")),
    State("catalogue.html", "nothing found", opened("/?q=нет+такого")),
    State("catalogue.html", "filtered in place", filtered_in_place),
    State("catalogue.html", "nothing offered", emptied("/")),
    State("catalogue.html", "rehearsed, with a note", rehearsed_with_a_note),
    State("calendar.html", "months", opened("/calendar")),
    State("calendar.html", "nothing found", opened("/calendar?q=нет+такого")),
    State("embed.html", "visits", opened("/embed"), inside=False),
    State("embed.html", "nothing to ask for", emptied("/embed"), inside=False),
    State("enterprise.html", "with dates", opened("/enterprises/plant")),
    State("enterprise.html", "without dates", emptied("/enterprises/plant")),
    State("tour.html", "with dates", opened("/tours/cars")),
    State("tour.html", "without dates", emptied("/tours/cars")),
    slot_page(Availability.OPEN, "/slots/open"),
    slot_page(Availability.WAITING, "/slots/two-seats", "two-seats", "two-seats"),
    slot_page(Availability.FULL, "/slots/no-line", "no-line"),
    slot_page(Availability.NOT_OPEN_YET, "/slots/soon"),
    slot_page(Availability.CLOSED, "/slots/closed"),
    slot_page(Availability.CANCELLED, "/slots/cancelled"),
    slot_page(Availability.PAST, "/slots/past"),
    State("slot.html", "the form before the opening", before_the_opening, Availability.NOT_OPEN_YET),
    State("slot.html", "wrong fields", wrong_fields, Availability.OPEN),
    State("slot.html", "who does not fit", refused("open", companion="7"), Availability.OPEN),
    State("slot.html", "companions", companions, Availability.OPEN),
    State("slot.html", "asked about photographs", asked_about_photographs, Availability.OPEN),
    State("slot.html", "a slip in the address", slip_in_the_address, Availability.OPEN),
    State("slot.html", "a group", group, Availability.OPEN),
    State("ticket.html", "confirmed", booked("open", 34, 12), Standing.CONFIRMED),
    State("ticket.html", "frozen", frozen_ticket, Standing.CONFIRMED),
    State("ticket.html", "promoted", promoted, Standing.CONFIRMED),
    State("ticket.html", "moved", moved, Standing.CONFIRMED),
    State("ticket.html", "forgotten", forgotten, Standing.CANCELLED),
    State("ticket.html", "waiting", in_line, Standing.WAITING),
    State("ticket.html", "refused", refused_ticket, Standing.REFUSED),
    State("ticket.html", "cancelled", cancelled_ticket, Standing.CANCELLED),
    State("ticket.html", "slot cancelled", slot_cancelled_under_a_ticket, Standing.CANCELLED),
    State("cancel.html", "one", booked("open", 34, rest="/cancel"), Standing.CONFIRMED),
    State("cancel.html", "a party", booked("open", 34, 12, rest="/cancel"), Standing.CONFIRMED),
    State("cancel.html", "nobody chosen", nobody_chosen, Standing.CONFIRMED),
    State("cancel.html", "nothing to cancel", nothing_to_cancel, Standing.CANCELLED),
    State("cancel.html", "too late", too_late_to_cancel, Standing.CONFIRMED),
    State("move.html", "dates", booked("open", 34, 12, rest="/move")),
    State("move.html", "asked", booked("open", 34, 12, rest="/move?to=later")),
    State("move.html", "nowhere", booked("bread", 34, 12, rest="/move")),
    State("add.html", "one more", booked("open", 34, rest="/add")),
    State("add.html", "wrong fields", added_nobody),
    State("add.html", "full party", booked("open", 34, 35, 36, 37, rest="/add")),
    State("edit.html", "as written", booked("open", 34, 12, rest="/edit")),
    State("edit.html", "wrong fields", corrected),
    State("edit.html", "too late", after_the_list_has_gone("/edit")),
    State("forget.html", "asked", booked("open", 34, 12, rest="/forget")),
    State("forget.html", "forgotten already", forgotten_already),
    State("status.html", "all is well", status(owed=1, oldest=at(0)), Mood.GOOD, inside=False),
    State("status.html", "something to mend", status(problems=2), Mood.WORTH, inside=False),
    State("status.html", "never synced", status(), Mood.BAD, inside=False),
    State("data.html", "known", booked("open", 34, 12, rest="/data")),
    State("data.html", "withdrawn", withdrawn),
    State("lost.html", "asked", opened("/lost")),
    State("lost.html", "wrong address", link_sent("anna")),
    State("lost.html", "sent", link_sent("anna@example.org")),
    State("lost.html", "a slip in the address", link_sent("anna@gmial.com")),
    State("refused.html", "already", refused("open", "open"), Reason.ALREADY),
    State("refused.html", "limit", refused("open", "later", "bread"), Reason.LIMIT),
    State("refused.html", "full", refused("no-line", companion="12"), Reason.FULL),
    State("refused.html", "closed meanwhile", closed_meanwhile, Reason.CLOSED),
    State("notyet.html", "seats being checked", seats_being_checked),
    State("notyet.html", "sent before the opening", sent_too_early, inside=False),
    State("notyet.html", "taken for a robot", taken_for_a_robot, inside=False),
    State("mailed.html", "asked to confirm", asked_to_confirm, precautions=WORK),
    State("confirm.html", "asked", address_link, inside=False, precautions=WORK),
    State("confirm.html", "too late", address_link_too_late, inside=False, precautions=WORK),
    State("message.html", "not found", opened("/nowhere"), "404"),
    State("message.html", "ledger silent", ledger_silent, "503"),
    State("gate.html", "open", at_the_gate(11), inside=False),
    State("gate.html", "marked", marked_at_the_gate, inside=False),
    State("gate.html", "nobody found", at_the_gate(11, query="?q=нет"), inside=False),
    State("gate.html", "before its hours", at_the_gate(5), inside=False),
    State("gate.html", "after the last visit", at_the_gate(100), inside=False),
    State("show.html", "holds", shown_code, inside=False),
    State("office.html", "visits", in_the_office(""), inside=False),
    State("office.html", "found", in_the_office("", "петрова"), inside=False),
    State("office.html", "nobody found", in_the_office("", "нет такого"), inside=False),
    State("office.html", "a visit", in_the_office("/visits/two-seats"), inside=False),
    State("party.html", "waiting", in_the_office("/registrations/{last}"), inside=False),
    State(
        "party.html",
        "seated over",
        in_the_office("/registrations/{last}", "", "Дать место сверх обычных"),
        inside=False,
    ),
    State("party.html", "could not be moved", in_the_office("/registrations/{last}", "", "Перенести"), inside=False),
    State("call.html", "asked", in_the_office("/call?slot=open"), inside=False),
    State("call.html", "wrong fields", in_the_office("/call", "", "Записать"), inside=False),
    State("message.html", "a link that ended", after_the_day_of_the_link, "410", inside=False),
    State("mine.html", "nothing yet", opened("/mine"), inside=True),
    State("mine.html", "a seat and a place in line", with_registrations_of_a_vk_user("open", "two-seats"), inside=True),
    State("mine.html", "cancelled", cancelled_inside_vk, inside=True),
    State("mine.html", "of nobody", a_day_later, inside=True),
    State("slot.html", "a name from VK", name_from_vk, Availability.OPEN, inside=True),
    State("message.html", "to be opened again", opened("/../forged/"), "403", inside=True),
    State("consent.html", "text", opened("/consent/registration")),
    State("consent.html", "transfer", opened("/consent/transfer")),
    State("consent.html", "statement", opened("/consent/authority")),
)
