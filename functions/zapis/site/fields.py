"""One field's text -> its value, or what is wrong with it in words for the visitor.

Names go into mails that this programme sends, so a name that carries a link or a line break would make it a
relay for other people's advertising: such names are refused kindly, beside their field. Libraries that know
addresses and telephone numbers are imported at the first use: a page that is only read does not need them.
"""

from __future__ import annotations

import re
import unicodedata

from zapis.voice.tongue import _

LONGEST_NAME = 100
LONGEST_EMAIL = 254
OLDEST = 120
MOST_OF_AN_AGE = 100
_LINK = re.compile(r"https?\b|www\.|://|\w{2,}\.(?:[a-z]{2,}|рф|рус|москва)\b", re.IGNORECASE)
_BESIDE_LETTERS = frozenset(" -\u2010\u2011'\u2019\u02bc.\u200c\u200d")
_BESIDE_WORDS = frozenset('"«»„“”()№,/&+–—')
_SPACES = re.compile(r"[ \u00a0\u202f]+")


class Wrong(ValueError):
    """A field that cannot be taken as it is; the text says what to do, in the visitor's language."""


def name(value: object) -> str:
    """A person's name: 1 to 100 signs, in letters of any script. Raises Wrong."""
    text = unicodedata.normalize("NFC", _SPACES.sub(" ", _text(value))).strip()
    if not text:
        raise Wrong(_("Напишите имя и фамилию."))
    if len(text) > LONGEST_NAME:
        raise Wrong(_("Слишком длинно: имя — не больше %d знаков.") % LONGEST_NAME)
    if _LINK.search(text):
        raise Wrong(_("Похоже на адрес сайта. Напишите только имя; после точки ставьте пробел."))
    if not all(map(_may_stand_in_a_name, text)):
        raise Wrong(_("В имени могут быть только буквы, пробел, дефис, апостроф и точка."))
    if not any(map(str.isalpha, text)):
        raise Wrong(_("В имени должны быть буквы."))
    return text


def organisation(value: object) -> str:
    """The name of a school or another group: 1 to 100 signs, figures and quotes among them. Raises Wrong."""
    text = unicodedata.normalize("NFC", _SPACES.sub(" ", _text(value))).strip()
    if not text:
        raise Wrong(_("Напишите, чья это группа: например, школа № 57, 7 «Б»."))
    if len(text) > LONGEST_NAME:
        raise Wrong(_("Слишком длинно: название — не больше %d знаков.") % LONGEST_NAME)
    if _LINK.search(text):
        raise Wrong(_("Похоже на адрес сайта. Напишите только название; после точки ставьте пробел."))
    if not all(_may_stand_in_a_name(sign) or sign in _BESIDE_WORDS or sign.isdecimal() for sign in text):
        raise Wrong(_("В названии могут быть буквы, цифры, кавычки, скобки и знаки препинания."))
    return text


def email(value: object) -> str:
    """An e-mail address in the form in which it can be sent to. Raises Wrong."""
    text = _text(value).strip()
    if not text:
        raise Wrong(_("Напишите адрес электронной почты: на него придёт билет."))
    if len(text) > LONGEST_EMAIL:
        raise Wrong(_("Слишком длинно: адрес — не больше %d знаков.") % LONGEST_EMAIL)
    from email_validator import EmailNotValidError, validate_email

    try:
        found = validate_email(text, check_deliverability=False, allow_smtputf8=False)
    except EmailNotValidError:
        raise Wrong(_("Проверьте адрес: нужен такой, как ivanova@yandex.ru.")) from None
    return found.ascii_email or found.normalized


def phone(value: object) -> str:
    """A telephone number as E.164, such as +79161234567, in whatever habit it was typed. Raises Wrong."""
    text = _text(value).strip()
    if not text:
        raise Wrong(_("Напишите номер телефона: по нему позвонят, если визит изменится."))
    import phonenumbers

    try:
        number = phonenumbers.parse(text[:LONGEST_NAME], "RU")
    except phonenumbers.NumberParseException:
        raise Wrong(_("Проверьте номер: нужен такой, как +7 916 123-45-67.")) from None
    if not phonenumbers.is_valid_number(number):
        raise Wrong(_("Такого номера не бывает: проверьте цифры. Пример: +7 916 123-45-67."))
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def as_people_write(phone: str) -> str:
    """A number that `phone` returned, with its spaces and hyphens; any other text as it is."""
    import phonenumbers

    try:
        number = phonenumbers.parse(phone, None)
    except phonenumbers.NumberParseException:
        return phone
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL))


def age(value: object) -> int:
    """Full years on the day of the visit. Raises Wrong."""
    if value is None or value == "":
        raise Wrong(_("Напишите, сколько лет будет в день визита."))
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if type(value) is not int or not 0 <= value <= OLDEST:
        raise Wrong(_("Возраст — целое число от 0 до %d.") % OLDEST)
    return value


def code(value: object) -> str:
    """A word that opens held-back seats, without the spaces around it; empty for none. Raises Wrong."""
    text = _text(value).strip()
    if len(text) > LONGEST_NAME:
        raise Wrong(_("Код — это короткое слово."))
    return text


def head_count(value: object) -> int:
    """How many people, at least one. Raises Wrong."""
    if value is None or value == "":
        raise Wrong(_("Напишите, сколько человек."))
    if type(value) is not int or not 1 <= value <= MOST_OF_AN_AGE:
        raise Wrong(_("Сколько человек — целое число от 1 до %d.") % MOST_OF_AN_AGE)
    return value


def _text(value: object) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        raise Wrong(_("Здесь нужен текст."))
    return value


def _may_stand_in_a_name(sign: str) -> bool:
    return sign in _BESIDE_LETTERS or unicodedata.category(sign)[0] in "LM"
