"""A worker over fakes, and messages for it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from chalicelib.connect.errors import (
    GiveUp,
    JiraBusyError,
    JiraForbiddenError,
    JiraUnavailableError,
    RetryLater,
)
from chalicelib.connect.events import Delivery, Events
from chalicelib.connect.protocol.messages import Message
from chalicelib.connect.storage.ports import Records, Slots, Tenants
from chalicelib.connect.tenant_cap import TenantCap
from chalicelib.connect.tenants import Tenant
from chalicelib.connect.tools import Tools
from chalicelib.connect.worker import Worker
from tests.fake_delivery_log import FakeDeliveryLog
from tests.fakes import FakeBodies, FakeDeliveryQueue, FakeRecords, FakeTenants, no_tools

SENT = 1_700_000_000_000
"""When the messages were sent, milliseconds since the epoch; the worker's clock begins there."""

TENANT = Tenant(
    client_key="tenant-1", shared_secret="s" * 40, base_url="https://burrow.atlassian.net", lifecycle_at=1_700_000_000
)


class Bench:
    """A worker over fakes, whose one handler does as it is told by the body."""

    def __init__(
        self,
        *,
        partial_batches: bool = True,
        tenant: Tenant = TENANT,
        slots: Slots | None = None,
        memory: Callable[[Tenants], Tenants] = lambda tenants: tenants,
    ) -> None:
        self.now = 1_700_000_000.0
        self.seconds_left = 60.0
        self.events = Events()
        self.seen: list[Delivery] = []
        self.events.on("jira:issue_updated")(self.handle)
        self.tenants = FakeTenants(tenant)
        self.log = FakeDeliveryLog()
        self.queue = FakeDeliveryQueue()
        self.bodies = FakeBodies()
        self.records: dict[str, Records] = {}
        self.worker = Worker(
            self.events,
            memory(self.tenants),
            self.log,
            self.queue,
            self.bodies,
            self.tools,
            cap=TenantCap(slots, lambda: self.now),
            partial_batches=partial_batches,
            clock=lambda: self.now,
            sleep=self.sleep,
        )

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        self.seconds_left -= seconds

    def tools(self, tenant: Tenant, seconds_left: Callable[[], float]) -> Tools:
        records = self.records.setdefault(tenant.client_key, FakeRecords())
        return replace(no_tools(tenant, seconds_left), records=records)

    def handle(self, delivery: Delivery) -> None:
        self.seen.append(delivery)
        match delivery.body.get("do"):
            case "fail":
                raise OSError("the disk is full")
            case "give up":
                raise GiveUp("the issue has no id")
            case "retry":
                raise RetryLater(77, "a lock is held")
            case "busy":
                raise JiraBusyError("GET /x", "Jira answered 429", seconds=77, status=429)
            case "hurry":
                raise JiraBusyError("GET /x", "no time was left for a call to Jira", seconds=0)
            case "forbidden":
                raise JiraForbiddenError("GET /x", "Jira answered 403", status=403, messages=("No scope.",))
            case "down":
                raise JiraUnavailableError("GET /x", "Jira answered 502", status=502)

    def run(self, *records: dict[str, Any]) -> dict[str, Any]:
        return self.worker.run({"Records": list(records)}, lambda: self.seconds_left)


def record(
    name: str, do: str = "", *, event: str = "jira:issue_updated", receives: int = 1, sent: int = SENT, **more: Any
) -> dict[str, Any]:
    message = Message(
        client_key="tenant-1",
        id=name,
        event=event,
        body=json.dumps({"do": do, **more}),
        attempt=2,
        received_at=1_700_000_000_123,
    )
    return {
        "messageId": f"message-{name}",
        "receiptHandle": f"receipt-{name}",
        "body": message.encode(),
        "attributes": {"ApproximateReceiveCount": str(receives), "SentTimestamp": str(SENT)},
    }


def stored_record(name: str, stored: str) -> dict[str, Any]:
    """A message whose body is kept elsewhere."""
    given = record(name)
    return {**given, "body": Message.decode(given["body"]).without_body(stored).encode()}


def failures(answer: dict[str, Any]) -> list[str]:
    return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]
