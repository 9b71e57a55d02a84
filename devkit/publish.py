"""`make deploy`: the same steps as in the local run, onto the AWS account of the user."""

from __future__ import annotations

import os

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.connect.settings import LOCAL
from devkit.deploy.aws import RealAws
from devkit.deploy.deployment import Deployment
from devkit.deploy.staging import check_stage
from devkit.errors import DevkitError
from devkit.interrupts import Interrupts
from devkit.places import Places, users_settings
from devkit.steps import Steps


def publish(places: Places, stage: str, interrupts: Interrupts, steps: Steps) -> None:
    """Deploys `stage` with the user's own AWS settings, and shows the descriptor's URL.

    Raises `DevkitError` where the stage is none to deploy, AWS can not be reached, or the deploy fails.
    """
    if not stage:
        raise DevkitError("Which stage? Run `make deploy STAGE=dev`, with a stage of .chalice/config.json.")
    if stage == LOCAL:
        raise DevkitError("The stage local is the embedded AWS: `make run` deploys it.")
    check_stage(places.root, stage)
    with steps.step("AWS account found") as step:
        aws = RealAws()
        step.note = f"{aws.account} in {aws.region}"
    deployment = Deployment(
        aws=aws,
        root=places.root,
        work=places.of(stage),
        stage=stage,
        settings=users_settings(os.environ),
        log=places.logs / f"deploy-{stage}.log",
        check=interrupts.check,
    )
    try:
        deployment.run(steps)
    except (BotoCoreError, ClientError) as fault:
        raise DevkitError(f"AWS refused a step: {fault} Every step can be repeated: run the deploy again.") from fault
    base_url = users_settings(os.environ).get("CONNECT_BASE_URL") or deployment.api_url()
    steps.say(f"\nApp: {base_url}/atlassian-connect.json")
