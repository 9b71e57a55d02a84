"""Jobs of the deployed app, with the stand-in for Jira: what was there before the app is read, every site is swept."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest

from chalicelib.connect.runs import State
from chalicelib.connect.settings import LOCAL, Resources
from devkit.jira.host import JiraHost
from tests.deployed_app import DeployedApp
from tests.end_to_end.client import JiraClient, eventually

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
