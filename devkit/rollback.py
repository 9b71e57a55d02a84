"""`python -m devkit rollback`: back to what ran before the last deploy, functions and routes."""

from __future__ import annotations

from botocore.exceptions import BotoCoreError, ClientError

from devkit.asking import confirm
from devkit.deploy.aws import RealAws
from devkit.deploy.smoke import Smoke
from devkit.errors import DevkitError
from devkit.interrupts import Interrupts
from devkit.places import Places
from devkit.publish import base_url, deployment_of
from devkit.steps import Steps


def roll_back(places: Places, stage: str, interrupts: Interrupts, steps: Steps, *, yes: bool) -> None:
    """Has `stage` run what it ran before; once more goes one version further back. Tables, queues and what is in them
    stay: stored items are readable one version back.

    Raises `DevkitError` where there is nothing before, the person does not agree, or a step fails.
    """
    deployment = deployment_of(places, stage, interrupts, steps, "rollback")
    try:
        versions = deployment.versions()
        former = versions.former()
        steps.say("\n".join(["", *(f"  {name} to version {each.number}" for name, each in former.items()), ""]))
        confirm("Go back to these?", yes=yes, check=interrupts.check)
        for name, version in former.items():
            with steps.step(f"{name} is version {version.number} again"):
                versions.restore(name, version)
        with steps.step("Routes") as step:
            is_back = versions.restore_routes(next(iter(former.values())))
            step.note = "as they were" if is_back else "API Gateway has the former ones no more: they stay"
        with steps.step("App tried out") as step:
            step.note = Smoke(RealAws.address(deployment.api_url()), base_url(deployment)).check()
        for name, version in former.items():
            versions.forget_after(version, name)
    except (BotoCoreError, ClientError) as fault:
        raise DevkitError(f"AWS refused a step: {fault} Run the same command again.") from fault
    steps.say("\nThe static site stays that of the last deploy. The next `make deploy` deploys the project anew.")
