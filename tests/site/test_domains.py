"""Which addresses are asked about, and which are left alone."""

import pytest

from zapis.site.domains import KNOWN, meant, slips


@pytest.mark.parametrize(
    ("typed", "meant_"),
    [
        ("gmial.com", "gmail.com"),
        ("gmail.ru", "gmail.com"),
        ("gmail.con", "gmail.com"),
        ("gamil.com", "gmail.com"),
        ("yandex.rru", "yandex.ru"),
        ("yandx.ru", "yandex.ru"),
        ("yadnex.ru", "yandex.ru"),
        ("mial.ru", "mail.ru"),
        ("maill.ru", "mail.ru"),
        ("ramler.ru", "rambler.ru"),
        ("hotmial.com", "hotmail.com"),
        ("iclod.com", "icloud.com"),
        ("OUTLOK.COM", "outlook.com"),
    ],
)
def test_a_slip_of_the_finger_is_asked_about(typed: str, meant_: str):
    assert meant(f"anna@{typed}") == f"anna@{meant_}"


@pytest.mark.parametrize(
    "domain", [*KNOWN, "yandex.by", "example.org", "moskvich.ru", "zil.ru", "tk.ru", "email.ru", "mosmetro.ru", "1c.ru"]
)
def test_an_address_that_may_well_be_right_is_left_alone(domain: str):
    assert meant(f"anna@{domain}") is None


def test_swapped_neighbours_are_one_slip():
    assert slips("gmial.com", "gmail.com") == 1
