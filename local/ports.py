"""Ports of the loopback address: is it free, and which one is.

Asked before anything starts, so that a taken port is one sentence and nothing half-started.
"""

import errno
import secrets
import socket
from contextlib import suppress

from local.errors import LocalError
from local.settings import Port

LOOPBACK = "127.0.0.1"
# Below the ports that systems hand out by themselves, above those that programs are known by.
LOWEST, HIGHEST = 20_000, 32_000
_given: set[int] = set()


def require_free(ports: tuple[Port, ...]) -> None:
    """Raise LocalError for the first port that cannot be opened."""
    for port in ports:
        try:
            socket.create_server((LOOPBACK, port.number)).close()
        except OSError as error:
            raise LocalError(_refusal(port, error)) from error


def free() -> int:
    """A port that nobody listens on now, that no outgoing connection takes in the meantime, and each time another."""
    while True:
        port = LOWEST + secrets.randbelow(HIGHEST - LOWEST)
        if port not in _given:
            with suppress(OSError), socket.create_server((LOOPBACK, port)):
                _given.add(port)
                return port


def _refusal(port: Port, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        trouble = f"Port {port.number} is taken by another program, and {port.wanted_by} needs it."
    else:
        trouble = f"Port {port.number} cannot be opened for {port.wanted_by}: {error.strerror}."
    return f"{trouble} Choose another one: {port.variable}={_another(port.number)}"


def _another(number: int) -> int:
    return number + 1000 if 1024 <= number <= 64000 else free()
