"""An outage: what Jira tried in vain, and gave up, is handled after all."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from chalicelib.connect.runs import State
from chalicelib.connect.settings import LOCAL, Resources
from chalicelib.connect.starter import Starter
from chalicelib.connect.storage.dynamodb import DynamoRuns, VersionedItems
from chalicelib.connect.storage.sqs import SqsJobQueue, queue_url
from chalicelib.connect.system_jobs import SWEEP
from chalicelib.time_in_status.jobs import BACKFILL
from devkit.cloud import ACCOUNT
from devkit.cloud.embedded import EmbeddedCloud
from devkit.jira.host import JiraHost
from devkit.processes import free_port
from tests.deployed_app import DeployedApp
from tests.end_to_end.client import eventually

NAMES = Resources(LOCAL)
API = f"dormouse-{LOCAL}"


@pytest.fixture
def host(deployment: DeployedApp) -> Iterator[JiraHost]:
    """A stand-in for Jira where the app expects one."""
    with JiraHost(deployment.jira_port) as host:
        yield host


@contextmanager
def out_of_reach(cloud: EmbeddedCloud) -> Iterator[None]:
    """The function behind the routes finds no AWS while this lasts."""
    functions = cloud.client("lambda")
    usual = functions.get_function_configuration(FunctionName=API)["Environment"]["Variables"]
    nowhere = {**usual, "AWS_ENDPOINT_URL": f"http://127.0.0.1:{free_port()}"}
    functions.update_function_configuration(FunctionName=API, Environment={"Variables": nowhere})
    try:
        yield
    finally:
        functions.update_function_configuration(FunctionName=API, Environment={"Variables": usual})


def starter(cloud: EmbeddedCloud) -> Starter:
    """Starts jobs of the deployed app at once, where a schedule spreads them over a quarter of an hour."""
    runs = DynamoRuns(VersionedItems(cloud.client("dynamodb"), NAMES.jobs_table, expiry="expires_at"))
    urls = (
        queue_url(name, account=ACCOUNT, endpoint=cloud.endpoint) for name in (NAMES.jobs_queue, NAMES.dead_jobs_queue)
    )
    return Starter(lambda _: True, runs, SqsJobQueue(cloud.client("sqs"), *urls))


def is_done(cloud: EmbeddedCloud, client_key: str, job: str) -> bool:
    """Whether the newest run of a job of a tenant is over."""
    status = starter(cloud).status(client_key, job)
    return status is not None and status.state is State.DONE


def moves(cloud: EmbeddedCloud, client_key: str, issue_id: str) -> dict[str, Any]:
    """The changelog entries that the app knows of an issue."""
    key = {"client_key": {"S": client_key}, "key": {"S": f"issue/{issue_id}"}}
    item = cloud.client("dynamodb").get_item(TableName=NAMES.records_table, Key=key).get("Item")
    found: dict[str, Any] = json.loads(item["value"]["S"]).get("histories", {}) if item else {}
    return found


def test_what_jira_gave_up_during_an_outage_is_handled_after_the_next_sweep(
    deployment: DeployedApp, base_url: str, host: JiraHost
) -> None:
    cloud = deployment.cloud
    installation = host.install(f"{base_url}/atlassian-connect.json")
    issue = host.create_issue("Dig a tunnel")
    host.settle()
    # What was there before the install is read by now, and can not be what brings the moves.
    assert eventually(lambda: is_done(cloud, installation.client_key, BACKFILL), seconds=40)
    before = len(host.deliveries)
    with out_of_reach(cloud):
        host.move(issue, "In Progress")
        host.move(issue, "Done")
        host.settle(60)
    # Six tries each, and then Jira gives up.
    tried = host.deliveries[before:]
    assert {len(each.attempts) for each in tried} == {6}
    assert moves(cloud, installation.client_key, issue.id) == {}

    assert starter(cloud).start(installation.client_key, SWEEP)

    assert eventually(lambda: len(moves(cloud, installation.client_key, issue.id)) == 2, seconds=40)
    assert all("rest" not in entry for entry in moves(cloud, installation.client_key, issue.id).values())
