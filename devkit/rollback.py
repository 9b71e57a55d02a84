"""`python -m devkit rollback`: back to what ran before the last deploy, functions and routes."""

from __future__ import annotations

from botocore.exceptions import BotoCoreError, ClientError

from devkit.asking import confirm
from devkit.deploy.aws import RealAws, refusal
from devkit.deploy.smoke import Smoke
from devkit.deploy.versions import address_told
from devkit.errors import DevkitError
from devkit.interrupts import Interrupts
from devkit.places import Places
from devkit.publish import deployment_of
from devkit.steps import Steps


def roll_back(places: Places, stage: str, interrupts: Interrupts, steps: Steps, *, yes: bool) -> None:
    """Has `stage` run what it ran before; once more goes one version further back. Tables, queues and what is in them
    stay: stored items are readable one version back.

    Raises `DevkitError` where there is nothing before, the person does not agree, or a step fails.
    """
    deployment = deployment_of(places, stage, interrupts, steps, "python -m devkit rollback --stage=dev")
    try:
        versions = deployment.versions()
        former = versions.former()
        steps.say("\n".join(["", *(f"  {name} to version {each.number}" for name, each in former.items()), ""]))
        confirm("Go back to these?", yes=yes, check=interrupts.check)
        versions.go_back(former, steps)
        with steps.step("App tried out") as step:
            told = address_told(deployment.aws.client("lambda"), stage)
            step.note = Smoke(RealAws.address(deployment.api_url()), told or deployment.api_url()).check()
    except (BotoCoreError, ClientError) as fault:
        raise DevkitError(
            f"{refusal(fault)} Some functions may run the former version already. Run the same command "
            "again: it goes on to the same versions, and no further."
        ) from fault
    steps.say("\nThe static site stays that of the last deploy. The next `make deploy` deploys the project anew.")
