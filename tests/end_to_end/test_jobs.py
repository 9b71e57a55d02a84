"""Jobs of the deployed app, with the stand-in for Jira: what was there before the app is read, every site is swept."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest

from chalicelib.connect.protocol.job_messages import JobMessage
from chalicelib.connect.runs import Run, State
from chalicelib.connect.settings import LOCAL, Resources
from chalicelib.connect.storage.dynamodb import DynamoRuns, VersionedItems
from devkit.jira.host import JiraHost
from tests.deployed_app import DeployedApp
from tests.end_to_end.client import JiraClient, eventually
from tests.end_to_end.command_line import devkit

NAMES = Resources(LOCAL)


@pytest.fixture
def host(deployment: DeployedApp) -> Iterator[JiraHost]:
    """A stand-in for Jira where the app expects one."""
    with JiraHost(deployment.jira_port) as host:
        yield host


def runs(deployment: DeployedApp, job: str) -> dict[str, Any]:
    """The newest runs of a job, by client key."""
    pages = deployment.cloud.client("dynamodb").get_paginator("scan").paginate(TableName=NAMES.jobs_table)
    items = [item for page in pages for item in page["Items"] if item["job"]["S"] == job]
    return {item["client_key"]["S"]: json.loads(item["value"]["S"]) for item in items}


def fire(deployment: DeployedApp, schedule: str) -> None:
    """Call the function of a schedule as EventBridge does."""
    event = {
        "version": "0",
        "account": "",
        "region": "",
        "detail": {},
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "time": "2026-11-24T10:00:00Z",
        "id": str(uuid4()),
        "resources": [],
    }
    answer = deployment.cloud.client("lambda").invoke(
        FunctionName=f"dormouse-{LOCAL}-{schedule}", Payload=json.dumps(event).encode()
    )
    assert "FunctionError" not in answer, answer["Payload"].read()


def test_the_history_from_before_the_install_is_read_in_the_background(
    deployment: DeployedApp, base_url: str, host: JiraHost
) -> None:
    issues = [host.create_issue(f"Tunnel {number}") for number in range(45)]
    host.move(issues[0], "In Progress")
    host.move(issues[0], "Done")
    installation = host.install(f"{base_url}/atlassian-connect.json")

    def done() -> dict[str, Any] | None:
        run = runs(deployment, "backfill").get(installation.client_key, {})
        return run if run.get("state") == State.DONE.value else None

    run = eventually(done, seconds=60)
    assert run["progress"]["issues"] >= 45
    records = deployment.cloud.client("dynamodb")
    key = {"client_key": {"S": installation.client_key}, "key": {"S": f"issue/{issues[0].id}"}}
    record = json.loads(records.get_item(TableName=NAMES.records_table, Key=key)["Item"]["value"]["S"])
    assert len(record["histories"]) == 2
    assert {entry[2] for entry in record["histories"].values()} == {"rest"}


def test_a_schedule_reaches_every_tenant_that_has_the_app_once(deployment: DeployedApp, base_url: str) -> None:
    sites = [JiraClient(base_url, str(uuid4())) for _ in range(5)]
    assert {site.install() for site in sites} == {204}
    assert sites[4].install("uninstalled") == 204
    fire(deployment, "hourly")
    fire(deployment, "hourly")

    def swept() -> set[str]:
        return runs(deployment, "connect.sweep").keys() & {site.client_key for site in sites}

    assert eventually(lambda: swept() == {site.client_key for site in sites[:4]})

    def fanned_out() -> bool:
        found = runs(deployment, "connect.fan-out connect.sweep").values()
        return [run["state"] for run in found] == [State.DONE.value]

    assert eventually(fanned_out)


def test_a_person_starts_a_job_for_all_sites_and_sees_how_far_it_is(deployment: DeployedApp, base_url: str) -> None:
    site = JiraClient(base_url, str(uuid4()))
    # Nothing listens there: the sweep ends at once, and says so in the log.
    assert site.install(baseUrl=f"http://127.0.0.1:{deployment.jira_port}") == 204
    eventually(lambda: "Started." in devkit(deployment, "jobs", "start", "connect.sweep", "--all"))

    assert eventually(lambda: "connect.sweep  done" in devkit(deployment, "jobs", "list", "--tenant", site.client_key))
    shown = devkit(deployment, "jobs", "show", "connect.sweep", "--tenant", site.client_key)
    assert '"state": "done"' in shown


def test_a_failed_run_is_replayed_and_goes_on(deployment: DeployedApp, base_url: str) -> None:
    site = JiraClient(base_url, str(uuid4()))
    assert site.install() == 204
    queue = deployment.cloud.client("sqs")
    url = queue.get_queue_url(QueueName=NAMES.dead_jobs_queue)["QueueUrl"]
    failed = Run(id="run-1", state=State.FAILED, error="OSError", began_at=0, changed_at=time.time())
    table = VersionedItems(deployment.cloud.client("dynamodb"), NAMES.jobs_table, expiry="expires_at")
    DynamoRuns(table).update(site.client_key, "no such job", lambda _: failed)
    call = JobMessage(client_key=site.client_key, name="no such job", key="", run="run-1")
    queue.send_message(QueueUrl=url, MessageBody=call.encode())

    assert "1 run replayed." in devkit(deployment, "jobs", "replay", "--tenant", site.client_key, "--yes")
    assert eventually(
        lambda: runs(deployment, "no such job")[site.client_key]["error"] == "UnknownJobError in no such job"
    )
    assert "nothing to replay" in devkit(deployment, "jobs", "replay", "--tenant", site.client_key, "--yes")
    assert "Cancelled" in devkit(deployment, "jobs", "cancel", "no such job", "--tenant", site.client_key)
