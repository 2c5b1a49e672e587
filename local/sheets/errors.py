"""Refusals in Google's own shape.

Sheets and Drive word the same refusal differently; whoever raises says only what is wrong, and
the route that answers knows which of the two bodies to send.
"""

from __future__ import annotations

from typing import Any

STATUS = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    429: "RESOURCE_EXHAUSTED",
    500: "INTERNAL",
    501: "UNIMPLEMENTED",
    503: "UNAVAILABLE",
    504: "DEADLINE_EXCEEDED",
}
DRIVE_REASON = {
    400: "badRequest",
    401: "authError",
    403: "insufficientFilePermissions",
    404: "notFound",
    429: "rateLimitExceeded",
    500: "internalError",
    501: "notImplemented",
    503: "backendError",
}


class ApiError(Exception):
    """A request is refused with an HTTP code and Google's words for it."""

    def __init__(self, code: int, message: str, *, details: list[Any] | None = None, reason: str | None = None):
        super().__init__(message)
        self.code = code
        self.message = message
        self.details = details
        self.reason = reason

    def sheets_body(self) -> dict[str, Any]:
        error: dict[str, Any] = {
            "code": self.code,
            "message": self.message,
            "status": STATUS.get(self.code, "UNKNOWN"),
        }
        if self.details:
            error["details"] = self.details
        return {"error": error}

    def drive_body(self) -> dict[str, Any]:
        reason = self.reason or DRIVE_REASON.get(self.code, "unknown")
        domain = (
            "usageLimits"
            if reason in ("rateLimitExceeded", "userRateLimitExceeded", "storageQuotaExceeded")
            else "global"
        )
        item = {"message": self.message, "domain": domain, "reason": reason}
        return {"error": {"code": self.code, "message": self.message, "errors": [item]}}


def invalid(message: str) -> ApiError:
    """The request says something that cannot be done."""
    return ApiError(400, message)


def bad_field(field: str, description: str) -> ApiError:
    """The JSON of a body does not fit the message it should be."""
    violation = {"field": field, "description": description}
    detail = {"@type": "type.googleapis.com/google.rpc.BadRequest", "fieldViolations": [violation]}
    return ApiError(400, description, details=[detail])


def unknown_name(name: str, path: str) -> ApiError:
    """A body holds a key that the message does not have."""
    where = f" at '{path}'" if path else ""
    return bad_field(path, f'Invalid JSON payload received. Unknown name "{name}"{where}: Cannot find field.')


def not_found() -> ApiError:
    return ApiError(404, "Requested entity was not found.")


def forbidden() -> ApiError:
    return ApiError(403, "The caller does not have permission")


def not_imitated(what: str) -> ApiError:
    """What Google has and this emulator has not, by name: better a clear stop than a wrong answer."""
    return ApiError(501, f"The emulator does not imitate {what}.")
