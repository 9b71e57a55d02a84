"""What `python -m devkit retention` is told, and what it then does."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from chalicelib.connect.settings import Resources, Settings
from devkit.errors import DevkitError
from devkit.interrupts import Interrupts
from devkit.options import add_stage, add_tenant, add_yes
from devkit.places import Places


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Tells `parser` the options."""
    parser.description = "Delete what is kept of sites that have removed the app; without --yes it is only said."
    add_stage(parser)
    add_tenant(parser)
    parser.add_argument("--days", type=int, metavar="N", help="how long ago it left at least; default: the setting")
    add_yes(parser)


def run(chosen: argparse.Namespace, interrupts: Interrupts) -> None:
    """Does what was `chosen`. Raises `DevkitError` with the reason where it can not be done."""
    from devkit.retention.commands import Purge, keeper
    from devkit.stages import aws_of

    days = setting(Places().root, chosen.stage) if chosen.days is None else chosen.days
    if days < 0:
        raise DevkitError("--days must be 0 or more.")
    with aws_of(chosen.stage) as aws:
        retention = keeper(aws, Resources(chosen.stage), days)
        purge = Purge(retention, days, tenant=chosen.tenant, out=sys.stdout, check=interrupts.check)
        purge.run(yes=chosen.yes)


def setting(root: Path, stage: str) -> int:
    """The days that the configuration of `stage` says, in the project at `root`."""
    stages = json.loads((root / ".chalice" / "config.json").read_text(encoding="utf-8"))["stages"]
    return Settings.read(stages.get(stage, {}).get("environment_variables", {"CONNECT_STAGE": stage})).retention_days
