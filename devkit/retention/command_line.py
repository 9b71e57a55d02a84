"""What `python -m devkit retention` is told, and what it then does."""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path

from chalicelib.connect.errors import UnavailableError
from chalicelib.connect.settings import LOCAL, Resources, Settings
from devkit.errors import DevkitError
from devkit.interrupts import Interrupts
from devkit.places import Places


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Tells `parser` the options."""
    parser.description = "Delete what is kept of sites that have removed the app; without --yes it is only said."
    parser.add_argument("--stage", default=LOCAL, help="the stage; default local, that of `make run`")
    parser.add_argument("--tenant", default="", metavar="KEY", help="only of the site with this client key")
    parser.add_argument("--days", type=int, metavar="N", help="how long ago it left at least; default: the setting")
    parser.add_argument("--yes", action="store_true", help="do it; without this it is only said")


def run(chosen: argparse.Namespace, interrupts: Interrupts) -> None:
    """Does what was `chosen`. Raises `DevkitError` with the reason where it can not be done."""
    from botocore.exceptions import BotoCoreError, ClientError

    from devkit.deliveries.stage import find_aws
    from devkit.retention.commands import Purge, keeper

    days = setting(Places().root, chosen.stage) if chosen.days is None else chosen.days
    if days < 0:
        raise DevkitError("--days must be 0 or more.")
    try:
        aws = find_aws(Places(), chosen.stage, os.environ)
        retention = keeper(aws, Resources(chosen.stage), days)
        purge = Purge(retention, days, tenant=chosen.tenant, out=sys.stdout, check=interrupts.check)
        purge.run(yes=chosen.yes)
    except (BotoCoreError, ClientError, UnavailableError) as fault:
        raise DevkitError(f"AWS did not do it: {fault.__cause__ or fault}") from fault


def setting(root: Path, stage: str) -> int:
    """The days that the configuration of `stage` says, in the project at `root`."""
    stages = json.loads((root / ".chalice" / "config.json").read_text(encoding="utf-8"))["stages"]
    return Settings.read(stages.get(stage, {}).get("environment_variables", {"CONNECT_STAGE": stage})).retention_days
