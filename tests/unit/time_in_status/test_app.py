"""The app as the framework calls it: handlers in the background, data for the page."""

from __future__ import annotations

from typing import Any, cast

import pytest

from chalicelib.connect.errors import GiveUp, NotFoundError
from chalicelib.connect.events import Delivery
from chalicelib.connect.runs import Run, State
from chalicelib.connect.starter import Starter, TenantJobs
from chalicelib.connect.tools import Tools
from chalicelib.connect.web.request import Request, TenantRequest
from chalicelib.time_in_status.api import time_in_status
from chalicelib.time_in_status.handlers import events
from chalicelib.time_in_status.jobs import BACKFILL
from tests.fakes import FakeJobQueue, FakeRecords, FakeRuns, no_tools
from tests.unit.bench import tenant_with
from tests.unit.time_in_status.webhooks import CREATED, MINUTE, created, moved, webhook

TENANT = tenant_with("a shared secret of more than thirty-two bytes")


def deliver(records: FakeRecords, body: dict[str, Any]) -> None:
    """Call the handlers of the webhook's event."""
    delivery = Delivery(
        tenant=TENANT,
        id="d",
        event=body["webhookEvent"],
        body=body,
        attempt=0,
        occurred_at=CREATED,
        received_at=CREATED,
        records=records,
        jira=no_tools(TENANT).jira,
        jobs=no_tools(TENANT).jobs,
    )
    for handler in events.handlers(delivery.event):
        handler(delivery)


def ask(records: FakeRecords, now: int, runs: FakeRuns | None = None) -> dict[str, Any]:
    """What the page beside the issue is told at `now`, with the `runs` of the app's jobs."""
    starter = Starter(lambda _: True, runs or FakeRuns(), FakeJobQueue())
    request = TenantRequest(
        http=cast(Request, None),
        tenant=TENANT,
        account_id="account-1",
        context={"jira": {"issue": {"id": "10001"}}},
        tools=lambda: Tools(records, no_tools(TENANT).jira, TenantJobs(TENANT.client_key, lambda: starter)),
    )
    return time_in_status(request, lambda: now / 1000)


@pytest.mark.parametrize("identity", ["9" * 5_000, "", "five", "-1", 1.5, True, None, [501]])
def test_an_entry_whose_id_is_no_number_of_jira_s_is_passed_over(identity: object) -> None:
    records, without = FakeRecords(), FakeRecords()
    strange = moved(501, CREATED + 10 * MINUTE, "1", "3")
    for each in (records, without):
        deliver(each, created())
        deliver(each, moved(502, CREATED + 20 * MINUTE, "1", "4"))
    deliver(records, {**strange, "changelog": {**strange["changelog"], "id": identity}})

    assert ask(records, CREATED + 30 * MINUTE) == ask(without, CREATED + 30 * MINUTE)


def test_the_page_is_told_what_the_webhooks_brought() -> None:
    records = FakeRecords()
    deliver(records, created())
    deliver(records, moved(501, CREATED + 10 * MINUTE, "1", "3"))

    answer = ask(records, CREATED + 15 * MINUTE)

    assert answer["issueId"] == "10001"
    assert answer["createdAt"] == CREATED
    assert answer["gaps"] == []
    assert answer["statuses"] == [
        {
            "id": "1",
            "name": "To Do",
            "milliseconds": 10 * MINUTE,
            "visits": 1,
            "firstEnteredAt": CREATED,
            "current": False,
        },
        {
            "id": "3",
            "name": "In Progress",
            "milliseconds": 5 * MINUTE,
            "visits": 1,
            "firstEnteredAt": CREATED + 10 * MINUTE,
            "current": True,
        },
    ]
    assert [visit["leftAt"] for visit in answer["visits"]] == [CREATED + 10 * MINUTE, None]


def reading(state: State, issues: int) -> FakeRuns:
    """The backfill, so far."""
    runs = FakeRuns()
    run = Run(id="r", state=state, progress={"issues": issues}, began_at=0, changed_at=0)
    runs.update(TENANT.client_key, BACKFILL, lambda _: run)
    return runs


def test_while_the_history_is_read_the_page_is_told_how_far() -> None:
    records = FakeRecords()
    deliver(records, moved(501, CREATED + 10 * MINUTE, "1", "3"))

    assert ask(records, CREATED + 15 * MINUTE, reading(State.RUNNING, 1_200))["reading"] == 1_200
    assert ask(records, CREATED + 15 * MINUTE, reading(State.WAITING, 0))["reading"] == 0
    for over in (State.DONE, State.FAILED, State.CANCELLED):
        assert ask(records, CREATED + 15 * MINUTE, reading(over, 1_200))["reading"] is None
    with pytest.raises(NotFoundError, match="1,200 issues so far"):
        ask(FakeRecords(), CREATED, reading(State.RUNNING, 1_200))


def test_of_an_issue_that_was_created_under_the_app_s_eyes_there_is_no_history_to_read() -> None:
    records = FakeRecords()
    deliver(records, moved(501, CREATED + 10 * MINUTE, "1", "3"))
    deliver(records, created())
    assert ask(records, CREATED + 15 * MINUTE, reading(State.RUNNING, 1_200))["reading"] is None


def test_of_an_issue_that_no_webhook_has_told_of_the_page_is_told_so() -> None:
    with pytest.raises(NotFoundError, match="has not changed since the app was installed"):
        ask(FakeRecords(), CREATED)


def test_a_deleted_issue_is_gone_and_stays_gone_when_older_webhooks_come_late() -> None:
    records = FakeRecords()
    deliver(records, created())
    deliver(records, webhook("jira:issue_deleted", CREATED + MINUTE, "1"))
    deliver(records, moved(501, CREATED + MINUTE, "1", "3"))

    with pytest.raises(NotFoundError):
        ask(records, CREATED + 2 * MINUTE)


@pytest.mark.parametrize("issue", [None, 5, {}, {"id": None}, {"id": "BUR-1"}, {"id": True}, {"id": "9" * 30}])
@pytest.mark.parametrize("event", ["jira:issue_created", "jira:issue_updated", "jira:issue_deleted"])
def test_a_webhook_that_names_no_issue_is_given_up(event: str, issue: Any) -> None:
    with pytest.raises(GiveUp, match="names no issue"):
        deliver(FakeRecords(), {"webhookEvent": event, "issue": issue})
