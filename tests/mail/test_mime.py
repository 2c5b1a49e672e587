"""Headers arrive as they were written."""

from __future__ import annotations

from email import message_from_bytes, policy

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.mail.kinds import confirmed
from zapis.mail.mime import POLICY, to_message

WORDS = st.sampled_from(["Лист", "ожидания", "Сварка", "и", "окраска", "в", "цехе", "с", "мастером", "«Москвич»", "28"])

STORY, REGISTRATION = confirmed()
LETTER = STORY.letter(REGISTRATION)


@given(st.lists(WORDS, min_size=1, max_size=14).map(" ".join))
def test_no_space_is_lost_between_the_words_of_a_subject(words):
    letter = replace(LETTER, subject=words)

    arrived = message_from_bytes(to_message(letter).as_bytes(policy=POLICY), policy=policy.default)

    assert arrived["Subject"] == words
