"""`make destroy`: takes a stage away, after showing what dies."""

from __future__ import annotations

from botocore.exceptions import BotoCoreError, ClientError

from devkit.asking import confirm
from devkit.deploy.aws import refusal
from devkit.deploy.removal import Removal
from devkit.errors import DevkitError
from devkit.interrupts import Interrupts
from devkit.places import Places
from devkit.publish import deployment_of
from devkit.steps import Steps


def destroy(places: Places, stage: str, interrupts: Interrupts, steps: Steps, *, yes: bool, tables: bool) -> None:
    """Removes all of `stage`; of prod the tables stay, unless `tables`.

    Raises `DevkitError` where the person does not agree, or a step fails: the same command then goes on.
    """
    deployment = deployment_of(places, stage, interrupts, steps, "make destroy STAGE=dev")
    removal = Removal(deployment.aws, deployment.home, tables)
    stack, record = deployment.stack, deployment.staging.record
    try:
        _show(removal, steps)
        confirm(f"Destroy the stage {stage}, with all of this?", yes=yes, check=interrupts.check)
        steps.begin_anew()
        with steps.step("Functions, API and schedules removed") as step:
            step.note = ", ".join(removal.remove_functions()) or "none were there"
            record.unlink(missing_ok=True)
        with steps.step("Buckets emptied"):
            removal.empty_buckets()
        with steps.step("Stack deleted"):
            stack.delete()
        with steps.step("What was outside the stack deleted"):
            removal.remove_rest()
    except (BotoCoreError, ClientError) as fault:
        raise DevkitError(
            f"{refusal(fault)}\nDone before that: {steps.account()}; all else stands. Run the same command "
            "again: it goes on from there."
        ) from fault
    if kept := removal.kept():
        names = ", ".join(str(each["Properties"]["TableName"]) for each in kept.values())
        steps.say(f"\nStill there, since {stage} protects them: {names}. With --tables (TABLES=1) they go too.")


def _show(removal: Removal, steps: Steps) -> None:
    lines = [f"{kind:22} {name}" for kind, name in removal.running()]
    for resource in removal.doomed().values():
        name = next(iter(resource["Properties"].values()))
        lines.append(f"{resource['Type'].removeprefix('AWS::'):22} {name}")
    kept = [f"DynamoDB::Table        {each['Properties']['TableName']}" for each in removal.kept().values()]
    steps.say("\n".join(["", "This dies, with all that is in it:", *(f"  {line}" for line in lines or ["nothing"])]))
    if kept:
        steps.say("\n".join(["This stays:", *(f"  {line}" for line in kept)]))
