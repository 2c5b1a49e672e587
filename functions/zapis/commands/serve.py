"""`zapis serve` and `zapis call`: the functions on a host of one's own, and the timers' calls to them.

What serves is the framework that serves in the cloud, with the bundle's own main.py. Each function has its port of the
loopback address: what is public is published by a proxy that speaks TLS.
"""

from __future__ import annotations

import os
import sys
from http import HTTPStatus
from pathlib import Path

import click

from zapis.settings import served

PORTS = {"site": 8080, "sync": 8081, "deliver": 8082}
LONGEST_RUN = 300.0
"""Seconds; the functions themselves end earlier."""

port_option = click.option(
    "--port", type=click.IntRange(1, 65535), envvar="PORT", show_envvar=True, help="Not the function's usual one."
)


@click.command()
@click.argument("function", type=click.Choice([*PORTS]))
@click.option("--host", envvar="HOST", default="127.0.0.1", show_default=True, show_envvar=True)
@port_option
def serve(function: str, host: str, port: int | None) -> None:
    """Serve a function on a host of one's own.

    Until it is stopped: site on port 8080, sync on 8081, deliver on 8082 of the loopback address. sync and deliver act
    when they are called: let a timer do that each minute with `zapis call`.

    Example: zapis serve site
    """
    source = Path(__file__).resolve().parents[2] / "main.py"
    argv = ["functions-framework", f"--source={source}", f"--target={function}"]
    argv += [f"--host={host}", f"--port={port or PORTS[function]}"]
    os.execve(Path(sys.executable).with_name(argv[0]), argv, served(function))  # noqa: S606 - signals reach it directly


@click.command()
@click.argument("function", type=click.Choice(["sync", "deliver"]))
@port_option
def call(function: str, port: int | None) -> None:
    """Have sync or deliver on this host do its work once.

    Exit code 1 if it could not; the next call tries again.

    Example (each minute, by a timer): zapis call sync
    """
    import requests

    with requests.Session() as session:
        session.trust_env = False  # a proxy knows nothing of this machine
        try:
            answer = session.post(f"http://127.0.0.1:{port or PORTS[function]}/", timeout=LONGEST_RUN)
        except requests.RequestException as error:
            raise click.ClickException(f"{function} did not answer ({type(error).__name__}): is it served?") from None
    click.echo(answer.text.strip())
    if answer.status_code != HTTPStatus.OK:
        raise click.ClickException(f"{function} answered {answer.status_code}; its log says why.")
