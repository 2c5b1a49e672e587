"""No letter rests on what Gmail, Outlook or Yandex drop, by what caniemail.com publishes (see `caniemail.json`)."""

from __future__ import annotations

import re

import pytest

from tests.mail.features import DROPPED, features, without_sheet
from tests.mail.kinds import STORIES
from zapis.core.handovers import HandoverKind
from zapis.core.model import NoticeKind
from zapis.mail.preview import letters

ALL = pytest.mark.parametrize("kind", NoticeKind)

DISPENSABLE = {
    "html-style": "holds the dark scheme and what is for narrow screens",
    "html-meta-color-scheme": "says that the letter has a dark scheme; without it it is light",
    "html-body": "becomes a div; the ground's colour is on the table within it",
    "html-aria-hidden": "keeps an ornament without words from being read aloud",
    "html-role": "tells a screen reader that a table is layout",
    "css-white-space": "keeps a code of nine letters on one line",
    "css-display-none": "hides the line beside the subject, which is of the ground's colour and a pixel high as well",
    "css-max-height": "hides that line once more",
    "css-overflow": "hides that line once more",
}
"""Features outside the style sheet that somebody drops, and what is lost by it."""


def html(kind: NoticeKind, language: str = "ru") -> str:
    story, registration = STORIES[kind](language)
    return story.letter(registration).html


@ALL
def test_what_somebody_drops_can_be_missed(kind: NoticeKind) -> None:
    lost = {name: DROPPED[name] for name in features(html(kind)).inline if name in DROPPED}

    assert lost.keys() <= DISPENSABLE.keys(), lost


@ALL
def test_nothing_is_used_of_which_nothing_is_known(kind: NoticeKind) -> None:
    assert features(html(kind)).unknown == set()


def test_the_letters_to_enterprises_rest_on_no_more() -> None:
    for kind, _, told in letters():
        if kind in (HandoverKind.LIST, HandoverKind.CHANGES):
            used = features(told.html)
            assert used.unknown == set()
            assert {name for name in used.inline if name in DROPPED} <= DISPENSABLE.keys()


def test_the_list_of_what_can_be_missed_holds_nothing_needless() -> None:
    used = {name for kind in NoticeKind for name in features(html(kind)).inline}

    assert set(DISPENSABLE) <= used & set(DROPPED)


def test_all_words_links_and_pictures_are_there_without_the_style_sheet() -> None:
    whole = html(NoticeKind.CONFIRMED)
    bare = without_sheet(whole)

    assert features(bare).sheet == set()
    assert features(bare).inline | {"html-style"} == features(whole).inline
    assert bare.split("<body")[1] == whole.split("<body")[1]


def test_every_class_of_the_style_sheet_stands_beside_an_inline_style() -> None:
    body = html(NoticeKind.PROMOTED).split("<body")[1]

    assert [tag for tag in re.findall(r"<\w+[^>]*class=\"\w[^>]*>", body) if "style=" not in tag] == []


def test_the_dark_scheme_recolours_every_colour_that_text_or_ground_may_have() -> None:
    """What stays as it is reads well on both: white on a tint of its own, and the code, black on white."""
    body = html(NoticeKind.CONFIRMED).split("<body")[1]
    kept = re.findall(r"<(?!/)(\w+)((?:(?!class=\"\w)[^>])*style=\"[^\"]*background-color:(#\w{6})[^>]*)>", body)

    assert {colour for _, _, colour in kept} <= {"#1a1f25", "#ffb627", "#b83a0e", "#1b6a45", "#ffffff"}


@pytest.mark.parametrize(
    ("markup", "feature"),
    [
        ('<div style="display: flex">', "css-display-flex"),
        ('<td style="background: url(https://x/y.png)">', "css-background-image"),
        ('<p style="color: var(--ink)">', "css-variables"),
        ('<p style="border-radius: 4px">', "css-border-radius"),
        ('<img src="data:image/png;base64,x">', "image-base64"),
        ("<svg></svg>", "html-svg"),
        ('<p style="margin: calc(1px + 1em)">', "css-unit-calc"),
        ('<p style="position:absolute">', "css-position"),
        ("<video>", "html-video"),
        ("<form>", "html-form"),
    ],
)
def test_what_a_client_drops_would_be_found(markup: str, feature: str) -> None:
    assert feature in features(markup).inline
    assert feature in DROPPED


def test_what_a_style_sheet_uses_is_found_apart() -> None:
    found = features(
        "<style>@media (prefers-color-scheme: dark) { .a, #b > p:hover { color: red !important } }</style>"
    )

    assert found.inline == {"html-style"}
    assert found.sheet >= {"css-at-media", "css-at-media-prefers-color-scheme", "css-selector-id", "css-important"}
    assert found.sheet >= {"css-selector-child", "css-pseudo-class-hover", "css-selector-class"}
