"""An app that stores accounts, wired as it is on Lambda, on the embedded AWS: from the schedule to the erasure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, cast

import pytest
from chalice.app import Chalice, CloudWatchEvent

from chalicelib.connect.events import Events
from chalicelib.connect.jobs import Jobs
from chalicelib.connect.personal_data import Accounts, PersonalData, ReportedAccount
from chalicelib.connect.services import Services
from chalicelib.connect.settings import Resources
from chalicelib.connect.wiring import Connect
from devkit.cloud.embedded import EmbeddedCloud
from devkit.deploy import resources
from devkit.tenants import tenants_of
from tests import tokens
from tests.loaded_app import Context
from tests.unit.bench import tenant_with
from tests.unit.calls.jira_server import JiraServer, Reply

STAGE = "accounts"
NAMES = Resources(STAGE)


class App:
    """An app that keeps a greeting for each account, with one site."""

    def __init__(self, cloud: EmbeddedCloud, jira: JiraServer) -> None:
        self._cloud = cloud
        personal_data = PersonalData()
        personal_data.closed(self._forget)
        environment = {"CONNECT_STAGE": STAGE, "AWS_ENDPOINT_URL": cloud.endpoint}
        self.connect = Connect(Chalice("x"), Events(), Jobs(), personal_data, environment=environment)
        self.tenant = replace(tenant_with(tokens.SECRET), base_url=jira.base_url)
        resources.create(cloud, NAMES)
        tenants_of(cloud, NAMES).update(self.tenant.client_key, lambda _: self.tenant)
        self.services: Services = self.connect.services(cast(Any, Context()))
        self.records = self.services.tools(self.tenant, lambda: 60.0).records

    def _forget(self, account: ReportedAccount) -> None:
        account.records.delete(f"greeting/{account.account_id}")

    def greet(self, account_id: str) -> None:
        Accounts(self.records).note(account_id, 1_790_000_000)
        self.records.update(f"greeting/{account_id}", lambda _: {"text": "hello"})

    def work(self) -> None:
        """Do what is on the queue of jobs, also what is to begin later, until there is nothing left but that."""
        sqs = self._cloud.client("sqs")
        url = sqs.get_queue_url(QueueName=NAMES.jobs_queue)["QueueUrl"]
        while received := sqs.receive_message(QueueUrl=url, AttributeNames=["All"], WaitTimeSeconds=1).get("Messages"):
            record = {
                "messageId": received[0]["MessageId"],
                "receiptHandle": received[0]["ReceiptHandle"],
                "body": received[0]["Body"],
                "attributes": received[0]["Attributes"],
            }
            self.services.job_worker.run({"Records": [record]}, lambda: 60.0)
            sqs.delete_message(QueueUrl=url, ReceiptHandle=received[0]["ReceiptHandle"])


@pytest.fixture
def jira() -> Iterator[JiraServer]:
    server = JiraServer()
    yield server
    server.close()


@pytest.fixture
def app(cloud: EmbeddedCloud, jira: JiraServer, monkeypatch: pytest.MonkeyPatch) -> App:
    for name, value in cloud.environment.items():
        monkeypatch.setenv(name, value)
    return App(cloud, jira)


def test_the_schedule_of_every_day_has_a_closed_account_reported_and_erased(app: App, jira: JiraServer) -> None:
    app.greet("account-1")
    app.greet("account-2")
    closed = Reply(json={"accounts": [{"accountId": "account-1", "status": "closed"}]})
    jira.answer = lambda _: closed
    event = cast(CloudWatchEvent, type("Event", (), {"context": Context()}))

    app.connect.start_upkeep(event)
    app.work()  # the fan-out, which gives the site its turn within a quarter of an hour
    app.services.starter.cancel(app.tenant.client_key, "connect.report-accounts")
    assert app.services.starter.start(app.tenant.client_key, "connect.report-accounts")
    app.work()

    (seen,) = jira.seen
    assert (seen.target, len(seen.json["accounts"])) == ("/app/report-accounts/", 2)
    assert (app.records.get("greeting/account-1"), app.records.get("greeting/account-2")) == (None, {"text": "hello"})
    assert [each.account_id for each in Accounts(app.records).after(0, "")] == ["account-2"]
    status = app.services.starter.status(app.tenant.client_key, "connect.report-accounts")
    assert status
    assert (status.state.value, status.progress) == ("done", {"reported": 2})
