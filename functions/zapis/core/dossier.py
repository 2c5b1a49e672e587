"""All that is known of one registration, as a person may ask to see it: values for JSON, in plain words.

One place says it for the ticket's page, the API and the operator's command, so that none of them knows less than
another. Of consents it has what proves them: kind, version and digest of the text, when and by which channel.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from msgspec import Struct

from zapis.core.entries import format_moment
from zapis.core.fold import State
from zapis.core.model import Registration
from zapis.core.notices import Destruction
from zapis.core.people import Person


class Consent(Struct, frozen=True):
    """One consent. `version` is `spoken` where it was given aloud; `digest` is empty where no text was shown."""

    kind: str
    version: str
    digest: str
    given_at: datetime
    channel: str
    withdrawn_at: datetime | None = None


def consents(state: State, held: Registration) -> Iterator[Consent]:
    """All that were given, the withdrawn ones among them."""
    withdrawn, later = state.withdrawn.get(held.id, {}), state.agreed.get(held.id, {})
    for stamp in dict.fromkeys((*held.consents, *withdrawn)):
        text, _, digest = stamp.partition("@")
        kind, _, version = text.partition("/")
        yield Consent(kind, version, digest, later.get(stamp, held.asked_at), held.channel, withdrawn.get(stamp))


def told(
    state: State, held: Registration, person: Person | None, destroyed: Destruction | None = None
) -> dict[str, Any]:
    """The whole of it. `person` is None once nobody knows any more."""
    notice = state.notices.get(held.id)
    return {
        "registration": held.id,
        "code": held.code,
        "slot": held.slot,
        "asked_at": format_moment(held.asked_at),
        "channel": held.channel,
        "standing": held.standing,
        "ages": [held.ages[member] for member in held.members],
        "came": list(held.attended) if held.attended is not None else None,
        "consents": [_consent(consent) for consent in consents(state, held)],
        "person": _person(person) if person else None,
        "last_letter": notice.kind if notice else None,
        "destroyed": {"at": format_moment(destroyed.at), "reason": destroyed.reason} if destroyed else None,
    }


def _consent(consent: Consent) -> dict[str, Any]:
    return {
        "kind": consent.kind,
        "version": consent.version,
        "sha256": consent.digest,
        "given_at": format_moment(consent.given_at),
        "channel": consent.channel,
        "withdrawn_at": format_moment(consent.withdrawn_at) if consent.withdrawn_at else None,
    }


def _person(person: Person) -> dict[str, Any]:
    return {
        "name": person.name,
        "email": person.email,
        "phone": person.phone,
        "visitors": list(person.visitors),
        "language": person.language,
    }
