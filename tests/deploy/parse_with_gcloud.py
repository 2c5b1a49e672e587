"""Let the real gcloud read command lines without running them. Runs under gcloud's own Python, not under ours.

Command lines come as JSON on stdin; what gcloud has against each goes out as JSON, empty where it understands it.
Only the last step, `Command.Run`, is taken away: words, flags, their values and what excludes what are checked by
gcloud itself. Output formats are parsed, and an alert policy and a metric are read into the API's own messages.
"""

import contextlib
import io
import json
import os
import sys
import tempfile

library = sys.argv[1]
sys.path[0:0] = [library, os.path.join(library, "third_party")]

from apitools.base.protorpclite import messages  # noqa: E402
from googlecloudsdk import gcloud_main  # noqa: E402
from googlecloudsdk.api_lib.logging import util as logging  # noqa: E402
from googlecloudsdk.api_lib.util import apis  # noqa: E402
from googlecloudsdk.calliope import backend  # noqa: E402
from googlecloudsdk.command_lib.monitoring import util as monitoring  # noqa: E402
from googlecloudsdk.core.resource import resource_printer  # noqa: E402


def read_only(command, cli, args):
    if args.format:
        resource_printer.Printer(args.format, out=io.StringIO())
    if getattr(args, "policy_from_file", None):
        kind = apis.GetMessagesModule("monitoring", "v3").AlertPolicy
        refuse_unknown(monitoring.MessageFromString(args.policy_from_file, kind, "AlertPolicy"))
    if getattr(args, "config_from_file", None):
        refuse_unknown(logging.CreateLogMetric(args.metric_name, data=args.config_from_file))


def refuse_unknown(message):
    unknown = list(unknown_fields(message))
    if unknown:
        raise ValueError(f"unknown to the API: {unknown}")


def unknown_fields(message):
    """Names that the API's messages do not have, which gcloud sends all the same."""
    yield from message.all_unrecognized_fields()
    for field in message.all_fields():
        value = getattr(message, field.name)
        for part in value if isinstance(value, list) else [value]:
            if isinstance(part, messages.Message):
                yield from unknown_fields(part)


@contextlib.contextmanager
def stderr_to(stream):
    """gcloud keeps the first sys.stderr it saw, so the descriptor itself is turned."""
    kept = os.dup(2)
    os.dup2(stream.fileno(), 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)


def complaint(cli, argv):
    with tempfile.TemporaryFile("w+") as said, stderr_to(said):
        try:
            cli.Execute(argv[1:], call_arg_complete=False)
        except (Exception, SystemExit) as error:
            said.seek(0)
            return f"{said.read()}{error}"
    return ""


backend.Command.Run = read_only
cli = gcloud_main.CreateCLI([])
json.dump([complaint(cli, argv) for argv in json.load(sys.stdin)], sys.stdout)
