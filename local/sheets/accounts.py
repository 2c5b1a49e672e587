"""Service accounts: key files as Google makes them, and the door where a signed JWT becomes a token.

The keys are real RSA keys made on this machine, so that unmodified google-auth signs and this
door verifies; the private half is kept so that a key file can be written again after a restart.
"""

from __future__ import annotations

import base64
import json
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from google.auth import crypt, jwt

from local.sheets.clock import Clock
from local.sheets.errors import ApiError
from local.sheets.store import Store

GOOGLE_AUDIENCE = "https://oauth2.googleapis.com/token"
GRANT_TYPE = "urn:ietf:params:oauth:grant-type:jwt-bearer"
TOKEN_LIFE = 3600
SCOPE_ROOT = "https://www.googleapis.com/auth/"
PROJECT = "demo"
DEFAULT_EMAIL = f"zapis-site@{PROJECT}.iam.gserviceaccount.com"
PROJECT_NUMBER = "100000000001"


class InvalidGrant(Exception):
    """The assertion is refused; the text is OAuth's error_description."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who sends a request, and with which of Google's scopes (their last words)."""

    email: str
    scopes: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Token:
    caller: Caller
    expires: float


class Accounts:
    """Registered service accounts and the tokens given to them."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._keys = store.accounts()
        self._tokens: dict[str, _Token] = {}
        self._verifiers: dict[str, crypt.RSAVerifier] = {}

    def key_file(self, email: str, token_uri: str) -> dict[str, Any]:
        """The key of an account, made at first asking, in the form Google lets one download."""
        if email not in self._keys:
            self._keys[email] = _new_key(email)
            self._store.save_account(email, self._keys[email])
        return {**self._keys[email], "token_uri": token_uri}

    def exchange(self, form: Mapping[str, str], token_uri: str) -> dict[str, Any]:
        """Take a signed assertion, give an access token. Raises InvalidGrant."""
        claims = self._verified(form.get("assertion", ""), token_uri)
        email, scope = claims["iss"], str(claims.get("scope", ""))
        if not scope:
            raise InvalidGrant("Empty or missing scope not allowed.")
        scopes = frozenset(name.removeprefix(SCOPE_ROOT) for name in scope.split())
        token = "ya29.local." + secrets.token_urlsafe(48)
        self._tokens[token] = _Token(Caller(email, scopes), self._clock.time() + TOKEN_LIFE)
        return {"access_token": token, "expires_in": TOKEN_LIFE - 1, "token_type": "Bearer"}

    def caller(self, authorization: str) -> Caller:
        """Whom a request's Authorization header speaks for. Raises ApiError 401."""
        kind, _, value = authorization.partition(" ")
        token = self._tokens.get(value.strip()) if kind.lower() == "bearer" else None
        if not authorization:
            raise _unauthenticated("Request is missing required authentication credential.", "CREDENTIALS_MISSING")
        if token is None or token.expires <= self._clock.time():
            raise _unauthenticated(
                "Request had invalid authentication credentials.",
                "ACCESS_TOKEN_EXPIRED" if token else "ACCESS_TOKEN_TYPE_UNSUPPORTED",
            )
        return token.caller

    def revoke_tokens(self) -> None:
        """Every token given so far is worth nothing any more."""
        self._tokens.clear()

    def _verified(self, assertion: str, token_uri: str) -> Mapping[str, Any]:
        claims = _claims(assertion)
        key = self._keys.get(str(claims.get("iss")))
        if key is None:
            raise InvalidGrant("Invalid grant: account not found")
        signed, _, signature = assertion.rpartition(".")
        if not self._verifier(key).verify(signed.encode(), _unpadded(signature)):
            raise InvalidGrant("Invalid JWT Signature.")
        self._check_times(claims)
        if claims.get("aud") not in (GOOGLE_AUDIENCE, token_uri):
            raise InvalidGrant("Invalid JWT: Failed audience check. The right audience is " + GOOGLE_AUDIENCE)
        return claims

    def _verifier(self, key: Mapping[str, Any]) -> crypt.RSAVerifier:
        """Made once for each key: reading a private key takes longer than any call to this emulator."""
        name = key["private_key_id"]
        if name not in self._verifiers:
            self._verifiers[name] = crypt.RSAVerifier.from_string(_public_half(key["private_key"]))
        return self._verifiers[name]

    def _check_times(self, claims: Mapping[str, Any]) -> None:
        """By real time: a client signs by its own clock, also while a test has set the emulator's."""
        now, issued, expires = time.time(), claims.get("iat", 0), claims.get("exp", 0)
        if not (issued <= now + 300 and now < expires + 300 and expires - issued <= 3600):
            raise InvalidGrant(
                "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. "
                "Check your iat and exp values in the JWT claim."
            )


def require_scope(caller: Caller, *any_of: str) -> None:
    """Refuse, as Google does, a token that was asked for with other scopes."""
    if caller.scopes.isdisjoint(any_of):
        info = {
            "@type": "type.googleapis.com/google.rpc.ErrorInfo",
            "reason": "ACCESS_TOKEN_SCOPE_INSUFFICIENT",
            "domain": "googleapis.com",
            "metadata": {"service": "sheets.googleapis.com"},
        }
        raise ApiError(
            403, "Request had insufficient authentication scopes.", details=[info], reason="insufficientPermissions"
        )


def _unauthenticated(message: str, reason: str) -> ApiError:
    hint = " Expected OAuth 2 access token, login cookie or other valid authentication credential. See https://developers.google.com/identity/sign-in/web/devconsole-project."
    info = {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": reason, "domain": "googleapis.com"}
    return ApiError(401, message + hint, details=[info])


def _new_key(email: str) -> dict[str, Any]:
    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return {
        "type": "service_account",
        "project_id": PROJECT,
        "private_key_id": secrets.token_hex(20),
        "private_key": pem.decode(),
        "client_email": email,
        "client_id": str(10**20 + secrets.randbelow(10**20)),
        "auth_uri": "https://accounts.google.com/o/oauth2/auth",
        "universe_domain": "googleapis.com",
    }


def _public_half(private_pem: str) -> bytes:
    private = serialization.load_pem_private_key(private_pem.encode(), None, unsafe_skip_rsa_key_validation=True)
    return private.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )


def _claims(assertion: str) -> Mapping[str, Any]:
    try:
        header = jwt.decode_header(assertion)
        claims = json.loads(_unpadded(assertion.split(".")[1]))
    except ValueError as error:
        raise InvalidGrant("Bad Request") from error
    if header.get("alg") != "RS256" or not isinstance(claims, dict):
        raise InvalidGrant("Bad Request")
    return claims


def _unpadded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
