"""The commands of a laptop. Each part of `up` can also be started alone."""

import os
from pathlib import Path

import click

from local.errors import LocalError
from local.ports import LOOPBACK, require_free
from local.settings import LATENCIES, VK_PORT, Port, read

PORT = click.IntRange(1, 65535)
FILE = click.Path(dir_okay=False, path_type=Path)
FOLDER = click.Path(file_okay=False, path_type=Path)
HELP = {"help_option_names": ["-h", "--help"]}


class _Commands(click.Group):
    """Tells a LocalError as a sentence with exit code 1; lists commands as they stand below."""

    def list_commands(self, context: click.Context) -> list[str]:
        return list(self.commands)

    def invoke(self, context: click.Context) -> object:
        try:
            return super().invoke(context)
        except LocalError as error:
            raise click.ClickException(str(error)) from error


@click.group(cls=_Commands, context_settings=HELP)
def main() -> None:
    """Run Zapis on this machine.

    Ports and places come from the environment: ZAPIS_SITE_PORT (8080), ZAPIS_SHEETS_PORT (8085),
    ZAPIS_MAILBOX_PORT (8025), ZAPIS_SMTP_PORT (1025), ZAPIS_DATA (.zapis).
    """


@main.command()
def up() -> None:
    """Start everything; on the first start lay out the demo season."""
    from local.up import up

    up(read(os.environ), os.environ)


@main.command()
def reset() -> None:
    """Delete all local data, so that the next start begins anew."""
    from local.folder import delete

    data = read(os.environ).data
    click.echo(f"Deleted {data}." if delete(data) else f"There is nothing to delete: no {data}.")


@main.command()
@click.option("--port", type=PORT, default=8085, show_default=True, help="Port to listen on.")
@click.option("--data", type=FILE, required=True, help="SQLite file of the workbooks; made if absent.")
@click.option("--quota/--no-quota", default=True, show_default=True, help="Refuse beyond Google's calls a minute.")
@click.option(
    "--latency",
    type=click.Choice(LATENCIES),
    default="none",
    show_default=True,
    help="Answer as slowly as Google does.",
)
def sheets(port: int, data: Path, quota: bool, latency: str) -> None:
    """Serve the Google Sheets API from a file on this machine.

    Example: python -m local sheets --port 8085 --data books.sqlite
    """
    require_free((Port(port, "the Sheets emulator", "--port"),))
    from local.sheets.server import serve

    data.parent.mkdir(parents=True, exist_ok=True)
    serve(port=port, data=data, quota=quota, latency=latency)


@main.command()
@click.option("--port", type=PORT, default=8025, show_default=True, help="Port of the page and the API.")
@click.option("--smtp-port", type=PORT, default=1025, show_default=True, help="Port that takes letters.")
@click.option("--data", type=FOLDER, required=True, help="Folder of the letters; made if absent.")
def mailbox(port: int, smtp_port: int, data: Path) -> None:
    """Catch every letter and show it on a page.

    Example: python -m local mailbox --data letters
    """
    require_free((Port(port, "the mailbox page", "--port"), Port(smtp_port, "SMTP", "--smtp-port")))
    from local.mailbox import Mailbox

    Mailbox(data, smtp_port=smtp_port, http_port=port).serve()


@main.command()
@click.option("--port", type=PORT, default=VK_PORT, show_default=True, help="Port of the page.")
@click.option("--site", default="http://127.0.0.1:8080", show_default=True, help="Address of a running site.")
def vk(port: int, site: str) -> None:
    """Show the site as VK does, in a frame that launches it and answers its bridge.

    Example: python -m local vk, beside make run
    """
    require_free((Port(port, "the page in place of VK", "--port"),))
    import uvicorn

    from local.vk.page import build

    click.echo(f"VK is played at http://{LOOPBACK}:{port}/")
    uvicorn.run(build(site), host=LOOPBACK, port=port, log_level="warning")


@main.command()
@click.option("--every", type=click.FloatRange(0.1), default=60.0, show_default=True, help="Seconds between calls.")
@click.argument("jobs", nargs=-1, required=True, metavar="NAME=URL...")
def scheduler(every: float, jobs: tuple[str, ...]) -> None:
    """Call functions over and over, as Cloud Scheduler does.

    Example: python -m local scheduler --every 4 sync=http://127.0.0.1:8081/
    """
    from local.scheduler import Job, run

    run([Job(*_named_url(job)) for job in jobs], every)


def _named_url(job: str) -> tuple[str, str]:
    name, _, url = job.partition("=")
    if not name or not url.startswith(("http://", "https://")):
        raise LocalError(f"A job is given as NAME=URL, such as sync=http://127.0.0.1:8081/; found {job!r}.")
    return name, url


if __name__ == "__main__":
    main(prog_name="python -m local")
