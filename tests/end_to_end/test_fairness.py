"""One tenant floods the queue, another sends a single delivery: how long does the single one wait?

Run as a module with a number, it floods with as many and prints the figures:
``.venv/bin/python -m pytest tests/end_to_end/test_fairness.py -s --flood=10000``.
"""

from __future__ import annotations

import json
import time
from typing import Any
from uuid import uuid4

import pytest

from chalicelib.connect.protocol.messages import Message
from chalicelib.connect.settings import LOCAL, Resources
from tests.deployed_app import DeployedApp
from tests.end_to_end.client import JiraClient, eventually
from tests.end_to_end.test_main_way import DOING, TODO, moved

EVENT = "jira:issue_updated"


class Flood:
    """The deliveries of one noisy tenant, on the queue of the deployed app."""

    def __init__(self, deployment: DeployedApp, tenant: str) -> None:
        self._sqs = deployment.cloud.client("sqs")
        self._url = self._sqs.get_queue_url(QueueName=Resources(LOCAL).deliveries_queue)["QueueUrl"]
        self._tenant = tenant

    def send(self, number: int) -> None:
        """Puts as many deliveries of different issues on the queue."""
        for start in range(0, number, 10):
            entries = [self._entry(issue) for issue in range(start, start + 10)]
            self._sqs.send_message_batch(QueueUrl=self._url, Entries=entries)

    def left(self) -> int:
        """How many wait, and are not being handled at the moment."""
        asked = self._sqs.get_queue_attributes(QueueUrl=self._url, AttributeNames=["ApproximateNumberOfMessages"])
        return int(asked["Attributes"]["ApproximateNumberOfMessages"])

    def end(self) -> None:
        """Takes off the queue what is left."""
        self._sqs.purge_queue(QueueUrl=self._url)

    def _entry(self, issue: int) -> dict[str, Any]:
        message = Message(
            client_key=self._tenant,
            id=str(issue),
            event=EVENT,
            body=json.dumps(moved(str(issue), "1", "2026-11-20T10:00:00.000+0000", TODO, DOING)),
            attempt=0,
            received_at=int(time.time() * 1000),
        )
        return {"Id": str(issue), "MessageBody": message.encode(), "MessageGroupId": self._tenant}


def test_a_flood_of_one_tenant_does_not_delay_another(
    deployment: DeployedApp, base_url: str, pytestconfig: pytest.Config
) -> None:
    number = int(pytestconfig.getoption("--flood"))
    noisy, quiet = (JiraClient(base_url, str(uuid4())) for _ in range(2))
    assert (noisy.install(), quiet.install()) == (204, 204)
    flood = Flood(deployment, noisy.client_key)
    flood.send(number)
    try:
        before, started = flood.left(), time.monotonic()
        assert quiet.webhook(EVENT, moved("1", "1", "2026-11-20T10:00:00.000+0000", TODO, DOING), "only") == 204
        eventually(lambda: quiet.time_in_status("1")[0] == 200, seconds=600)
        waited, after = time.monotonic() - started, flood.left()
    finally:
        flood.end()

    print(  # noqa: T201 - the figure is what it is for
        f"\n{number} of one tenant, {before} of them waiting: the other's single one took {waited:.1f} s; {after} left"
    )
    # An order, and no time: in the order of arrival, nothing of the flood would be left.
    assert after > number / 2, "most of the flood was handled before the single one"
