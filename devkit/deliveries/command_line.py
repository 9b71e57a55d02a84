"""What `python -m devkit deliveries` is told, and what it then does."""

from __future__ import annotations

import argparse
import os
import sys
from typing import Any

from chalicelib.connect.settings import LOCAL, Resources
from devkit.deliveries.filters import Filter, seconds
from devkit.errors import DevkitError
from devkit.interrupts import Interrupts
from devkit.places import Places

COMMANDS = {
    "list": "list dead letters with their reasons",
    "show": "show dead letters whole, with their bodies",
    "replay": "have dead letters handled again",
    "drop": "delete dead letters for good",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Tells `parser` the commands and their options."""
    commands = parser.add_subparsers(dest="action", required=True)
    for name, text in COMMANDS.items():
        command = commands.add_parser(name, help=text, description=f"{text[0].upper()}{text[1:]}.")
        command.add_argument("ids", nargs="+" if name == "show" else "*", metavar="ID", help="a delivery's name")
        command.add_argument("--stage", default=LOCAL, help="the stage; default local, that of `make run`")
        command.add_argument("--tenant", default="", metavar="KEY", help="only of the site with this client key")
        command.add_argument("--event", default="", help="only of this event, such as 'jira:issue_*'")
        command.add_argument("--error", default="", metavar="TEXT", help="only where the reason has this in it")
        command.add_argument("--older-than", type=_age, metavar="AGE", help="only what came before that, such as 2h")
        command.add_argument("--newer-than", type=_age, metavar="AGE", help="only what came after that, such as 3d")
        if name == "list":
            command.add_argument("--limit", type=int, default=100, metavar="N", help="lines at most; default 100")
        if name in ("replay", "drop"):
            command.add_argument("--yes", action="store_true", help="do it; without this it is only said")


def run(chosen: argparse.Namespace, interrupts: Interrupts) -> None:
    """Does what was `chosen`. Raises `DevkitError` with the reason where it can not be done."""
    from botocore.exceptions import BotoCoreError, ClientError

    from devkit.deliveries.commands import Commands
    from devkit.deliveries.stage import Stage, find_aws

    meant = Filter(
        ids=chosen.ids,
        tenant=chosen.tenant,
        event=chosen.event,
        error=chosen.error,
        older_than=chosen.older_than,
        newer_than=chosen.newer_than,
    )
    try:
        aws = find_aws(Places(), chosen.stage, os.environ)
        commands = Commands(Stage(aws, Resources(chosen.stage)), meant, out=sys.stdout, check=interrupts.check)
        _do(commands, chosen)
    except (BotoCoreError, ClientError) as fault:
        raise DevkitError(f"AWS did not do it: {fault}") from fault


def _do(commands: Any, chosen: argparse.Namespace) -> None:
    match chosen.action:
        case "list":
            commands.show_list(max(0, chosen.limit))
        case "show":
            commands.show()
        case "replay":
            commands.replay(yes=chosen.yes)
        case "drop":
            commands.drop(yes=chosen.yes)


def _age(text: str) -> float:
    try:
        return seconds(text)
    except ValueError as fault:
        raise argparse.ArgumentTypeError(str(fault)) from fault
