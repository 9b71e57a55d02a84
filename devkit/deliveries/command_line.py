"""What `python -m devkit deliveries` is told, and what it then does."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from chalicelib.connect.settings import Resources
from devkit.deliveries.filters import Filter, seconds
from devkit.interrupts import Interrupts
from devkit.options import add_limit, add_stage, add_tenant, add_yes

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
        add_stage(command)
        add_tenant(command)
        command.add_argument("--event", default="", help="only of this event, such as 'jira:issue_*'")
        command.add_argument("--error", default="", metavar="TEXT", help="only where the reason has this in it")
        command.add_argument("--older-than", type=_age, metavar="AGE", help="only what came before that, such as 2h")
        command.add_argument("--newer-than", type=_age, metavar="AGE", help="only what came after that, such as 3d")
        if name == "list":
            add_limit(command)
        if name in ("replay", "drop"):
            add_yes(command)


def run(chosen: argparse.Namespace, interrupts: Interrupts) -> None:
    """Does what was `chosen`. Raises `DevkitError` with the reason where it can not be done."""
    from devkit.deliveries.commands import Commands
    from devkit.deliveries.stage import Stage
    from devkit.stages import aws_of

    meant = Filter(
        ids=chosen.ids,
        tenant=chosen.tenant,
        event=chosen.event,
        error=chosen.error,
        older_than=chosen.older_than,
        newer_than=chosen.newer_than,
    )
    with aws_of(chosen.stage) as aws:
        commands = Commands(Stage(aws, Resources(chosen.stage)), meant, out=sys.stdout, check=interrupts.check)
        _do(commands, chosen)


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
