"""Where a name stands in a list."""

import pytest

from zapis.core.names import by_surname


@pytest.mark.parametrize(
    ("name", "surname"),
    [
        ("Анна Петрова", "петрова"),
        ("Петрова Анна", "петрова"),
        ("Петрова Анна Ивановна", "петрова"),
        ("Анна Ивановна Петрова", "петрова"),
        ("Лев Толстой", "толстой"),
        ("Ирина Ким", "ким"),
        ("Достоевский Фёдор", "достоевский"),
        ("Семён Королёв", "королев"),
        ("Мария дель Кармен", "кармен"),
        ("Шер", "шер"),
        ("", ""),
    ],
)
def test_a_name_is_listed_by_its_surname(name, surname):
    assert by_surname(name)[0] == surname
