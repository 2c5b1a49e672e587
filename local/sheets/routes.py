"""HTTP in and out: Starlette requests -> the API, the token door, the doors under /_local/."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, Protocol
from urllib.parse import parse_qsl

import msgspec
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from local.sheets import doors
from local.sheets.accounts import GRANT_TYPE, InvalidGrant
from local.sheets.api import Api, Incoming, Outcome
from local.sheets.call import Answer, World
from local.sheets.errors import ApiError
from local.sheets.faults import BadRule, Faults
from local.sheets.latency import Latency
from local.sheets.quota import Quota

METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]


class Parts(Protocol):
    """What of the emulator the routes reach."""

    world: World
    faults: Faults
    quota: Quota
    url: str


def application(parts: Parts, latency: Latency, stopping: asyncio.Event) -> Starlette:
    """The ASGI application of an emulator."""
    api = Api(parts.world, parts.quota, parts.faults, latency)

    async def imitate(request: Request) -> Response:
        outcome = await api.answer(await _incoming(request))
        return _Ending(outcome, parts.world.clock.http_date(), stopping)

    async def token(request: Request) -> Response:
        form = dict(parse_qsl((await request.body()).decode("utf-8", "replace")))
        return _dated(_exchange(parts, form), parts)

    routes = [Route("/token", token, methods=["POST"])]
    routes += [_door(path, method, act, parts, api) for (method, path), act in DOORS.items()]
    routes += [Route("/{path:path}", imitate, methods=METHODS)]
    return Starlette(routes=routes)


async def _incoming(request: Request) -> Incoming:
    raw_path = request.scope.get("raw_path") or request.url.path.encode()
    return Incoming(
        method=request.method,
        path=raw_path.decode("latin-1").partition("?")[0],
        query=request.url.query,
        authorization=request.headers.get("authorization", ""),
        raw=await request.body(),
        is_json="csv" not in request.headers.get("content-type", ""),
    )


def _exchange(parts: Parts, form: dict[str, str]) -> Answer:
    if form.get("grant_type") != GRANT_TYPE:
        return Answer(
            {
                "error": "unsupported_grant_type",
                "error_description": "Invalid grant_type: " + form.get("grant_type", ""),
            },
            400,
        )
    try:
        return Answer(parts.world.accounts.exchange(form, f"{parts.url}/token"))
    except InvalidGrant as refusal:
        return Answer({"error": "invalid_grant", "error_description": str(refusal)}, 400)


def _encoded(answer: Answer) -> bytes:
    if answer.status == 204 or answer.body is None:
        return b""
    return answer.body if isinstance(answer.body, bytes) else msgspec.json.encode(answer.body)


def _dated(answer: Answer, parts: Parts) -> Response:
    headers = {"Date": parts.world.clock.http_date(), "Content-Type": answer.content_type}
    return Response(_encoded(answer), answer.status, headers)


class _Ending(Response):
    """An answer that may be sent whole, broken off, never sent, or replaced by a dropped connection."""

    def __init__(self, outcome: Outcome, date: str, stopping: asyncio.Event) -> None:
        answer = outcome.answer
        super().__init__(_encoded(answer), answer.status, {"Date": date, "Content-Type": answer.content_type})
        self._fate = outcome.fate
        self._stopping = stopping

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._fate == "sent":
            await super().__call__(scope, receive, send)
        elif self._fate == "never":
            await self._hold(receive)
            scope["transport"].abort()
        elif self._fate == "dropped":
            scope["transport"].close()
        else:
            await self._break_off(scope, send)
        if self._fate != "sent":
            await _gone(receive)

    async def _hold(self, receive: Receive) -> None:
        """Say nothing until the client gives up or the server stops."""
        waits = [asyncio.ensure_future(_gone(receive)), asyncio.ensure_future(self._stopping.wait())]
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        for wait in waits:
            wait.cancel()

    async def _break_off(self, scope: Scope, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        half = self.body[: len(self.body) // 2]
        await send({"type": "http.response.body", "body": half, "more_body": True})
        scope["transport"].close()


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


Act = Callable[[Parts, Api, dict[str, str], dict[str, Any]], Any]


def _door(path: str, method: str, act: Act, parts: Parts, api: Api) -> Route:
    async def opened(request: Request) -> Response:
        try:
            body = msgspec.json.decode(await request.body() or b"{}")
            return _dated(Answer(act(parts, api, dict(request.path_params), body)), parts)
        except ApiError as error:
            return _dated(Answer({"error": error.message}, error.code), parts)
        except doors.Refused as refusal:
            return _dated(Answer({"error": str(refusal)}, 409), parts)
        except (BadRule, ValueError, TypeError, KeyError, AttributeError) as error:
            return _dated(Answer({"error": f"{type(error).__name__}: {error}"}, 400), parts)

    return Route(path, opened, methods=[method])


def _health(parts: Parts, api: Api, path: dict[str, str], body: dict[str, Any]) -> Any:
    return {"status": "ok", "files": len(parts.world.drive.records)}


def _reset(parts: Parts, api: Api, path: dict[str, str], body: dict[str, Any]) -> Any:
    parts.world.reset()
    parts.faults.clear()
    parts.world.clock.reset()
    return {}


def _add_fault(parts: Parts, api: Api, path: dict[str, str], body: dict[str, Any]) -> Any:
    return {"id": parts.faults.add(body.pop("kind", ""), **body)}


def _clear_faults(parts: Parts, api: Api, path: dict[str, str], body: dict[str, Any]) -> Any:
    parts.faults.clear()
    return {}


def _set_clock(parts: Parts, api: Api, path: dict[str, str], body: dict[str, Any]) -> Any:
    """{"advance": seconds}, {"stop_at": epoch seconds} or {} (real time again)."""
    if "advance" in body:
        parts.world.clock.advance(float(body["advance"]))
    elif "stop_at" in body:
        parts.world.clock.stop_at(float(body["stop_at"]))
    else:
        parts.world.clock.reset()
    return {"time": parts.world.clock.time()}


def _set_limits(parts: Parts, api: Api, path: dict[str, str], body: dict[str, Any]) -> Any:
    """{"quota": bool, "per_user": n, "per_project": n, "latency": ..., "seed": n, "timeout": seconds}."""
    parts.quota.enforced = bool(body.get("quota", parts.quota.enforced))
    parts.quota.per_user = int(body.get("per_user", parts.quota.per_user))
    parts.quota.per_project = int(body.get("per_project", parts.quota.per_project))
    api.timeout = float(body.get("timeout", api.timeout))
    if "latency" in body:
        api.latency = Latency(body["latency"], int(body.get("seed", 0)))
    return {
        "quota": parts.quota.enforced,
        "per_user": parts.quota.per_user,
        "per_project": parts.quota.per_project,
        "latency": api.latency.kind,
        "timeout": api.timeout,
        "spent": parts.quota.spent(),
    }


def _key(parts: Parts, api: Api, path: dict[str, str], body: dict[str, Any]) -> Any:
    return parts.world.accounts.key_file(body["email"], f"{parts.url}/token")


def _revoke(parts: Parts, api: Api, path: dict[str, str], body: dict[str, Any]) -> Any:
    parts.world.accounts.revoke_tokens()
    return {}


DOORS: dict[tuple[str, str], Act] = {
    ("GET", "/_local/health"): _health,
    ("POST", "/_local/reset"): _reset,
    ("GET", "/_local/files"): lambda parts, api, path, body: {"files": doors.list_files(parts.world)},
    ("POST", "/_local/files"): lambda parts, api, path, body: doors.create_file(parts.world, body),
    ("GET", "/_local/files/{id}/version"): lambda parts, api, path, body: doors.version(parts.world, path["id"]),
    ("POST", "/_local/files/{id}/edit"): lambda parts, api, path, body: doors.edit_as_person(
        parts.world, path["id"], body
    ),
    ("POST", "/_local/keys"): _key,
    ("POST", "/_local/tokens/revoke"): _revoke,
    ("GET", "/_local/faults"): lambda parts, api, path, body: {"rules": parts.faults.rules()},
    ("POST", "/_local/faults"): _add_fault,
    ("DELETE", "/_local/faults"): _clear_faults,
    ("GET", "/_local/faults/fired"): lambda parts, api, path, body: {"fired": parts.faults.fired},
    ("POST", "/_local/clock"): _set_clock,
    ("POST", "/_local/limits"): _set_limits,
}
