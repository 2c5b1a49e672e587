"""What is said to a visitor, and with which HTTP status: one table for refusals, one for faults.

Texts of exceptions are for operators and never reach a page. A text may use the fields of its own sentence
only; facts of a slot are said beside it by the page.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from zapis.core.model import Reason, Registration, Standing
from zapis.core.rules import ADULT
from zapis.core.russian import NBSP
from zapis.errors import CannotDecide, JournalDisturbed, LedgerMoves, SheetsUnavailable, ZapisError
from zapis.ledger.committer import TooManyWaiting, Unsettled
from zapis.site.forms import AUTHORITY, OPTIONAL, PHOTO, REGISTRATION, TRANSFER
from zapis.site.limits import TooOften
from zapis.site.offers import Availability, Offer
from zapis.voice import speech
from zapis.voice.speech import counted, typeset
from zapis.voice.tongue import N_, _

if TYPE_CHECKING:
    from zapis.site.months import CalendarDay

LARGEST_FAMILY = 7


class Words(Struct, frozen=True):
    """An answer in words. `code` tells programs what happened; `retry_after` is seconds, 0 for never."""

    status: int
    code: str
    heading: str
    sentence: str
    """Both are messages of the catalogues, said in the language of whoever is answered."""
    retry_after: int = 0

    @property
    def title(self) -> str:
        """The heading, in the visitor's language."""
        return _(self.heading)

    @property
    def text(self) -> str:
        """The sentence below it."""
        return _(self.sentence)


REFUSALS: Mapping[Reason, Words] = {
    Reason.UNKNOWN_SLOT: Words(
        404,
        "unknown_slot",
        N_("Такого визита нет"),
        N_("Возможно, ссылка устарела или в адресе опечатка. Все визиты — на главной странице."),
    ),
    Reason.NOT_OPEN_YET: Words(
        409,
        "not_open_yet",
        N_("Запись ещё не открылась"),
        N_("Записаться можно будет, когда она откроется."),
    ),
    Reason.CLOSED: Words(
        409,
        "closed",
        N_("Запись закрыта"),
        N_("На этот визит больше не записывают: список готовят для предприятия."),
    ),
    Reason.SLOT_CANCELLED: Words(
        409,
        "slot_cancelled",
        N_("Визит отменён"),
        N_("Организаторы отменили этот визит."),
    ),
    Reason.PARTY_SIZE: Words(
        422,
        "party_size",
        N_("Слишком большая группа"),
        N_("В одной заявке на этот визит не бывает столько человек."),
    ),
    Reason.AGE: Words(
        422,
        "age",
        N_("Возраст не подходит"),
        N_("Не все из вашей группы подходят по возрасту: предприятие не пропустит их."),
    ),
    Reason.ADULTS: Words(
        422,
        "too_few_adults",
        N_("Детей больше, чем могут вести взрослые"),
        N_("Добавьте взрослых или запишите меньше детей: одних предприятие их не пропустит."),
    ),
    Reason.ALREADY: Words(
        409,
        "already_registered",
        N_("Этот адрес уже записан на этот визит"),
        N_(
            "Ссылку на билет мы отправили на указанную почту: проверьте входящие и папку «Спам». "
            "Здесь мы её не показываем, чтобы чужой билет не увидел посторонний."
        ),
    ),
    Reason.LIMIT: Words(
        409,
        "season_limit",
        N_("Достигнут предел записей на сезон"),
        N_(
            "На этот адрес уже оформлено столько заявок, сколько можно одному человеку за сезон. "
            "Отмените одну из них — и сможете записаться сюда."
        ),
    ),
    Reason.FULL: Words(
        409,
        "full",
        N_("Мест на всю группу не хватило"),
        N_("Свободных мест меньше, чем человек в заявке. Мы вас не записали и в лист ожидания не поставили."),
    ),
    Reason.UNCONFIRMED: Words(
        409,
        "address_unconfirmed",
        N_("Адрес не подтверждён"),
        N_("Откройте ссылку из письма, которое мы прислали, и подтвердите заявку: до этого вы не записаны."),
    ),
}

NO_CHANGES: Mapping[Reason, Words] = {
    Reason.FULL: Words(
        409,
        "full",
        N_("Мест уже не хватает"),
        N_("Пока вы выбирали, места заняли другие. Ваша прежняя запись осталась как была."),
    ),
    Reason.ALREADY: Words(
        409,
        "already_registered",
        N_("На этот визит у вас уже есть заявка"),
        N_("На один визит бывает одна заявка с адреса. Ваша прежняя запись осталась как была."),
    ),
    Reason.FROZEN: Words(
        409,
        "frozen",
        N_("Список уже передан предприятию"),
        N_("Изменить его здесь больше нельзя. Если ошибка мешает пройти, позвоните организаторам."),
    ),
    Reason.STALE: Words(
        409,
        "stale",
        N_("Заявку только что изменили"),
        N_(
            "Кажется, её поправили в другой вкладке или на другом телефоне. Если верно то, что вы набрали здесь, "
            "отправьте ещё раз."
        ),
    ),
    Reason.NOT_ACTIVE: Words(
        409,
        "not_active",
        N_("Менять нечего"),
        N_("Эта заявка отменена или её данных больше нет."),
    ),
}
"""Why a ticket stays as it was; what is not here is said as a refusal."""

_PAST = Words(409, "past", N_("Визит уже прошёл"), N_("На этот визит больше не записывают."))
_FULL_AND_NO_LINE = Words(
    409,
    "full",
    N_("Мест на всю группу не хватило"),
    N_("Свободных мест меньше, чем человек в заявке. Мы вас не записали: листа ожидания на этот визит нет."),
)

CONTRADICTED = Words(
    422,
    "key_reused",
    N_("Ключ уже использован"),
    N_("С этим ключом уже приходила другая заявка. Для новой заявки нужен новый ключ."),
)

UNSETTLED = Words(
    503,
    "unsettled",
    N_("Проверяем места, ещё не подтверждено"),
    N_(
        "Таблица с местами отвечает дольше обычного. Заявка не потеряется и не запишется дважды, "
        "сколько бы раз её ни отправили."
    ),
    retry_after=3,
)
_BUSY = Words(
    503,
    "busy",
    N_("Очень много заявок"),
    N_("Сейчас записываются сразу много людей. Ваша заявка ещё не принята: отправьте её снова через несколько секунд."),
    retry_after=5,
)
_UNAVAILABLE = Words(
    503,
    "unavailable",
    N_("Расписание сейчас не отвечает"),
    N_("Мы не можем проверить места. Попробуйте через минуту: ничего из записанного не пропало."),
    retry_after=15,
)
_STOPPED = Words(
    503,
    "stopped",
    N_("Запись приостановлена"),
    N_("Мы проверяем список заявок и пока никого не записываем. Ранее подтверждённые записи в силе."),
    retry_after=60,
)
_MOVING = Words(
    503,
    "moving",
    N_("Переезжаем, это недолго"),
    N_("Список заявок переносят на новое место. Ничего не пропадёт: отправьте заявку снова через минуту."),
    retry_after=30,
)
_TOO_OFTEN = Words(
    429,
    "too_often",
    N_("Слишком много заявок сразу"),
    N_("С вашего адреса в сети пришло очень много заявок. Ничего не пропало: подождите и отправьте снова."),
)
_FAULTS: tuple[tuple[type[Exception], Words], ...] = (
    (Unsettled, UNSETTLED),
    (TooManyWaiting, _BUSY),
    (JournalDisturbed, _STOPPED),
    (LedgerMoves, _MOVING),
    (CannotDecide, _STOPPED),
    (SheetsUnavailable, _UNAVAILABLE),
)

_STATUSES: Mapping[int, Words] = {
    400: Words(
        400,
        "malformed",
        N_("Запрос не разобрать"),
        N_("В запросе что-то испорчено: вернитесь на страницу визита и заполните её заново."),
    ),
    401: Words(
        401, "unauthorized", N_("Нужен билет"), N_("Передайте билет в заголовке Authorization: Bearer <билет>.")
    ),
    404: Words(
        404,
        "not_found",
        N_("Такой страницы нет"),
        N_("Возможно, в адресе опечатка или ссылка скопирована не до конца."),
    ),
    405: Words(405, "method_not_allowed", N_("Так сюда нельзя"), N_("Эта страница не принимает такие запросы.")),
    413: Words(
        413,
        "too_large",
        N_("Слишком много данных"),
        N_("Столько данных в заявке не бывает: сократите её и отправьте снова."),
    ),
    415: Words(415, "unsupported", N_("Формат не подходит"), N_("Мы принимаем только обычную форму или JSON в UTF-8.")),
}
OFFICE_ENDED = Words(
    410,
    "gone",
    N_("Эта ссылка больше не действует"),
    N_("Её срок вышел. Новая стоит там же, где была эта: в таблице, во вкладке «Сезон»."),
)
TICKET_ENDED = Words(
    410,
    "gone",
    N_("Билет отработал своё"),
    N_("Визит давно прошёл, имена и контакты этой заявки удалены. Новые визиты — на главной странице."),
)
OPEN_AGAIN = Words(
    403,
    "open_again",
    N_("Откройте приложение ещё раз"),
    N_(
        "ВКонтакте открыло эту страницу слишком давно, и мы не можем узнать вас. "
        "Закройте приложение и откройте его снова: всё записанное на месте."
    ),
)
OUR_FAULT = Words(
    500,
    "internal",
    N_("У нас ошибка"),
    N_("Мы уже знаем о ней. Если вы отправляли заявку, отправьте её снова: дважды она не запишется."),
)


def of_refusal(reason: Reason | None, offer: Offer | None = None) -> Words:
    """Why a request was refused."""
    if reason is Reason.CLOSED and offer and offer.availability is Availability.PAST:
        return _PAST
    if reason is Reason.FULL and offer and not offer.terms.waiting_list:
        return _FULL_AND_NO_LINE
    return REFUSALS.get(reason, OUR_FAULT) if reason else OUR_FAULT


def of_no_change(reason: Reason, offer: Offer | None = None) -> Words:
    """Why a change was not made."""
    return NO_CHANGES.get(reason) or of_refusal(reason, offer)


def of_fault(error: Exception) -> Words:
    """What an error means to a visitor."""
    if isinstance(error, TooOften):
        return replace(_TOO_OFTEN, retry_after=error.seconds)
    found = next((words for kind, words in _FAULTS if isinstance(error, kind)), None)
    return found or (_UNAVAILABLE if isinstance(error, ZapisError) else OUR_FAULT)


def of_status(status: int) -> Words:
    """An HTTP status in words."""
    return _STATUSES.get(status, OUR_FAULT)


def of_misfit(age: int, offer: Offer) -> str:
    """Why somebody of this age cannot come."""
    if age < offer.terms.min_age:
        said, limit = _("%(years)s — рано: на этот визит пускают с %(limit)s."), offer.terms.min_age
    else:
        said, limit = _("%(years)s — не подходит: на этот визит пускают до %(limit)s."), offer.terms.max_age
    return typeset(said % {"years": speech.years(age), "limit": speech.years_genitive(limit)})


def of_party_size(offer: Offer) -> str:
    """How many may come together."""
    most = speech.people_genitive(offer.terms.max_party)
    return _("В одной заявке на этот визит — не больше %(people)s.") % {"people": most}


def of_too_few_adults(offer: Offer, ages: tuple[int, ...]) -> str:
    """How many adults are missing."""
    led = offer.terms.children_per_adult
    adults = sum(age >= ADULT for age in ages)
    missing = -(-(len(ages) - adults) // led) - adults
    more = counted("%d взрослого", "%d взрослых", missing)
    children = counted("%d ребёнка", "%d детей", led)
    return _("Один взрослый ведёт не больше %(children)s: добавьте ещё %(adults)s.") % {
        "children": children,
        "adults": more,
    }


def of_party(ages: Sequence[int]) -> str:
    """Who comes: each of a family by age, a class by how many are of an age."""
    if len(ages) <= LARGEST_FAMILY:
        return f"{speech.people(len(ages))}: {', '.join(map(speech.years, ages))}"
    counted_ages = (f"{speech.years(age)}{NBSP}— {ages.count(age)}" for age in sorted(set(ages)))
    return f"{speech.people(len(ages))}: {', '.join(counted_ages)}"


def of_registration(registration: Registration, place: int | None) -> str:
    """Where a registration stands, in one sentence that cannot be misread."""
    if registration.standing is Standing.CONFIRMED:
        return _("Вы записаны")
    if registration.standing is Standing.WAITING:
        return _("Вы в листе ожидания, %(place)s-й в очереди") % {"place": place}
    if registration.standing is Standing.CANCELLED:
        return _("Визит отменён") if registration.reason is Reason.SLOT_CANCELLED else _("Заявка отменена")
    return _("Не получилось записать")


def of_party_standing(registration: Registration, place: int | None = None) -> str:
    """The same for an organiser, who is not the one that comes."""
    if registration.standing is Standing.WAITING and place:
        return _("в листе ожидания, %(place)s-й в очереди") % {"place": place}
    return _(_STANDINGS[registration.standing])


def of_offer(offer: Offer) -> str:
    """What can be had, in a few words."""
    return _OFFERS[offer.availability](offer)


def of_day(day: CalendarDay) -> str:
    """What a day has, in full: for who hears the calendar."""
    if day.best is Availability.OPEN:
        return f"{speech.visits(day.visits)}, {counted('свободно %d место', 'свободно %d мест', day.free)}"
    return f"{speech.visits(day.visits)}, {_(_BEST[day.best])}"


def of_consent(kind: str) -> str:
    """What a text of consent is called."""
    return _(_CONSENTS.get(kind, _CONSENTS[REGISTRATION]))


def of_withdrawal(kind: str) -> str:
    """What follows when this consent is taken back."""
    if kind == TRANSFER:
        return _("Имена исчезнут из списка предприятия, а заявка отменится: без списка вас не пропустят.")
    if kind in OPTIONAL:
        return _("На запись это не влияет.")
    return _("Заявка отменится, имена, почта и телефон удалятся. Вернуть их нельзя.")


def of_channel(channel: str) -> str:
    """By which way somebody asked."""
    return _(_CHANNELS.get(channel, _CHANNELS["site"]))


_CONSENTS: Mapping[str, str] = {
    REGISTRATION: N_("Согласие на обработку персональных данных"),
    TRANSFER: N_("Согласие передать список предприятию"),
    AUTHORITY: N_("Заявление о праве записать детей"),
    PHOTO: N_("Согласие на фото- и видеосъёмку"),
}
_CHANNELS: Mapping[str, str] = {"site": N_("на сайте"), "vk": N_("ВКонтакте"), "phone": N_("по телефону")}
_STANDINGS: Mapping[Standing, str] = {
    Standing.CONFIRMED: N_("записаны"),
    Standing.WAITING: N_("в листе ожидания"),
    Standing.REFUSED: N_("не записаны"),
    Standing.CANCELLED: N_("заявка отменена"),
}

_BEST: Mapping[Availability | None, str] = {
    Availability.WAITING: N_("лист ожидания"),
    Availability.NOT_OPEN_YET: N_("запись ещё не открылась"),
    None: N_("записаться нельзя"),
}

_OFFERS: Mapping[Availability, Callable[[Offer], str]] = {
    Availability.OPEN: lambda o: typeset(_("свободно %(free)d из %(all)d") % {"free": o.free, "all": o.terms.capacity}),
    Availability.WAITING: lambda o: _("лист ожидания"),
    Availability.FULL: lambda o: _("мест нет"),
    Availability.NOT_OPEN_YET: lambda o: typeset(_("запись с %(when)s") % {"when": speech.deadline(o.terms.opens)}),
    Availability.CLOSED: lambda o: _("запись закрыта"),
    Availability.CANCELLED: lambda o: _("отменена"),
    Availability.PAST: lambda o: _("завершена"),
}
