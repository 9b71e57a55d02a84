"""A stack that was left half-made: it is taken up again, or the person is told what to do."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from devkit.deploy.deployment import never_stop
from devkit.deploy.stack import UNDELETED, UNMADE, Stack
from devkit.errors import DevkitError

WANTED = {"A": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": "a"}}}


class FakeCloudFormation:
    """One stack in a state; each look brings a state that is under way one further."""

    def __init__(self, *states: str) -> None:
        self.states = list(states)
        self.done: list[str] = []
        self.kind = ""
        self.pages: list[dict[str, Any]] = []
        self.is_late = False

    def describe_stacks(self, **_: str) -> dict[str, Any]:
        if not self.states:
            raise ClientError({"Error": {"Code": "ValidationError", "Message": "Stack x does not exist"}}, "x")
        state = self.states.pop(0) if len(self.states) > 1 else self.states[0]
        return {"Stacks": [{"StackStatus": state, "StackId": "id"}]}

    def delete_stack(self, **_: str) -> None:
        self.done.append("deleted")
        self.states = [*self.states[:1], "DELETE_IN_PROGRESS", "DELETE_COMPLETE"][-3 if self.is_late else -2 :]

    def create_change_set(self, **given: Any) -> dict[str, str]:
        self.kind = given["ChangeSetType"]
        assert json.loads(given["TemplateBody"])["Resources"] == WANTED
        return {"Id": "set"}

    def describe_change_set(self, **_: str) -> dict[str, Any]:
        change = {"Action": "Add", "ResourceType": "AWS::SNS::Topic", "LogicalResourceId": "A"}
        return {"Status": "CREATE_COMPLETE", "Changes": [{"ResourceChange": change}]}

    def execute_change_set(self, **_: str) -> None:
        self.done.append("executed")

    def get_paginator(self, name: str) -> Any:
        assert name == "describe_stack_events"
        return SimpleNamespace(paginate=lambda StackName: self.pages)  # noqa: N803 - boto3's word


def stack(cloudformation: FakeCloudFormation) -> Stack:
    return Stack(cloudformation, "dormouse-dev", never_stop, pause=0)


@pytest.mark.parametrize("state", UNMADE)
def test_what_never_came_to_be_is_cleared_away_and_made_anew(state: str) -> None:
    cloudformation = FakeCloudFormation(state)

    assert stack(cloudformation).prepare(WANTED) == ["add     SNS::Topic             A"]
    assert (cloudformation.done, cloudformation.kind) == (["deleted"], "CREATE")


@pytest.mark.parametrize("state", ["CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE"])
def test_a_stack_that_stands_is_changed(state: str) -> None:
    cloudformation = FakeCloudFormation(state)

    stack(cloudformation).prepare(WANTED)
    assert (cloudformation.done, cloudformation.kind) == ([], "UPDATE")


def test_a_change_that_is_under_way_is_waited_for() -> None:
    cloudformation = FakeCloudFormation("UPDATE_IN_PROGRESS", "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", "UPDATE_COMPLETE")

    stack(cloudformation).prepare(WANTED)
    assert cloudformation.kind == "UPDATE"


def test_a_stack_that_only_a_person_gets_on_is_told_with_the_way_out() -> None:
    cloudformation = FakeCloudFormation("UPDATE_ROLLBACK_FAILED")

    with pytest.raises(DevkitError, match="continue-update-rollback --stack-name dormouse-dev"):
        stack(cloudformation).prepare(WANTED)
    assert (cloudformation.done, cloudformation.kind) == ([], "")


@pytest.mark.parametrize("state", UNDELETED)
def test_of_a_stack_that_could_not_be_deleted_nothing_more_is_deleted_unasked(state: str) -> None:
    cloudformation = FakeCloudFormation(state)

    with pytest.raises(DevkitError, match=f"could not \\({state}\\): run `make destroy STAGE=dev`"):
        stack(cloudformation).prepare(WANTED)
    assert (cloudformation.done, cloudformation.kind) == ([], "")

    stack(cloudformation).delete()
    stack(cloudformation).prepare(WANTED)
    assert (cloudformation.done, cloudformation.kind) == (["deleted"], "CREATE")


def test_a_new_stack_that_still_says_it_waits_for_its_change_set_is_waited_for() -> None:
    cloudformation = FakeCloudFormation()
    made = stack(cloudformation)
    made.prepare(WANTED)
    cloudformation.states = ["REVIEW_IN_PROGRESS", "CREATE_IN_PROGRESS", "CREATE_COMPLETE"]

    made.execute()
    assert cloudformation.states == ["CREATE_COMPLETE"]


def test_an_empty_stack_that_does_not_say_at_once_that_it_is_being_deleted_is_waited_for() -> None:
    cloudformation = FakeCloudFormation("REVIEW_IN_PROGRESS")
    cloudformation.is_late = True

    stack(cloudformation).delete()
    assert cloudformation.states == ["DELETE_COMPLETE"]


def test_a_change_that_was_taken_back_is_an_error_and_says_so() -> None:
    cloudformation = FakeCloudFormation("CREATE_COMPLETE")
    made = stack(cloudformation)
    made.prepare(WANTED)
    cloudformation.states = ["UPDATE_ROLLBACK_COMPLETE"]

    with pytest.raises(DevkitError, match="could not change the stack dormouse-dev and took it back"):
        made.execute()


def event(seconds: int, resource: str, status: str, reason: str) -> dict[str, Any]:
    """What CloudFormation notes so many seconds from now."""
    at = datetime.now(UTC) + timedelta(seconds=seconds)
    return {
        "Timestamp": at,
        "LogicalResourceId": resource,
        "ResourceStatus": status,
        "ResourceStatusReason": reason,
    }


def test_the_first_reason_is_told_though_all_that_followed_stands_on_pages_before_it() -> None:
    cloudformation = FakeCloudFormation("CREATE_COMPLETE")
    made = stack(cloudformation)
    made.prepare(WANTED)
    cloudformation.states = ["UPDATE_ROLLBACK_COMPLETE"]
    refused = event(1, "SiteBucketPolicy", "CREATE_FAILED", "Access Denied")
    cancelled = event(0, "A", "CREATE_FAILED", "Resource creation cancelled")
    cloudformation.pages = [
        {"StackEvents": [event(3, "A", "DELETE_FAILED", "later")]},
        {"StackEvents": [refused, cancelled]},
    ]

    with pytest.raises(DevkitError, match=r"SiteBucketPolicy: Access Denied\. Does the account block public buckets"):
        made.execute()
