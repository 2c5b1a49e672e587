"""From a cell that an organiser edits to the letter that people get: sync decides, deliver tells."""

from __future__ import annotations

import re
from collections.abc import Iterator
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import pytest

from tests.mail.server import Behaviour, Server
from tests.stage import Stage, small_season, stage
from zapis.core.entries import Entry, Requested, SlotOffered, from_row, parse_moment, to_row
from zapis.core.ids import registration_id
from zapis.core.model import PersonKey, SlotId
from zapis.core.people import Person
from zapis.core.people import to_row as person_row
from zapis.mail.deliver import Deliverer
from zapis.mail.smtp import SmtpTransport
from zapis.publish.sync import Sync
from zapis.tokens import Tokens

AT = parse_moment("2030-12-01T07:00:00Z")


class Season:
    """A slot of two seats, organisers' hands, and a post office."""

    def __init__(self, stage: Stage, post: Server, behaviour: Behaviour) -> None:
        self.stage, self.behaviour = stage, behaviour
        self.sync: Sync = stage.syncer()
        self._deliverer = Deliverer(
            stage.open_ledger,
            SmtpTransport(f"smtp://127.0.0.1:{post.port}"),
            Tokens(["k" * 32]),
            "https://visits.example",
            "bot@zapis.example",
        )
        stage.settle(self.sync)
        entries = map(from_row, stage.journal())
        self._slot: SlotId = next(e.slot for e in entries if isinstance(e, Entry) and isinstance(e.fact, SlotOffered))

    def register(self, *names: str) -> None:
        for name in names:
            id = registration_id(self._slot, name)
            entry = Entry(AT, id, self._slot, "site", Requested((30,), (PersonKey(name),), True, name))
            person = Person(name, f"{name}@example.com", "", (name,))
            self.stage.append(journal=[to_row(entry)], people=[person_row(id, person)])

    def edit(self, tab: str, **cells: Any) -> None:
        """Type into the first row of a tab, under the headers given."""
        for header, value in cells.items():
            self.stage.type(tab, 2, header.replace("_", " "), value)

    def told(self) -> dict[str, EmailMessage]:
        """Who gets which letter now that sync and deliver run."""
        self.behaviour.letters.clear()
        while self.sync.run().offers:
            pass
        assert self._deliverer.run("run").deferred == 0
        letters = [message_from_bytes(letter, policy=default) for letter in self.behaviour.letters]
        assert all(isinstance(letter, EmailMessage) for letter in letters)
        return {str(letter["To"]).partition("@")[0]: letter for letter in letters}


def subjects(told: dict[str, EmailMessage]) -> dict[str, str]:
    """What each was told, in a word or two."""
    return {who: letter["Subject"].partition(":")[0] for who, letter in sorted(told.items())}


def calendar(letter: EmailMessage) -> dict[str, str]:
    """What a letter tells the calendar; nothing where it does not."""
    found = [part for part in letter.walk() if part.get_content_type() == "text/calendar"]
    if not found:
        return {}
    lines = (
        line.partition(":") for line in found[0].get_content().replace("\r\n", "\n").replace("\n ", "").split("\n")
    )
    told = {name.partition(";")[0]: value for name, _, value in lines}
    assert found[0].get_param("method") == told["METHOD"]
    return told


@pytest.fixture
def season(tmp_path: Path) -> Iterator[Season]:
    behaviour = Behaviour()
    with stage(tmp_path, small_season) as running, Server(behaviour) as post:
        yield Season(running, post, behaviour)


ALL = ("anna", "gleb", "vera")


def test_people_and_their_calendars_follow_what_organisers_edit(season: Season) -> None:
    """One season: each edit costs a second, laying it out costs two."""
    season.behaviour.recipients["boris@example.com"] = "550 5.1.1 no such user"
    season.register("anna", "boris", "vera")
    first = season.told()
    assert subjects(first) == {"anna": "Вы записаны", "vera": "Лист ожидания"}
    known = calendar(first["anna"])
    assert (known["METHOD"], known["SEQUENCE"]) == ("REQUEST", "0")

    _more_seats_promote_and_fewer_or_an_earlier_opening_trouble_nobody(season)
    _a_bounce_stands_beside_its_registration(season)
    season.register("gleb")
    season.told()

    season.edit("Предприятия", Адрес="Рабочая улица, 1", Место_встречи="Вторая проходная")
    elsewhere = season.told()
    assert subjects(elsewhere) == dict.fromkeys(ALL, "Новое место")
    update = calendar(elsewhere["anna"])
    assert (update["UID"], update["SEQUENCE"], update["METHOD"]) == (known["UID"], "1", "REQUEST")
    assert "Рабочая улица" in update["LOCATION"]

    season.edit("Расписание", Дата="13.12.2030", Подтверждаю=True)
    moved = season.told()
    assert subjects(moved) == dict.fromkeys(ALL, "Новое время")
    update = calendar(moved["anna"])
    assert (update["UID"], update["SEQUENCE"], update["DTSTART"]) == (known["UID"], "2", "20301213T110000")

    season.edit("Расписание", Подтверждаю=False, Статус="отменена")
    assert season.told() == {}, "a cancellation has a tick of its own"
    season.edit("Расписание", Подтверждаю=True)
    ended = season.told()
    assert subjects(ended) == dict.fromkeys(ALL, "Экскурсия отменена")
    end = calendar(ended["anna"])
    assert (end["UID"], end["SEQUENCE"], end["METHOD"], end["STATUS"]) == (known["UID"], "3", "CANCEL", "CANCELLED")
    assert calendar(ended["gleb"]) == {}, "who waited has nothing in the calendar"


def _more_seats_promote_and_fewer_or_an_earlier_opening_trouble_nobody(season: Season) -> None:
    season.edit("Расписание", Мест="3")
    promoted = season.told()
    assert subjects(promoted) == {"vera": "Место освободилось, вы записаны"}
    assert calendar(promoted["vera"])["METHOD"] == "REQUEST"

    season.edit("Расписание", Мест="1", Запись_с="01.11.2030 10:00")
    assert season.told() == {}


def _a_bounce_stands_beside_its_registration(season: Season) -> None:
    lines = season.stage.rows(season.stage.catalogue, "Заявки")
    words = {line["Имя"]: line["Письмо"] for line in lines}
    assert words == {"anna": "отправлено", "boris": "не доставлено: проверьте адрес", "vera": "отправлено"}


def test_edits_that_follow_one_another_make_one_letter(season: Season) -> None:
    """Two minutes are ten seconds here: an instance whose clock is far from Google's decides nothing."""
    settle, pause = 10, 6
    season.sync = season.stage.syncer(settle=settle)
    season.register("anna")
    season.told()

    season.edit("Расписание", Дата="13.12.2030", Подтверждаю=True)
    assert season.told() == {}
    for edit in ({"tab": "Расписание", "Начало": "12:00"}, {"tab": "Предприятия", "Адрес": "Рабочая улица, 1"}):
        season.stage.emulator.clock.advance(pause)
        season.edit(**edit)
        assert season.told() == {}
    (row,) = season.stage.rows(season.stage.catalogue, "Расписание")
    assert re.search(r"затронет 1 человека: 1 заявка; вступит в силу в \d\d:\d\d", row["Проверка"])

    season.stage.emulator.clock.advance(settle + 2)  # Google's clock is known to the second
    told = season.told()
    assert len(season.behaviour.letters) == 1
    update = calendar(told["anna"])
    assert (update["DTSTART"], update["SEQUENCE"]) == ("20301213T120000", "1")
    assert "Рабочая улица" in update["LOCATION"]
    assert season.told() == {}
