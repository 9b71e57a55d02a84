"""The CloudFormation stack of a stage: what would change is shown before anything does.

What was there before the stack stays outside it, and is kept in line through AWS's own calls
(`devkit.deploy.resources`): so a stage that an older version made, or the tables that outlived their stack, are taken
over as they are. CloudFormation could import them, but only in a step of its own that nothing else may share, and a
mistake there would end in the removal of a table.
Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-updating-stacks-changesets.html
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from botocore.exceptions import ClientError

from devkit.deploy.template import Resource
from devkit.errors import DevkitError

PAUSE_SECONDS = 1.0
"""Between two looks at a change that is under way; CloudFormation's own waiters look every 30 s."""

WAIT_SECONDS = 900
"""How long a stack of this size may take; it needs about two minutes."""

UNMADE = ("ROLLBACK_COMPLETE", "REVIEW_IN_PROGRESS")
"""Stacks that never came to be: they hold nothing, and CloudFormation only lets one delete them."""

UNDELETED = ("ROLLBACK_FAILED", "DELETE_FAILED")
"""Stacks that CloudFormation began to delete, and could not: they hold what is left, and take no change any more."""

STUCK = "UPDATE_ROLLBACK_FAILED"
"""The state from which only a person gets a stack on
(https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-updating-stacks-continueupdaterollback.html)."""

WAYS_OUT = {
    "SiteBucketPolicy": ". Does the account block public buckets? Then have CloudFront serve the site, and set "
    "CONNECT_SITE_URL to its address: the bucket is then open to your CloudFront alone."
}
"""What to do about resources that are refused for a reason outside the stack, by logical name.
Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html"""

NO_CHANGES = ("didn't contain changes", "No updates are to be performed")


class Stack:
    """The stack `name`; `check` is called often while it changes, and may raise to end the wait."""

    def __init__(
        self, cloudformation: Any, name: str, check: Callable[[], None], *, pause: float = PAUSE_SECONDS
    ) -> None:
        self._cloudformation = cloudformation
        self._name = name
        self._check = check
        self._pause = pause
        self._change_set: str | None = None

    def status(self) -> str | None:
        """CloudFormation's word for its state; None where there is no such stack."""
        found = self._describe()
        return str(found["StackStatus"]) if found else None

    def members(self) -> frozenset[str]:
        """The logical names of what it holds."""
        if self.status() in (None, *UNMADE):
            return frozenset()
        pages = self._cloudformation.get_paginator("list_stack_resources").paginate(StackName=self._name)
        found = (each for page in pages for each in page["StackResourceSummaries"])
        return frozenset(each["LogicalResourceId"] for each in found if each["ResourceStatus"] != "DELETE_COMPLETE")

    def prepare(self, wanted: Mapping[str, Resource]) -> list[str]:
        """What would change to make it hold `wanted`, one line each; changes nothing.

        Raises `DevkitError` where CloudFormation refuses the template, or waits for a person.
        """
        status = self._settle()
        if status == STUCK:
            raise DevkitError(
                f"The stack {self._name} is half-way between two states, and CloudFormation could not take the change "
                f"back: run `aws cloudformation continue-update-rollback --stack-name {self._name}`, then this again."
            )
        if status in UNDELETED:
            raise DevkitError(
                f"CloudFormation began to delete the stack {self._name}, and could not ({status}): run "
                f"`make destroy STAGE={self._name.partition('-')[2]}`, which shows what is left before it asks, then "
                "this again."
            )
        if status in UNMADE:
            self.delete()
        kind = "UPDATE" if self.status() else "CREATE"
        answer = self._cloudformation.create_change_set(
            StackName=self._name,
            ChangeSetName=f"dormouse-{time.time_ns()}",
            ChangeSetType=kind,
            TemplateBody=json.dumps(as_template(wanted), separators=(",", ":")),
            Capabilities=["CAPABILITY_NAMED_IAM"],
        )
        self._change_set = answer["Id"]
        found = self._wait_for_change_set()
        if found["Status"] == "FAILED":
            self.discard()
            if any(words in found.get("StatusReason", "") for words in NO_CHANGES):
                return []
            raise DevkitError(f"CloudFormation refuses the stack {self._name}: {found.get('StatusReason')}")
        return [_line(change["ResourceChange"]) for change in found["Changes"]]

    def discard(self) -> None:
        """Forgets what was prepared, and the empty stack that a first preparation leaves."""
        if self._change_set:
            self._cloudformation.delete_change_set(ChangeSetName=self._change_set)
            self._change_set = None
        if self.status() == "REVIEW_IN_PROGRESS":
            self.delete()

    def execute(self) -> None:
        """Does what was prepared. Raises `DevkitError` with the first reason where CloudFormation fails."""
        if self._change_set is None:
            return
        begun = time.time()
        self._cloudformation.execute_change_set(ChangeSetName=self._change_set)
        self._change_set = None
        status = self._settle(begun=True)
        if status not in ("CREATE_COMPLETE", "UPDATE_COMPLETE"):
            reason = next(self._failures(begun), "it gives no reason")
            way_out = next((text for logical, text in WAYS_OUT.items() if reason.startswith(f"{logical}: ")), "")
            told = f"CloudFormation could not change the stack {self._name} and took it back: {reason}"
            raise DevkitError(f"{told}{way_out}")

    def delete(self) -> None:
        """Deletes it with all it holds but what its template retains; nothing where there is none.

        Raises `DevkitError` where CloudFormation fails.
        """
        found = self._describe()
        if not found:
            return
        begun, stack_id = time.time(), found["StackId"]
        self._cloudformation.delete_stack(StackName=self._name)
        if self._settle(stack_id, begun=True) not in (None, "DELETE_COMPLETE"):
            reason = next(self._failures(begun), "it gives no reason")
            raise DevkitError(f"CloudFormation could not delete the stack {self._name}: {reason}")

    def _describe(self, name: str = "") -> Mapping[str, Any] | None:
        try:
            (found,) = self._cloudformation.describe_stacks(StackName=name or self._name)["Stacks"]
        except ClientError as fault:
            if "does not exist" in str(fault):
                return None
            raise
        return None if found["StackStatus"] == "DELETE_COMPLETE" and not name else found

    def _settle(self, name: str = "", *, begun: bool = False) -> str | None:
        """Waits until nothing is under way; returns the state it came to. With `begun` a change set is executed, or the
        stack deleted, and a new one may for a moment still say that it waits for that."""
        deadline = time.monotonic() + WAIT_SECONDS
        while True:
            found = self._describe(name)
            status = str(found["StackStatus"]) if found else None
            is_waiting = status == "REVIEW_IN_PROGRESS" and not begun
            if status is None or is_waiting or not status.endswith("_IN_PROGRESS"):
                return status
            self._wait(deadline)

    def _wait_for_change_set(self) -> Mapping[str, Any]:
        deadline = time.monotonic() + WAIT_SECONDS
        while True:
            found: Mapping[str, Any] = self._cloudformation.describe_change_set(ChangeSetName=self._change_set)
            if found["Status"] in ("CREATE_COMPLETE", "FAILED"):
                return found
            self._wait(deadline)

    def _wait(self, deadline: float) -> None:
        self._check()
        if time.monotonic() > deadline:
            raise DevkitError(f"CloudFormation still works at the stack {self._name}: run the command again later.")
        time.sleep(self._pause)

    def _failures(self, begun: float) -> Iterator[str]:
        # The newest come first, and what was taken back comes after its reason: that may be pages away.
        pages = self._cloudformation.get_paginator("describe_stack_events").paginate(StackName=self._name)
        events = (event for page in pages for event in page["StackEvents"])
        for event in sorted(events, key=lambda each: each["Timestamp"]):
            is_own = event["Timestamp"].timestamp() >= begun - 60
            if is_own and event["ResourceStatus"].endswith("_FAILED") and "cancelled" not in str(event):
                yield f"{event['LogicalResourceId']}: {event.get('ResourceStatusReason', 'no reason')}"


def as_template(wanted: Mapping[str, Resource]) -> dict[str, Any]:
    """The template of a stack that holds `wanted` alone: what it would wait for and does not hold is there already."""
    resources = {}
    for logical, resource in wanted.items():
        resources[logical] = dict(resource)
        if resource.get("DependsOn") not in (None, *wanted):
            del resources[logical]["DependsOn"]
    return {"AWSTemplateFormatVersion": "2010-09-09", "Resources": resources}


def _line(change: Mapping[str, Any]) -> str:
    replaced = " by a new one" if change.get("Replacement") == "True" else ""
    name = change.get("PhysicalResourceId") or change["LogicalResourceId"]
    return f"{change['Action'].lower():7} {change['ResourceType'].removeprefix('AWS::'):22} {name}{replaced}"
