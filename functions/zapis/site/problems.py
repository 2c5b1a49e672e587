"""Problems for programs, as RFC 9457 `application/problem+json`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from starlette.responses import Response

from zapis.site.forms import FieldProblem
from zapis.site.words import Words
from zapis.voice.tongue import N_

PROBLEM = "application/problem+json"
INVALID = Words(422, "invalid", N_("Заявку нужно поправить"), N_("Некоторые поля заполнены не так: смотрите errors."))


def problem(words: Words, headers: Mapping[str, str] | None = None, **members: Any) -> Response:
    """The problem that `words` tell of; members that are None are left out."""
    import msgspec

    fields = {
        "type": f"urn:zapis:problem:{words.code}",
        "title": words.title,
        "status": words.status,
        "detail": words.text,
        **{key: value for key, value in members.items() if value is not None},
    }
    retry = {"Retry-After": str(words.retry_after)} if words.retry_after else {}
    all_headers = {"Cache-Control": "no-store", **retry, **(headers or {})}
    return Response(msgspec.json.encode(fields), words.status, all_headers, PROBLEM)


def invalid(problems: Iterable[FieldProblem], words: Words = INVALID, **members: Any) -> Response:
    """Everything that is wrong with a body, at once, each with the JSON pointer to its place."""
    errors = [{"pointer": found.pointer, "detail": found.detail} for found in problems]
    return problem(words, errors=errors, **members)
