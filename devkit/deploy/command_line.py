"""What the commands on a stage of AWS are told, and what they then do: deploy, destroy, rollback, package."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from devkit.interrupts import Interrupts

COMMANDS = {
    "deploy": "deploy a stage onto AWS",
    "destroy": "take a stage away from AWS",
    "rollback": "run what ran before the last deploy",
    "package": "write one CloudFormation template with everything, for pipelines",
}


def add_arguments(commands: Any) -> None:
    """Adds the commands, with their options, to `commands`, the subparsers of the devkit's parser."""
    parsers = {name: commands.add_parser(name, help=text) for name, text in COMMANDS.items()}
    for name, parser in parsers.items():
        parser.add_argument("--stage", default="", help="a stage of .chalice/config.json")
        if name != "package":
            parser.add_argument("--yes", action="store_true", help="do not ask before anything is changed")
    parsers["destroy"].add_argument("--tables", action="store_true", help="also the tables that prod protects")
    parsers["package"].add_argument("folder", metavar="FOLDER", help="where the template and the package go")


def run(chosen: argparse.Namespace, interrupts: Interrupts) -> None:
    """Does what was `chosen`. Raises `DevkitError` with the reason where it can not be done."""
    from devkit.deploy.pipeline import run as package
    from devkit.destroy import destroy
    from devkit.places import Places
    from devkit.publish import publish
    from devkit.rollback import roll_back
    from devkit.steps import Steps

    places, steps = Places(), Steps()
    match chosen.command:
        case "deploy":
            publish(places, chosen.stage, interrupts, steps, yes=chosen.yes)
        case "destroy":
            destroy(places, chosen.stage, interrupts, steps, yes=chosen.yes, tables=chosen.tables)
        case "rollback":
            roll_back(places, chosen.stage, interrupts, steps, yes=chosen.yes)
        case "package":
            package(places, chosen.stage, Path(chosen.folder), interrupts, steps)
