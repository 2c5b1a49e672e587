"""The JSON API described as OpenAPI 3.1: component schemas come from `shapes`, doors are listed here."""

from __future__ import annotations

from typing import Any

import msgspec

from zapis.site import shapes
from zapis.site.bodies import LARGEST_BODY
from zapis.site.links import Links
from zapis.site.problems import PROBLEM

COMPONENTS = (
    shapes.Slots,
    shapes.Opening,
    shapes.Challenge,
    shapes.RegistrationRequest,
    shapes.Ticket,
    shapes.Move,
    shapes.Newcomer,
    shapes.People,
    shapes.Correction,
    shapes.LostMail,
    shapes.Problem,
)
VERSION = "1"
_SLOT_ID = {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}
_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": True,
    "description": "Made once for a request and sent again with it, so that a lost answer is no second registration.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[ -~]+$"},
}
_SOLUTION = {
    "name": "Altcha",
    "in": "header",
    "required": False,
    "description": "The solution of the visit's challenge for this key, needed where that door answers with one: "
    'ALTCHA\'s payload (version 2), `{"challenge": (as it came), "solution": {"counter": (a number), '
    '"derivedKey": (in hexadecimal)}}`, in Base64. Elsewhere nobody looks at it.',
    "schema": {"type": "string", "maxLength": 4096, "pattern": "^[A-Za-z0-9+/=]*$"},
}
_OPTIONAL_KEY = _KEY | {"required": False}
_UNSETTLED = (
    "Seats are still being checked, or the sheet does not answer: send the same request with the same key again"
)
_PROBLEMS = {
    400: "The body is not JSON, or the key is missing",
    401: "No ticket, or a forged one",
    403: "Proof of work is asked for, and the header Altcha has no fresh solution for this visit and key",
    404: "There is no such visit",
    405: "This door takes no such method",
    409: "Closed, not open yet, past, cancelled, or this address is registered here already",
    410: "The visit is long over, and what was known of the registration is destroyed",
    413: f"The body is larger than {LARGEST_BODY} bytes",
    415: "The body is not JSON in UTF-8",
    422: "Fields are wrong, the party does not fit, or the key came before with another body",
    429: "Too many requests came from this address; Retry-After says when to go on",
}


def describe(links: Links) -> dict[str, Any]:
    """The description of the API at this site."""
    schemas = msgspec.json.schema_components(COMPONENTS, ref_template="#/components/schemas/{name}")[1]
    bearer = {"type": "http", "scheme": "bearer", "description": "The `ticket` of a registration."}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Zapis",
            "version": VERSION,
            "description": "Registration for visits. Moments are RFC 3339; errors are RFC 9457 problems.",
        },
        "servers": [{"url": links.absolute("")}],
        "paths": _paths(),
        "components": {"schemas": schemas, "securitySchemes": {"ticket": bearer}},
    }


def _paths() -> dict[str, Any]:
    by_ticket: list[dict[str, list[str]]] = [{"ticket": []}]
    return {
        "/api/slots": {"get": _door("slots", "All visits that have not begun", _answer("Slots"))},
        "/api/slots/{id}": {
            "parameters": [_SLOT_ID],
            "get": _door("slot", "One visit", _answer("Slot"), 404),
        },
        "/api/slots/{id}/opening": {
            "parameters": [_SLOT_ID],
            "get": _door("opening", "When registration opens, by the clock that judges", _answer("Opening"), 404),
        },
        "/api/slots/{id}/challenge": {
            "parameters": [_SLOT_ID, _KEY],
            "get": _door("challenge", "What is to be computed before a request counts", _challenge(), 400, 404),
        },
        "/api/slots/{id}/registrations": {
            "parameters": [_SLOT_ID, _KEY, _SOLUTION],
            "post": _door("register", "Ask for seats", _registered(), 400, 403, 404, 409, 413, 415, 422, 429)
            | {"requestBody": {"required": True, "content": _json("RegistrationRequest")}},
        },
        "/api/registrations": {
            "get": _door("registration", "A registration as it stands now", _answer("Ticket"), 401)
            | {"security": by_ticket},
            "delete": _door("cancel", "Cancel it; again, and nothing more happens", _answer("Ticket"), 401, 409)
            | {"security": by_ticket},
        },
        "/api/registrations/move": {
            "parameters": [_OPTIONAL_KEY],
            "post": _change("move", "Move to another date, if it takes the whole party", "Move", 404)
            | {"security": by_ticket},
        },
        "/api/registrations/visitors": {
            "parameters": [_OPTIONAL_KEY],
            "post": _change("join", "One more in the party, if there is room", "Newcomer") | {"security": by_ticket},
        },
        "/api/registrations/people": {
            "get": _door("people", "Names, until the enterprise has its list", _answer("People"), 401, 409)
            | {"security": by_ticket},
            "patch": _change("correct", "Put names or the number right", "Correction", answer="People")
            | {"security": by_ticket},
            "delete": _door("forget", "Cancel it and delete names and contacts", _answer("Ticket"), 401)
            | {"security": by_ticket},
        },
        "/api/registrations/data": {
            "get": _door(
                "data", "All that is known of it: names, contacts, consents with their proof", _anything(), 401
            )
            | {"security": by_ticket},
        },
        "/api/registrations/mail": {
            "post": _door("mail", "Send the last mail again, once in ten minutes", _answer("Ticket"), 401)
            | {"security": by_ticket},
        },
        "/api/lost": {
            "post": _door("lost", "Mail all links of an address to it", _accepted(), 400, 413, 415, 422, 429)
            | {"requestBody": {"required": True, "content": _json("LostMail")}},
        },
    }


def _change(id: str, summary: str, body: str, *problems: int, answer: str = "Ticket") -> dict[str, Any]:
    door = _door(id, summary, _answer(answer), 400, 401, 409, 413, 415, 422, *problems)
    return door | {"requestBody": {"required": True, "content": _json(body)}}


def _challenge() -> dict[str, Any]:
    return {
        "200": {"description": "A challenge of ALTCHA, version 2", "content": _json("Challenge")},
        "204": {"description": "This site asks for no proof of work: go on without"},
    }


def _accepted() -> dict[str, Any]:
    return {"202": {"description": "The same whether anybody is registered under the address or not"}}


def _door(id: str, summary: str, answers: dict[str, Any], *problems: int) -> dict[str, Any]:
    problem_schema = {PROBLEM: {"schema": _ref("Problem")}}
    if 401 in problems:
        problems = (*problems, 410)
    told = {str(status): {"description": _PROBLEMS[status], "content": problem_schema} for status in problems}
    retry = {"Retry-After": {"description": "Seconds to wait", "schema": {"type": "integer"}}}
    unsettled = {"503": {"description": _UNSETTLED, "headers": retry, "content": problem_schema}}
    return {"operationId": id, "summary": summary, "responses": answers | told | unsettled}


def _answer(schema: str) -> dict[str, Any]:
    return {"200": {"description": "As it stands now", "content": _json(schema)}}


def _registered() -> dict[str, Any]:
    said = "What the journal said: confirmed, waiting in line, or refused for want of seats or by the season's limit"
    return {"201": {"description": said, "content": _json("Ticket")}}


def _anything() -> dict[str, Any]:
    return {"200": {"description": "As it stands now", "content": {"application/json": {"schema": {"type": "object"}}}}}


def _json(schema: str) -> dict[str, Any]:
    return {"application/json": {"schema": _ref(schema)}}


def _ref(schema: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{schema}"}
