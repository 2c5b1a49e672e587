"""Organisers' own words in place of the usual ones; what the letter must say stays as it is.

Subject, greeting and first paragraphs are replaced where «Тексты» has others, a signature is added. Status, facts,
buttons and the rules below them are never in an organiser's hands, so no text can hide how to cancel. The paragraphs
of a message to a visit's people are that message.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

from zapis.core.catalogue import Catalogue
from zapis.core.texts import filled, text_for
from zapis.mail.speech import Speech, clock

Wording = SimpleNamespace
"""The names that a template of words sets."""


def in_own_words(
    words: object, common: object, catalogue: Catalogue, kind: str, scene: Mapping[str, Any], speech: Speech
) -> tuple[Wording, Wording, str]:
    """The words of a letter, those that all share, and the signature (empty if there is none)."""
    usual, shared = _names(words), _names(common)
    own = text_for(catalogue.texts, kind, scene["language"])
    if own is None:
        return usual, shared, ""
    known = values(scene, speech)
    for names, name, text in (
        (usual, "subject", own.subject),
        (usual, "lead", "" if scene["message"] else own.body),
        (shared, "greeting", own.greeting),
    ):
        if text:
            setattr(names, name, filled(text, known))
    return usual, shared, filled(own.signature, known)


def _names(module: object) -> Wording:
    return Wording(**{name: value for name, value in vars(module).items() if not name.startswith("_")})


def values(scene: Mapping[str, Any], speech: Speech) -> dict[str, str]:
    """What placeholders stand for in this letter."""
    visit, season = scene["visit"], scene["season"]
    return {
        "name": scene["name"],
        "visit": visit.title,
        "enterprise": visit.enterprise,
        "address": visit.address,
        "date": speech.date(visit.starts),
        "time": clock(visit.starts),
        "people": str(scene["seats"]),
        "code": scene["code"],
        "deadline": f"{speech.date(scene['freezes'])}, {clock(scene['freezes'])}",
        "programme": season.title,
        "organiser": season.operator,
        "phone": season.phone,
    }
