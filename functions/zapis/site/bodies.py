"""Bodies as they arrive: of the right kind, in UTF-8, and not too large, or an HTTP error that says so.

A body is counted while it is read, whatever its Content-Length claims.
"""

from __future__ import annotations

from email.message import Message
from typing import Any
from urllib.parse import parse_qsl

from starlette.exceptions import HTTPException
from starlette.requests import Request

LARGEST_BODY = 64 * 1024
MOST_FIELDS = 500
FORM = "application/x-www-form-urlencoded"


async def read_form(request: Request) -> dict[str, str]:
    """The fields of a posted form, the last of a name. Raises HTTPException 400, 413 or 415."""
    _require(request, lambda kind: kind == FORM)
    body = await _read(request)
    try:
        pairs = parse_qsl(
            body.decode(),
            keep_blank_values=True,
            strict_parsing=bool(body),
            errors="strict",
            max_num_fields=MOST_FIELDS,
        )
    except ValueError:
        raise HTTPException(400) from None
    return dict(pairs)


async def read_json(request: Request) -> Any:
    """The value of a JSON body. Raises HTTPException 400, 413 or 415."""
    import msgspec

    _require(request, lambda kind: kind == "application/json" or (kind.startswith("application/") and "+json" in kind))
    body = await _read(request)
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise HTTPException(400) from None


def _require(request: Request, fits: Any) -> None:
    header = Message()
    header["content-type"] = request.headers.get("content-type", "")
    charset = str(header.get_param("charset") or "utf-8").casefold()
    if not fits(header.get_content_type()) or charset not in ("utf-8", "utf8"):
        raise HTTPException(415)


async def _read(request: Request) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_BODY:
            raise HTTPException(413)
    return bytes(body)
