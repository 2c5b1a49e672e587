"""What letters say."""

from __future__ import annotations

import re
from datetime import timedelta
from html.parser import HTMLParser
from typing import Any

import pytest
from msgspec.structs import replace

from tests.mail import kinds
from tests.mail.kinds import ENDINGS, STORIES
from tests.mail.spec import LINKS, SENDER, STARTS, Story, catalogue, slot
from zapis.core.catalogue import Catalogue
from zapis.core.model import NoticeKind, SlotStatus, Standing
from zapis.core.texts import Text, TextId
from zapis.mail.letters import TONES, Letter, compose

ALL = pytest.mark.parametrize("kind", NoticeKind)
LANGUAGES = pytest.mark.parametrize("language", ["ru", "en"])


class _Markup(HTMLParser):
    """The words and the links of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.links: list[str] = []
        self.tags: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value or "" for name, value in attrs if name == "href"]

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def words(html: str) -> str:
    return plain(" ".join(_Markup(html).words))


def plain(text: str) -> str:
    """Without the difference between spaces."""
    return " ".join(text.split())


def letter(kind: NoticeKind, language: str = "ru") -> Letter:
    story, registration = STORIES[kind](language)
    assert story.matter(registration).notice.kind is kind
    return story.letter(registration)


@ALL
def test_every_kind_has_a_story_and_a_tone(kind: NoticeKind) -> None:
    assert kind in STORIES
    assert kind in TONES


SUBJECTS = {
    NoticeKind.CONFIRMED: "Вы записаны: Пара за сорок операций, 12 декабря",
    NoticeKind.WAITING: "Лист ожидания: Пара за сорок операций, 12 декабря",
    NoticeKind.PROMOTED: "Место освободилось, вы записаны: Пара за сорок операций, 12 декабря",
    NoticeKind.CANCELLED: "Запись отменена: Пара за сорок операций, 12 декабря",
    NoticeKind.REDUCED: "Состав группы изменён: Пара за сорок операций, 12 декабря",
    NoticeKind.ENLARGED: "Состав группы изменён: Пара за сорок операций, 12 декабря",
    NoticeKind.CORRECTED: "Данные исправлены: Пара за сорок операций, 12 декабря",
    NoticeKind.MOVED: "Запись перенесена: Сшей кошелёк, 19 декабря",
    NoticeKind.SLOT_CHANGED: "Новое время: Пара за сорок операций, 13 декабря, 14:00",
    NoticeKind.SLOT_CANCELLED: "Экскурсия отменена: Пара за сорок операций, 12 декабря",
    NoticeKind.LINK: "Ссылка на вашу запись: Пара за сорок операций, 12 декабря",
    NoticeKind.REMINDER: "Напоминаем: Пара за сорок операций, 12 декабря, 11:00",
    NoticeKind.THANKS: "Спасибо, что пришли: Пара за сорок операций",
    NoticeKind.CONFIRM_ADDRESS: "Подтвердите запись: Пара за сорок операций, 12 декабря",
    NoticeKind.MESSAGE: "Сообщение организатора: Пара за сорок операций, 12 декабря",
}


@ALL
def test_the_subject_says_what_happened_to_which_visit(kind: NoticeKind) -> None:
    assert letter(kind).subject == SUBJECTS[kind]


@ALL
@LANGUAGES
def test_both_parts_hold_the_visit_and_the_links(kind: NoticeKind, language: str) -> None:
    told = letter(kind, language)
    title = "Сшей кошелёк" if kind is NoticeKind.MOVED else "Пара за сорок операций"
    for part in (plain(told.text), words(told.html)):
        assert title in part
        assert "«Ральф Рингер»" in part
        assert "Анна Петрова" in part
    expected = {LINKS.site} if kind in ENDINGS else {LINKS.ticket, LINKS.cancel}
    expected = {LINKS.confirm} if kind is NoticeKind.CONFIRM_ADDRESS else expected
    assert expected <= set(_Markup(told.html).links)
    assert expected <= set(re.findall(r"https://\S+", told.text))


@pytest.mark.parametrize("kind", [kind for kind in NoticeKind if kind not in ENDINGS])
def test_whoever_may_come_reads_the_code_and_the_way_in_both_parts(kind: NoticeKind) -> None:
    story, registration = STORIES[kind]()
    code = story.state().registrations[registration].code
    told = story.letter(registration)
    for part in (plain(told.text), words(told.html)):
        assert code in part
        assert "Москва, Колодочный проезд, 7" in part
        assert "Текстильщики" in part
        assert "Вход со стороны фирменного магазина" in part


@ALL
@LANGUAGES
def test_the_text_part_says_all_that_the_html_part_says(kind: NoticeKind, language: str) -> None:
    told = letter(kind, language)
    shown = told.html.split("</h1>")[0].rpartition("<h1")[2] + told.html.split("</h1>")[1]
    said, heard = re.findall(r"\w+", words(f"<h1{shown}").casefold()), re.findall(r"\w+", told.text.casefold())

    assert set(said) - set(heard) <= {"год"}


@pytest.mark.parametrize("kind", ENDINGS)
def test_whoever_is_not_coming_is_given_no_ticket(kind: NoticeKind) -> None:
    told = letter(kind)
    assert LINKS.ticket not in told.html + told.text


def test_a_confirmed_party_reads_what_to_bring_and_who_is_coming() -> None:
    told = letter(NoticeKind.CONFIRMED)
    for part in (plain(told.text), words(told.html)):
        for fact in ("Паспорт", "Закрытая обувь без каблука", "Хорошее настроение", "+7 495 000-02-00"):
            assert fact in part
    assert "— Маша Петрова, 8 лет" in plain(told.text)
    assert "суббота, 12 декабря 2026 года, 11:00" in plain(told.text)


def test_who_waits_reads_the_place_in_line_and_that_it_is_no_registration() -> None:
    told = letter(NoticeKind.WAITING)
    for part in (plain(told.text), words(told.html)):
        assert "место в очереди — 1-е" in part
        assert "Это ещё не запись" in part
        assert "Паспорт" not in part


@pytest.mark.parametrize(
    ("seats", "words_"), [(1, "За вами 1 место."), (2, "За вами 2 места."), (5, "За вами 5 мест.")]
)
def test_seats_are_counted_as_people_say_it(seats: int, words_: str) -> None:
    story = Story(capacity=10)
    told = story.letter(story.register(visitors=tuple(f"Гость {n}" for n in range(seats))))
    assert words_ in plain(told.text)
    assert words_ in words(told.html)


@pytest.mark.parametrize(
    ("minutes", "length"), [(45, "45 минут"), (60, "1 час"), (121, "2 часа 1 минута"), (300, "5 часов")]
)
def test_how_long_it_lasts_is_said_in_hours_and_minutes(minutes: int, length: str) -> None:
    story = Story(catalogue(minutes=minutes))
    assert f"Длится: {length}\n" in story.letter(story.register()).text.replace("\u00a0", " ")


def test_short_words_and_dashes_do_not_end_a_line() -> None:
    told = letter(NoticeKind.CONFIRMED)
    assert "На\u00a0проходной" in told.text
    assert "детям до\u00a014 лет\u00a0— свидетельство о\u00a0рождении" in told.html


def test_a_changed_visit_shows_the_old_time_beside_the_new_one() -> None:
    told = letter(NoticeKind.SLOT_CHANGED)
    assert "Было: суббота, 12 декабря 2026 года, 11:00" in plain(told.text)
    assert "Стало: воскресенье, 13 декабря 2026 года, 14:00" in plain(told.text)
    assert "Было 12 декабря, 11:00" in words(told.html)
    assert "Стало 13 декабря, 14:00" in words(told.html)


def test_another_place_is_shown_beside_the_one_that_was_known() -> None:
    story, anna = kinds.confirmed()
    story.offer(place="Москва, Колодочный проезд, 7. Вход со стороны фирменного магазина")
    assert story.state().notices[anna].kind is NoticeKind.CONFIRMED, "nothing was known before"
    story.offer(place="Москва, Рабочая улица, 1. Вторая проходная")
    told = story.letter(anna)

    assert told.subject == "Новое место: Пара за сорок операций, 12 декабря, 11:00"
    for part in (plain(told.text), words(told.html)):
        assert "Другое место встречи" in part
        assert "День и время прежние" in part
        assert part.index("Колодочный проезд, 7. Вход") < part.index("Рабочая улица, 1. Вторая проходная")
    assert told.calendar is not None
    assert (told.calendar.method, told.calendar.entry.sequence) == ("REQUEST", 1)


def test_another_time_and_another_place_are_told_in_one_letter() -> None:
    story, anna = kinds.confirmed()
    story.offer(place="Колодочный проезд, 7")
    story.offer(starts=STARTS + timedelta(days=1), place="Рабочая улица, 1")
    told = story.letter(anna)

    assert told.subject.startswith("Новое время: ")
    assert "Стало: воскресенье, 13 декабря 2026 года, 11:00. Рабочая улица, 1" in plain(told.text)


def test_a_move_names_the_visit_that_was_left() -> None:
    told = letter(NoticeKind.MOVED)
    assert "Было: суббота, 12 декабря 2026 года, 11:00, Пара за сорок операций" in plain(told.text)


def test_a_promoted_party_passes_the_seat_on_by_an_equal_button() -> None:
    html = letter(NoticeKind.PROMOTED).html
    buttons = re.findall(r'<td class="button"[^>]*>(<a href="[^"]*")( style="[^"]*")>([^<]*)</a>', html)
    assert [text for _, _, text in buttons] == ["Приду, открыть билет", "Уступить место"]
    assert [link for link, _, _ in buttons] == [f'<a href="{LINKS.ticket}"', f'<a href="{LINKS.cancel}"']
    assert len({style for _, style, _ in buttons}) == 1


def test_of_a_cancelled_visit_three_others_are_told_that_the_party_can_have() -> None:
    shown = catalogue()
    weeks = {f"S{n}": slot(f"S{n}", "T", STARTS + timedelta(days=7 * n)) for n in range(3, 7)}
    story = Story(replace(shown, slots={**shown.slots, **weeks}))
    for n, id in enumerate(weeks, 3):
        story.offer(id, capacity=3 if n != 4 else 2, starts=STARTS + timedelta(days=7 * n))
    anna = story.register(**kinds.FAMILY)
    story.offer(status=SlotStatus.CANCELLED)
    told = story.letter(anna)

    links = [link for link in _Markup(told.html).links if "/slots/" in link]
    assert links == [f"{LINKS.site}slots/{id}" for id in ("S3", "S5", "S6")]
    for part in (plain(told.text), words(told.html)):
        assert "всей вашей группе" in part
        assert "свободно 3 места" in part
    assert all(link in told.text for link in links)


def test_where_nothing_else_suits_the_season_is_offered() -> None:
    story, anna = kinds.confirmed()
    story.offer("S2", capacity=1)
    story.offer(status=SlotStatus.CANCELLED)
    told = story.letter(anna)

    assert "Других визитов в сезоне много" in plain(told.text)
    assert "/slots/" not in told.html


def test_a_reminder_brings_gate_and_rules_and_an_equal_way_out() -> None:
    told = letter(NoticeKind.REMINDER)
    for part in (plain(told.text), words(told.html)):
        for fact in ("Вход со стороны фирменного магазина", "Паспорт", "Закрытая обувь", "12 декабря в 11:00"):
            assert fact in part
    buttons = re.findall(r'<td class="button"[^>]*><a href="([^"]*)"', told.html)
    assert buttons == [LINKS.ticket, LINKS.cancel]
    assert told.calendar is None


def test_thanks_ask_for_an_answer_and_hold_no_ticket() -> None:
    told = letter(NoticeKind.THANKS)
    assert "ответьте на это письмо" in plain(told.text)
    assert told.reply_to == "visits@mosprom.example"
    assert "Код записи" not in told.text
    assert (told.calendar, told.picture) == (None, None)


def test_a_message_says_the_organisers_words_with_placeholders_filled_and_changes_nothing_in_calendars() -> None:
    story, anna = kinds.confirmed()
    story.write("{имя}, возьмите <b>паспорт</b>.\nВход {дата} в {время}.")
    own = Text(TextId("message.ru"), body="Слова письма", signature="Ваша команда")
    told = compose(story.matter(anna), replace(story.shown, texts={own.id: own}), SENDER, LINKS)

    for part in (plain(told.text), words(told.html)):
        assert "Анна Петрова, возьмите <b>паспорт</b>." in part
        assert "Вход 12 декабря в 11:00." in part
        assert "Слова письма" not in part
        assert "Ваша команда" in part
    assert told.calendar is None


@ALL
def test_a_seat_brings_its_code_as_a_picture_and_nothing_else_does(kind: NoticeKind) -> None:
    story, registration = STORIES[kind]()
    told = story.letter(registration)
    seat = story.state().registrations[registration].standing is Standing.CONFIRMED and kind is not NoticeKind.THANKS
    assert (told.picture is not None) == seat
    assert told.html.count("<img ") == seat
    if told.picture:
        assert told.picture.png.startswith(b"\x89PNG")
        assert f'src="cid:{told.picture.id}"' in told.html


def test_who_leaves_the_waiting_list_is_not_told_of_a_registration() -> None:
    story, anna = kinds.waiting()
    story.cancel(anna)
    told = story.letter(anna)
    assert told.subject.startswith("Вы больше не в листе ожидания: ")
    assert "Запись отменена" not in told.text


def test_an_organisers_cancellation_does_not_thank_the_visitor_for_it() -> None:
    story, anna = kinds.confirmed()
    story.cancel(anna, by="organiser")
    told = plain(story.letter(anna).text)
    assert "Организатор отменил вашу запись" in told
    assert "как вы просили" not in told


def test_a_cancelled_workshop_is_called_by_its_gender() -> None:
    story, anna = kinds.moved()
    story.offer("S2", status=SlotStatus.CANCELLED)
    assert story.letter(anna).subject.startswith("Мастер-класс отменён: ")


def test_after_the_freeze_nobody_is_told_to_cancel_before_it() -> None:
    story = Story(closes=STARTS)
    story.clock.time = STARTS.replace(hour=1)
    told = plain(story.letter(story.register()).text)
    assert "Список уже передан предприятию" in told
    assert "отмените запись до" not in told


@ALL
def test_an_english_letter_has_no_russian_words_of_ours(kind: NoticeKind) -> None:
    story, registration = STORIES[kind]("en")
    matter, shown = story.matter(registration), story.shown
    typed = "".join(map(str, [matter.person, shown.season, shown.enterprises, shown.tours]))
    told = compose(matter, shown, SENDER, LINKS)
    ours = [
        word for word in re.findall(r"[А-Яа-яё]+", told.subject + told.text + words(told.html)) if word not in typed
    ]
    assert ours == []


def test_an_unknown_language_is_answered_in_russian() -> None:
    story = Story()
    told = story.letter(story.register(language="tlh"))
    assert (told.language, told.subject[:11]) == ("ru", "Вы записаны")


def test_a_script_in_a_name_is_text() -> None:
    story = Story()
    told = story.letter(story.register("<script>alert(1)</script>"))
    assert "script" not in _Markup(told.html).tags
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in told.html
    assert "<script>alert(1)</script>" in told.text


def test_markup_in_the_sheet_is_text() -> None:
    story = Story(catalogue(title="Ток & <b>искра</b>", bring='"><img src=x>'))
    told = story.letter(story.register())
    assert "b" not in _Markup(told.html).tags
    assert "<img src=x" not in told.html
    assert "Ток & <b>искра</b>" in told.text


@pytest.mark.parametrize("name", ["http://spam.example", "Приз на spam.ru", "пишите a@b.example", "www.spam"])
def test_an_advertisement_in_a_name_is_not_passed_on(name: str) -> None:
    story = Story()
    told = story.letter(story.register(name))
    assert name not in told.text + told.html
    assert "Здравствуйте!" in told.text
    assert "Участник, 34 года" in plain(told.text)


@pytest.mark.parametrize("name", ["Петрова А.С.", "О'Генри", "Ли Цзы-Мин", "Анна-Мария"])
def test_real_names_are_kept(name: str) -> None:
    story = Story()
    assert f"Здравствуйте, {name}!" in story.letter(story.register(name)).text


@ALL
def test_html_is_small_whole_and_fetches_nothing(kind: NoticeKind) -> None:
    html = letter(kind).html
    assert html.lstrip().startswith('<!DOCTYPE html>\n<html lang="ru">')
    assert len(html.encode()) < 100_000
    assert {"script", "link", "iframe"}.isdisjoint(_Markup(html).tags)
    assert "url(" not in html
    assert all(source.startswith("cid:") for source in re.findall(r' src="([^"]*)"', html))
    assert 'name="color-scheme" content="light dark"' in html
    assert "prefers-color-scheme: dark" in html


def test_later_letters_refer_to_the_first_one() -> None:
    story, anna = kinds.confirmed()
    first = story.letter(anna)
    story.cancel(anna, 1)
    second = story.letter(anna)
    story.cancel(anna)
    third = story.letter(anna)

    assert first.references is None
    assert second.references == third.references == first.message_id
    assert len({first.message_id, second.message_id, third.message_id}) == 3
    assert first.message_id.endswith("@mosprom.example")


def test_a_retry_is_the_same_letter() -> None:
    story, anna = kinds.confirmed()
    first = story.letter(anna)
    story.clock.advance(hours=3)
    assert story.letter(anna) == first


def test_a_slot_that_the_catalogue_does_not_know_makes_no_letter() -> None:
    story, anna = kinds.confirmed()

    with pytest.raises(KeyError):
        compose(story.matter(anna), Catalogue(season=story.shown.season), SENDER, LINKS)


@pytest.mark.parametrize(
    ("language", "said"),
    [
        (
            "ru",
            (
                "На коляске: пройти можно, сотрудники помогут",
                "Лестницы: есть, но можно на лифте",
                "Шум: местами шумно",
                "Дети: только со взрослыми: один взрослый ведёт не больше 4 детей",
            ),
        ),
        (
            "en",
            (
                "Wheelchair: possible, staff will help",
                "Stairs: there are some, but there is a lift",
                "Noise: loud in places",
                "Children: only with adults: one adult may lead 4 children at most",
            ),
        ),
    ],
)
def test_how_hard_the_way_is_and_who_leads_the_children_is_said(language: str, said: tuple[str, ...]) -> None:
    found = plain(letter_of(language, wheelchair="helped", stairs="lift", noise="places", children_per_adult=4).text)

    for words_ in said:
        assert words_ in found


def test_of_what_nobody_said_a_letter_is_silent() -> None:
    assert not re.search("На коляске|Лестницы|Шум|Дети:", letter(NoticeKind.CONFIRMED).text)


def letter_of(language: str, children_per_adult: int, **way: Any) -> Letter:
    """A confirmation of a visit whose way is such."""
    offered = catalogue(children_per_adult=children_per_adult)
    hosts = {key: replace(host, **way) for key, host in offered.enterprises.items()}
    story = Story(replace(offered, enterprises=hosts), children_per_adult=children_per_adult)
    return story.letter(story.register(language=language))


@LANGUAGES
@ALL
def test_in_a_rehearsal_every_letter_goes_to_the_organiser_and_says_so(kind: NoticeKind, language: str) -> None:
    story, registration = STORIES[kind](language)
    assert story.shown.season
    rehearsal = replace(story.shown, season=replace(story.shown.season, rehearsal="organiser@mosprom.example"))

    rehearsed = compose(story.matter(registration), rehearsal, SENDER, LINKS)

    assert rehearsed.to == "organiser@mosprom.example"
    assert rehearsed.subject.startswith({"ru": "[Репетиция] ", "en": "[Rehearsal] "}[language])
    assert rehearsed.calendar is None or rehearsed.calendar.attendee == "organiser@mosprom.example"


def in_their_words(**parts: str) -> Letter:
    """Anna's confirmation, with an organiser's own words."""
    story, registration = STORIES[NoticeKind.CONFIRMED]("ru")
    own = Text(TextId("confirmed.ru"), **parts)
    return compose(story.matter(registration), replace(story.shown, texts={own.id: own}), SENDER, LINKS)


def test_organisers_words_take_the_place_of_the_usual_ones_in_both_parts() -> None:
    told = in_their_words(
        subject="Ждём вас, {имя}: {дата}",
        greeting="Дорогой друг!",
        body="Приходите на «{визит}».\nБудет <b>жарко</b>.",
        signature="Ваша {программа}",
    )
    usual = letter(NoticeKind.CONFIRMED)

    assert told.subject.startswith("Ждём вас, Анна")
    for part in (plain(told.text), words(told.html)):
        assert "Дорогой друг!" in part
        assert "Здравствуйте" not in part
        assert "Будет <b>жарко</b>." in part
        assert "Ваша Открой#Моспром" in part
    assert "<b>жарко" not in told.html
    for said in ("Вы записаны", "Отменить запись", "Если планы изменятся"):
        assert said in plain(told.text)
        assert said in plain(usual.text)


def test_words_that_are_left_empty_are_the_usual_ones() -> None:
    told, usual = in_their_words(signature="Команда"), letter(NoticeKind.CONFIRMED)

    assert told.subject == usual.subject
    assert plain(told.text).replace("Команда ", "") == plain(usual.text)


def test_a_line_break_in_a_subject_stays_out_of_the_headers() -> None:
    assert in_their_words(subject="Ждём\r\nBcc: all@example.org").subject == "Ждём Bcc: all@example.org"
