"""HTTP in and out: Starlette requests -> the API, the token door, the doors under /_local/."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl

import msgspec
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route
from starlette.types import Receive, Scope, Send

from local.sheets import doors, page
from local.sheets.accounts import GRANT_TYPE, InvalidGrant
from local.sheets.api import Api, Incoming, Outcome
from local.sheets.call import Answer
from local.sheets.errors import ApiError
from local.sheets.faults import BadRule
from local.sheets.latency import Latency

METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]


def application(api: Api, url: str, stopping: asyncio.Event) -> Starlette:
    """The ASGI application of an emulator that is reached at `url`."""

    async def imitate(request: Request) -> Response:
        outcome = await api.answer(await _incoming(request))
        return _Ending(outcome, api.world.clock.http_date(), stopping)

    async def token(request: Request) -> Response:
        form = dict(parse_qsl((await request.body()).decode("utf-8", "replace")))
        return _dated(_exchange(api, form, f"{url}/token"), api)

    routes: list[BaseRoute] = [Route("/token", token, methods=["POST"])]
    routes += [_door(path, method, act, api, url) for (method, path), act in (DOORS | page.DOORS).items()]
    routes += page.pages(api)
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


def _exchange(api: Api, form: dict[str, str], token_uri: str) -> Answer:
    if form.get("grant_type") != GRANT_TYPE:
        return Answer(
            {
                "error": "unsupported_grant_type",
                "error_description": "Invalid grant_type: " + form.get("grant_type", ""),
            },
            400,
        )
    try:
        return Answer(api.world.accounts.exchange(form, token_uri))
    except InvalidGrant as refusal:
        return Answer({"error": "invalid_grant", "error_description": str(refusal)}, 400)


def _encoded(answer: Answer) -> bytes:
    if answer.status == 204 or answer.body is None:
        return b""
    return answer.body if isinstance(answer.body, bytes) else msgspec.json.encode(answer.body)


def _dated(answer: Answer, api: Api) -> Response:
    headers = {"Date": api.world.clock.http_date(), "Content-Type": answer.content_type}
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


Act = Callable[[Api, dict[str, str], dict[str, Any]], Any]


def _door(path: str, method: str, act: Act, api: Api, url: str) -> Route:
    async def opened(request: Request) -> Response:
        try:
            body = msgspec.json.decode(await request.body() or b"{}")
            return _dated(Answer(act(api, {**request.path_params, "url": url}, body)), api)
        except ApiError as error:
            return _dated(Answer({"error": error.message}, error.code), api)
        except doors.Refused as refusal:
            return _dated(Answer({"error": str(refusal)}, 409), api)
        except (BadRule, ValueError, TypeError, KeyError, AttributeError) as error:
            return _dated(Answer({"error": f"{type(error).__name__}: {error}"}, 400), api)

    return Route(path, opened, methods=[method])


def _health(api: Api, path: dict[str, str], body: dict[str, Any]) -> Any:
    return {"status": "ok", "files": len(api.world.drive.records)}


def _reset(api: Api, path: dict[str, str], body: dict[str, Any]) -> Any:
    api.reset()
    return {}


def _add_fault(api: Api, path: dict[str, str], body: dict[str, Any]) -> Any:
    rule = api.faults.add(body.pop("kind", ""), **body)
    api.remember_stale()
    return {"id": rule}


def _clear_faults(api: Api, path: dict[str, str], body: dict[str, Any]) -> Any:
    api.faults.clear()
    return {}


def _set_clock(api: Api, path: dict[str, str], body: dict[str, Any]) -> Any:
    """{"advance": seconds}, {"stop_at": epoch seconds} or {} (real time again)."""
    if "advance" in body:
        api.world.clock.advance(float(body["advance"]))
    elif "stop_at" in body:
        api.world.clock.stop_at(float(body["stop_at"]))
    else:
        api.world.clock.reset()
    return {"time": api.world.clock.time()}


def _set_limits(api: Api, path: dict[str, str], body: dict[str, Any]) -> Any:
    """{"quota": bool, "per_user": n, "per_project": n, "latency": ..., "seed": n, "timeout": seconds}."""
    api.quota.enforced = bool(body.get("quota", api.quota.enforced))
    api.quota.per_user = int(body.get("per_user", api.quota.per_user))
    api.quota.per_project = int(body.get("per_project", api.quota.per_project))
    api.timeout = float(body.get("timeout", api.timeout))
    if "latency" in body:
        api.latency = Latency(body["latency"], int(body.get("seed", 0)))
    return {
        "quota": api.quota.enforced,
        "per_user": api.quota.per_user,
        "per_project": api.quota.per_project,
        "latency": api.latency.kind,
        "timeout": api.timeout,
        "spent": api.quota.spent(),
    }


def _key(api: Api, path: dict[str, str], body: dict[str, Any]) -> Any:
    return api.world.accounts.key_file(body["email"], f"{path['url']}/token")


def _revoke(api: Api, path: dict[str, str], body: dict[str, Any]) -> Any:
    api.world.accounts.revoke_tokens()
    return {}


DOORS: dict[tuple[str, str], Act] = {
    ("GET", "/_local/health"): _health,
    ("POST", "/_local/reset"): _reset,
    ("GET", "/_local/files"): lambda api, path, body: {"files": doors.list_files(api.world)},
    ("POST", "/_local/files"): lambda api, path, body: doors.create_file(api.world, body),
    ("GET", "/_local/files/{id}/version"): lambda api, path, body: doors.version(api.world, path["id"]),
    ("POST", "/_local/files/{id}/edit"): lambda api, path, body: doors.edit_as_person(api.world, path["id"], body),
    ("POST", "/_local/keys"): _key,
    ("POST", "/_local/tokens/revoke"): _revoke,
    ("GET", "/_local/faults"): lambda api, path, body: {"rules": api.faults.rules()},
    ("POST", "/_local/faults"): _add_fault,
    ("DELETE", "/_local/faults"): _clear_faults,
    ("GET", "/_local/faults/fired"): lambda api, path, body: {"fired": api.faults.fired},
    ("POST", "/_local/clock"): _set_clock,
    ("POST", "/_local/limits"): _set_limits,
}
