"""What `python -m devkit jobs` is told, and what it then does."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping
from typing import Any

from chalicelib.connect.runs import State
from chalicelib.connect.settings import LOCAL, Resources
from devkit.interrupts import Interrupts
from devkit.options import add_limit, add_stage, add_tenant, add_yes

COMMANDS = {
    "list": "list the newest run of each job",
    "show": "show one run whole",
    "start": "start a job, for one site or for all",
    "cancel": "end a run that is under way",
    "replay": "have failed runs go on where they failed",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Tells `parser` the commands and their options."""
    commands = parser.add_subparsers(dest="action", required=True)
    for name, text in COMMANDS.items():
        command = commands.add_parser(name, help=text, description=f"{text[0].upper()}{text[1:]}.")
        add_stage(command)
        if name in ("show", "start", "cancel"):
            command.add_argument("job", help="the name of the job, such as backfill")
            command.add_argument(
                "--key", default="", help="which of the jobs of this name; default the one without a key"
            )
            _add_tenant(command, all_too=name == "start")
        else:
            command.add_argument("job", nargs="?", default="", help="only of this job; '*' stands for any letters")
            add_tenant(command)
            command.add_argument("--error", default="", metavar="TEXT", help="only where the error has this in it")
        if name == "list":
            command.add_argument("--state", choices=[each.value for each in State], help="only in this state")
            add_limit(command)
        if name == "start":
            command.add_argument("--input", type=_object, default={}, metavar="JSON", help="what the job is given")
        if name == "replay":
            add_yes(command)


def run(chosen: argparse.Namespace, interrupts: Interrupts) -> None:
    """Does what was `chosen`. Raises `DevkitError` with the reason where it can not be done."""
    from devkit.jobs.commands import Commands
    from devkit.jobs.stage import Stage
    from devkit.stages import aws_of

    with aws_of(chosen.stage) as aws:
        stage = Stage(aws, Resources(chosen.stage))
        _do(Commands(stage, out=sys.stdout, check=interrupts.check), chosen)


def _do(commands: Any, chosen: argparse.Namespace) -> None:
    match chosen.action:
        case "list":
            commands.show_list(chosen.job, chosen.tenant, chosen.state, chosen.error, max(0, chosen.limit))
        case "show":
            commands.show(chosen.tenant, chosen.job, chosen.key)
        case "start" if chosen.all:
            commands.start_for_all(chosen.job, chosen.input, at_once=chosen.stage == LOCAL)
        case "start":
            commands.start(chosen.tenant, chosen.job, chosen.key, chosen.input)
        case "cancel":
            commands.cancel(chosen.tenant, chosen.job, chosen.key)
        case "replay":
            commands.replay(chosen.job, chosen.tenant, chosen.error, yes=chosen.yes)


def _add_tenant(command: argparse.ArgumentParser, *, all_too: bool) -> None:
    whose = command.add_mutually_exclusive_group(required=True)
    whose.add_argument("--tenant", metavar="KEY", help="the client key of the site")
    if all_too:
        whose.add_argument("--all", action="store_true", help="for every site that has the app, as a schedule does")


def _object(text: str) -> Mapping[str, Any]:
    try:
        given = json.loads(text)
    except ValueError as fault:
        raise argparse.ArgumentTypeError(f"{text!r} is no JSON: {fault}") from fault
    if not isinstance(given, dict):
        raise argparse.ArgumentTypeError(f"{text!r} is no JSON object.")
    return given
