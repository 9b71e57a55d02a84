"""`make deploy`: looks, shows, asks, deploys by the same steps as the local run, and tries what it has deployed."""

from __future__ import annotations

import os

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.connect.settings import LOCAL
from devkit.asking import confirm
from devkit.deploy.aws import RealAws, refusal
from devkit.deploy.configuration import configuration_faults, reserved_concurrency, variables
from devkit.deploy.deployment import Deployment
from devkit.deploy.packages import X86
from devkit.deploy.preflight import Preflight
from devkit.deploy.smoke import Smoke
from devkit.deploy.stack import Stack
from devkit.deploy.staging import check_stage
from devkit.errors import DevkitError
from devkit.interrupts import Interrupted, Interrupts
from devkit.places import Places, users_settings
from devkit.steps import Steps

NEXT = """
App: {base_url}/atlassian-connect.json

Where Jira still takes descriptors, give it that URL: Apps, Manage your apps, Upload app. Since 30 March 2026 a new app
gets into Jira only through Forge: put {base_url} into the manifest of a Forge app as its remote, and install that
(https://developer.atlassian.com/platform/adopting-forge-from-connect/).
Alarms speak to the SNS topic dormouse-{stage}-alarms: subscribe your address to it once (docs/deploy.md)."""


def publish(places: Places, stage: str, interrupts: Interrupts, steps: Steps, *, yes: bool = False) -> None:
    """Deploys `stage` with the user's own AWS settings; before anything is changed it asks, unless `yes`.

    Raises `DevkitError` where the stage is none to deploy, something would stop the deploy, or a step fails.
    """
    deployment = deployment_of(places, stage, interrupts, steps, "make deploy STAGE=dev")
    try:
        _look(deployment, steps)
        stack = deployment.stack
        _show(deployment, stack, steps)
        try:
            confirm("Deploy this?", yes=yes, check=interrupts.check)
        except BaseException:
            stack.discard()
            raise
        _deploy(deployment, stack, steps)
    except (BotoCoreError, ClientError) as fault:
        raise DevkitError(f"{refusal(fault)} Every step can be repeated: run the deploy again.") from fault
    steps.say(NEXT.format(base_url=base_url(deployment), stage=stage))


def deployment_of(places: Places, stage: str, interrupts: Interrupts, steps: Steps, command: str) -> Deployment:
    """The deployment of `stage` onto the user's own AWS account; `command` is how a person says what they want.

    Raises `DevkitError` where the stage is none of a real AWS, or AWS can not be reached.
    """
    if not stage:
        raise DevkitError(f"Which stage? Run `{command}`, with a stage of .chalice/config.json.")
    if stage == LOCAL:
        raise DevkitError("The stage local is the embedded AWS: `make run` deploys it, `make clean` takes it away.")
    check_stage(places.root, stage)
    with steps.step("AWS account found") as step:
        aws = RealAws()
        step.note = f"{aws.account} in {aws.region}"
    return Deployment(
        aws=aws,
        root=places.root,
        work=places.of(stage),
        stage=stage,
        settings=users_settings(os.environ),
        log=places.logs / f"deploy-{stage}.log",
        packages=places.of(f"packages-{X86}"),
        check=interrupts.check,
    )


def _look(deployment: Deployment, steps: Steps) -> None:
    """Raises `DevkitError` with all that would stop the deploy."""
    settings = deployment.settings
    given = variables(deployment.root, deployment.stage, settings)
    reserved = reserved_concurrency(deployment.root, deployment.stage)
    preflight = Preflight(deployment.aws, deployment.home, deployment.noted(), reserved)
    with steps.step("Configuration and account checked"):
        faults = [*configuration_faults(deployment.root, deployment.stage, settings), *preflight.faults(given)]
    if faults:
        listed = "\n".join(f"- {each}" for each in faults)
        raise DevkitError(f"Nothing was changed. This stands in the way:\n{listed}")
    for warning in preflight.warnings(given):
        steps.say(f"Note: {warning}")


def _show(deployment: Deployment, stack: Stack, steps: Steps) -> None:
    with steps.step("Changes worked out"):
        lines = stack.prepare(deployment.wanted())
    functions = "will be deployed by chalice" if deployment.is_changed() else "are as they should be"
    if not deployment.noted() and deployment.found():
        functions = "stand, and were not deployed from here to the end: they are taken over, and deployed by chalice"
    steps.say("\n".join(["", *(f"  {line}" for line in lines), f"  functions and API {functions}", ""]))


def _deploy(deployment: Deployment, stack: Stack, steps: Steps) -> None:
    steps.begin_anew()
    try:
        with steps.step("Stack of tables, queues, buckets and alarms brought up to date"):
            stack.execute()
        deployment.run(steps)
        with steps.step("Deployed app tried out") as step:
            step.note = Smoke(RealAws.address(deployment.api_url()), base_url(deployment)).check()
    except Interrupted:
        steps.say(f"Done, and standing: {steps.account()}. Run the same command again: it goes on from there.")
        raise
    except (DevkitError, BotoCoreError, ClientError) as fault:
        told = fault if isinstance(fault, DevkitError) else refusal(fault)
        raise DevkitError(
            f"{told}\nDone before that, and standing: {steps.account()}. What ran before goes on running. Run the "
            "same command again once the reason is gone: it goes on from there."
        ) from fault


def base_url(deployment: Deployment) -> str:
    """What the app calls itself: the setting, else what API Gateway calls it."""
    given = variables(deployment.root, deployment.stage, deployment.settings)
    return given.get("CONNECT_BASE_URL", "").rstrip("/") or deployment.api_url()
