"""What `python -m devkit status`, `logs` and `cost` are told, and what they then do."""

from __future__ import annotations

import argparse
import sys
import time
from typing import TYPE_CHECKING

from devkit.deliveries.filters import seconds
from devkit.errors import DevkitError
from devkit.interrupts import Interrupts
from devkit.options import add_stage, add_tenant
from devkit.places import Places

if TYPE_CHECKING:
    from devkit.deploy.aws import Aws

COMMANDS = {
    "status": "show how a stage is: versions, tenants, queues, errors, cost",
    "logs": "show, and follow, what the functions of a stage print",
    "cost": "show what a webhook, an idle month or a stage costs",
}

FOLLOW_SECONDS = 2.0
"""Between two looks for new lines."""

OVERLAP_SECONDS = 60
"""How far each look goes back behind the last one: CloudWatch takes lines in late, and in no order."""


def add_arguments(
    status: argparse.ArgumentParser, logs: argparse.ArgumentParser, cost: argparse.ArgumentParser
) -> None:
    """Tells the parsers of the three commands their options."""
    for parser in (status, logs):
        add_stage(parser)
    cost.add_argument("--stage", default="", help="what this stage has used; without it, the figures of docs/cost.md")
    logs.add_argument("words", nargs="*", metavar="WORD", help="only lines with all of these, such as a correlation id")
    add_tenant(logs)
    logs.add_argument("--delivery", default="", metavar="ID", help="only of this delivery")
    logs.add_argument("--since", default="15m", metavar="AGE", help="how far back, such as 2h; default 15m")
    logs.add_argument("--follow", action="store_true", help="go on with what comes, until Ctrl-C")


def run(chosen: argparse.Namespace, interrupts: Interrupts) -> None:
    """Does what was `chosen`. Raises `DevkitError` with the reason where it can not be done."""
    from devkit.cost.command import figures, show_stage
    from devkit.deploy.versions import address_told
    from devkit.stages import aws_of

    if chosen.command == "cost" and not chosen.stage:
        print(figures())
        return
    with aws_of(chosen.stage) as aws:
        # Of a stage that is not there, there are no lines and no costs either, which would look like a quiet one.
        told = address_told(aws.client("lambda"), chosen.stage)
        if chosen.command == "cost":
            show_stage(aws, chosen.stage, sys.stdout)
        elif chosen.command == "logs":
            _logs(aws, chosen, interrupts)
        else:
            from devkit.watch.status import Status

            for line in Status(aws, chosen.stage, told or _api_url(aws, Places(), chosen.stage)).lines():
                print(line, flush=True)


def _api_url(aws: Aws, places: Places, stage: str) -> str:
    """The base URL that API Gateway gave to the stage; raises `DevkitError` where it has no API."""
    from devkit.deploy.notes import completed
    from devkit.deploy.staging import Staging

    noted = Staging(places.root, places.of(stage) / "project", stage).deployed()
    apis = [each["rest_api_url"].rstrip("/") for each in noted or completed(aws, stage, []) if "rest_api_url" in each]
    if not apis:
        raise DevkitError(f"The stage {stage} is not deployed: run `make deploy STAGE={stage}`.")
    return str(apis[0])


def _logs(aws: Aws, chosen: argparse.Namespace, interrupts: Interrupts) -> None:
    from devkit.watch.log_lines import Logs

    try:
        start = time.time() - seconds(chosen.since)
    except ValueError as fault:
        raise DevkitError(str(fault)) from fault
    words = [*chosen.words, *filter(None, (chosen.tenant, chosen.delivery))]
    logs, shown = Logs(aws, chosen.stage), set[str]()
    while True:
        looked = time.time()
        for line in logs.since(start, words):
            if line.identity not in shown:
                shown.add(line.identity)
                print(line.shown(), flush=True)
        if not chosen.follow:
            return
        start = max(start, looked - OVERLAP_SECONDS)
        interrupts.wait(FOLLOW_SECONDS)
