"""Signed links and keyed digests: what the secret keys are for.

Each kind of link has a salt of its own: one that was made for a guard's phone opens no ticket, and the other
way round.

The first key signs, all are honoured, so a key is rotated by putting a new one on top. Persons are told apart
by an HMAC under the last (oldest) key, which therefore stays for the whole season. VK's users are numbers that
anybody can count through, so they have a key of their own, which is derived from that one.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from itsdangerous import BadSignature, Signer, URLSafeSerializer
from msgspec import Struct

from zapis.core.catalogue import MOSCOW, EnterpriseId
from zapis.core.model import PersonKey, RegistrationId

PASS_AGE = timedelta(hours=24)
GRACE = timedelta(hours=1)
"""For how long into the next day an organiser may finish what was begun."""


class PassHolder(Struct, frozen=True):
    """Who has a pass for the mini-app; nobody in particular (None) once it is too old."""

    person: PersonKey | None


class Tokens:
    """Signs and reads ticket tokens; turns addresses into person keys."""

    def __init__(self, keys: Sequence[str]) -> None:
        self._season_key = keys[-1].encode()
        self._vk_key = hmac.new(self._season_key, b"persons of VK", hashlib.sha256).digest()
        newest_last = list(reversed(keys))
        self._tickets = URLSafeSerializer(newest_last, salt="ticket")
        self._passes = URLSafeSerializer(newest_last, salt="pass")
        self._gates = URLSafeSerializer(newest_last, salt="gate")
        self._frames = URLSafeSerializer(newest_last, salt="frame")
        self._status = URLSafeSerializer(newest_last, salt="status")
        self._offices = URLSafeSerializer(newest_last, salt="office")
        self._forms = Signer(newest_last, salt="form")
        self._addresses = URLSafeSerializer(newest_last, salt="address")
        self.work_keys = tuple(hmac.new(key.encode(), b"proof of work", hashlib.sha256).hexdigest() for key in keys)
        """Keys that sign challenges, the newest first."""

    def ticket(self, registration: RegistrationId) -> str:
        """The secret part of a registration's link."""
        return _signed(self._tickets, registration)

    def registration(self, token: str) -> RegistrationId | None:
        """The registration that `token` was signed for; None for any other text."""
        registration = _loaded(self._tickets, token)
        return RegistrationId(registration) if registration else None

    def shown(self, registration: RegistrationId) -> str:
        """What a ticket's QR code holds: enough to be recognised at the gate, not to cancel by."""
        return _signed(self._passes, registration)

    def passing(self, token: str) -> RegistrationId | None:
        """The registration whose QR code holds `token`; None for any other text."""
        registration = _loaded(self._passes, token)
        return RegistrationId(registration) if registration else None

    def address(self, registration: RegistrationId) -> str:
        """The secret part of the link by which an address is confirmed: it was mailed to nobody else."""
        return _signed(self._addresses, registration)

    def confirmed_by(self, token: str) -> RegistrationId | None:
        """The registration whose address `token` confirms; None for any other text."""
        registration = _loaded(self._addresses, token)
        return RegistrationId(registration) if registration else None

    def gate(self, enterprise: EnterpriseId) -> str:
        """The secret part of an enterprise's gate link."""
        return _signed(self._gates, enterprise)

    def enterprise(self, token: str) -> EnterpriseId | None:
        """The enterprise whose gate `token` was signed for; None for any other text."""
        enterprise = _loaded(self._gates, token)
        return EnterpriseId(enterprise) if enterprise else None

    def status(self) -> str:
        """The secret part of the organisers' status page."""
        return _signed(self._status, "season")

    def opens_status(self, token: str) -> bool:
        """Whether `token` was signed for the status page."""
        return _loaded(self._status, token) is not None

    def office(self, until: datetime) -> str:
        """The secret part of the link by which organisers find people until that moment."""
        return _signed(self._offices, str(int(until.timestamp())))

    def office_today(self, now: datetime) -> str:
        """The same for this day in Moscow: one link, however often it is asked for."""
        begins = now.astimezone(MOSCOW).replace(hour=0, minute=0, second=0, microsecond=0)
        return self.office(begins + timedelta(days=1) + GRACE)

    def office_until(self, token: str) -> datetime | None:
        """Until when `token` opens the office (that moment may be past); None for any other text."""
        until = _loaded(self._offices, token)
        return datetime.fromtimestamp(int(until), UTC) if until else None

    def vk_pass(self, person: PersonKey, now: datetime) -> str:
        """The secret part of a mini-app's addresses: that this person opened it just now."""
        return _signed(self._frames, f"{int(now.timestamp())} {person}")

    def pass_holder(self, token: str, now: datetime) -> PassHolder | None:
        """Who was given the pass `token`; None for any other text."""
        at, _, person = (_loaded(self._frames, token) or "").partition(" ")
        if not person:
            return None
        fresh = now.timestamp() - int(at) <= PASS_AGE.total_seconds()
        return PassHolder(PersonKey(person) if fresh else None)

    def form_key(self, now: datetime) -> str:
        """A once-only key for a form that is made now."""
        return self._forms.sign(f"{secrets.token_urlsafe(12)}.{int(now.timestamp())}").decode()

    def form_made(self, key: str) -> datetime | None:
        """When the form with this key was made; None for a key that was not made here."""
        try:
            stamped = self._forms.unsign(key.encode()).decode()
        except BadSignature:
            return None
        return datetime.fromtimestamp(int(stamped.rpartition(".")[2]), UTC)

    def vk_user(self, user: str) -> PersonKey:
        """A key for the person behind a VK account."""
        return self._person(self._vk_key, "vk", user)

    def person(self, kind: str, value: str) -> PersonKey:
        """A key for the person behind an address (`kind` "email")."""
        return self._person(self._season_key, kind, value)

    def _person(self, key: bytes, kind: str, value: str) -> PersonKey:
        message = f"{kind}\x00{value.casefold()}".encode()
        return PersonKey(hmac.new(key, message, hashlib.sha256).hexdigest()[:24])


def _signed(serializer: URLSafeSerializer, value: str) -> str:
    token = serializer.dumps(value)
    return token if isinstance(token, str) else token.decode()


def _loaded(serializer: URLSafeSerializer, token: str) -> str | None:
    try:
        value = serializer.loads(token)
    except BadSignature:
        return None
    return value if isinstance(value, str) else None
