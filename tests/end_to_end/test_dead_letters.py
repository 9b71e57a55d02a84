"""From a delivery that fails to one that is handled: dead letter, list, repair, replay; by the command line itself."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import pytest

from chalicelib.connect.settings import LOCAL, Resources
from devkit.places import ROOT
from tests.deployed_app import DeployedApp
from tests.end_to_end.client import JiraClient, eventually
from tests.end_to_end.test_main_way import DOING, TODO, moved

NAMES = Resources(LOCAL)
EVENT = "jira:issue_updated"
Devkit = Callable[..., str]


@pytest.fixture
def deliveries(deployment: DeployedApp) -> Devkit:
    """`python -m devkit deliveries`, with what it prints."""

    def run(*arguments: str, code: int = 0) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "devkit", "deliveries", *arguments],
            cwd=ROOT,
            env={**os.environ, "DORMOUSE_CLOUD_PORT": str(deployment.cloud.port)},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == code, done.stderr
        return done.stdout + done.stderr

    return run


@pytest.fixture
def sqs_gives_up_at_once(deployment: DeployedApp) -> Iterator[None]:
    """SQS itself takes a message to the dead letters after one receipt, where it otherwise waits for a hundred."""
    sqs = deployment.cloud.client("sqs")
    url = sqs.get_queue_url(QueueName=NAMES.deliveries_queue)["QueueUrl"]
    usual = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["RedrivePolicy"])["Attributes"]["RedrivePolicy"]
    hasty = json.dumps({**json.loads(usual), "maxReceiveCount": 1})
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"RedrivePolicy": hasty})
    yield
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"RedrivePolicy": usual})


def handled(deployment: DeployedApp, delivery_id: str) -> list[str]:
    """The worker's words on having handled a delivery."""
    log = deployment.cloud.functions_log.read_text(encoding="utf-8")
    return re.findall(rf'"handled".*"delivery": "{delivery_id}"', log)


@pytest.mark.usefixtures("sqs_gives_up_at_once")
def test_a_dead_letter_is_explained_replayed_after_the_repair_and_then_handled_once(
    jira: JiraClient, deployment: DeployedApp, deliveries: Devkit
) -> None:
    dynamodb = deployment.cloud.client("dynamodb")
    broken: dict[str, Any] = {"client_key": {"S": jira.client_key}, "key": {"S": "issue/10001"}}
    dynamodb.put_item(TableName=NAMES.records_table, Item={**broken, "value": {"S": "{no JSON"}, "version": {"N": "1"}})
    delivery = str(uuid4())
    body = moved("10001", "501", "2026-11-20T10:00:00.000+0000", TODO, DOING)
    assert jira.webhook(EVENT, body, delivery) == 204

    # Others' dead letters may lie there too, and more may come: each command names the one that it is about.
    def listed() -> str:
        found = deliveries("list", "--tenant", jira.client_key)
        return found if delivery in found else ""

    words = eventually(listed, seconds=40)
    assert "SQS gave it up; the last time: JSONDecodeError in chalicelib.time_in_status.handlers.learn_issue." in words
    shown = deliveries("show", delivery)
    assert '"webhookEvent": "jira:issue_updated"' in shown

    dynamodb.delete_item(TableName=NAMES.records_table, Key=broken)
    chosen = ("--tenant", jira.client_key, "--error", "jsondecodeerror", "--newer-than", "1h")
    assert "1 dead letter would be replayed: say --yes" in deliveries("replay", *chosen)
    assert handled(deployment, delivery) == []
    assert deliveries("replay", *chosen, "--yes") == "1 dead letter replayed.\n"

    assert eventually(lambda: jira.time_in_status("10001")[0] == 200)
    assert listed() == ""
    # Jira's own repetition, and a replay that crashed between sending and deleting, come to the same.
    assert jira.webhook(EVENT, body, delivery) == 204
    assert jira.webhook(EVENT, moved("10002", "1", "2026-11-20T10:00:00.000+0000", TODO, DOING), str(uuid4())) == 204
    assert eventually(lambda: jira.time_in_status("10002")[0] == 200)
    assert len(handled(deployment, delivery)) == 1


def test_what_can_never_succeed_is_listed_with_the_handler_s_reason_and_dropped(
    jira: JiraClient, deliveries: Devkit
) -> None:
    assert jira.webhook(EVENT, {"webhookEvent": EVENT}, "d1") == 204

    assert eventually(lambda: "The webhook names no issue." in deliveries("list", "--tenant", jira.client_key))
    assert deliveries("drop", "--tenant", jira.client_key, "--yes") == "1 dead letter dropped.\n"
    assert "dead letter" in deliveries("show", "d1", "--tenant", jira.client_key, code=1)


def test_a_command_that_can_not_go_on_says_why_in_a_sentence(deliveries: Devkit) -> None:
    assert "There is no stage 'nowhere'" in deliveries("list", "--stage", "nowhere", code=1)
    assert "write 90s, 15m, 2h or 3d" in deliveries("list", "--older-than", "long ago", code=2)
