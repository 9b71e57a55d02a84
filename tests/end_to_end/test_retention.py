"""A site leaves the deployed app, and after its days everything that is kept of it goes: by itself, or by command."""

from __future__ import annotations

import json
import time
from typing import Any
from uuid import uuid4

import pytest

from chalicelib.connect.retention import DAY
from chalicelib.connect.settings import LOCAL, Resources
from devkit.cloud import ACCOUNT, REGION
from devkit.places import ROOT
from tests.deployed_app import DeployedApp
from tests.end_to_end.client import JiraClient, eventually
from tests.end_to_end.command_line import devkit
from tests.end_to_end.test_jobs import fire
from tests.end_to_end.test_main_way import DOING, TODO, moved

NAMES = Resources(LOCAL)
KEPT_IN = {NAMES.tenants_table, NAMES.records_table, NAMES.jobs_table, NAMES.bodies_bucket(ACCOUNT, REGION)}


@pytest.fixture
def site(deployment: DeployedApp, base_url: str) -> JiraClient:
    """A site that had the app 31 days ago, and of which something is kept everywhere."""
    site = JiraClient(base_url, str(uuid4()))
    # Nothing listens there: this is about what the app does without Jira.
    assert site.install(baseUrl=f"http://127.0.0.1:{deployment.jira_port}") == 204
    assert site.call("POST", "/enabled", site.server_token("/enabled"), lifecycle("enabled", site))[0] == 204
    assert (
        site.webhook("jira:issue_updated", moved("10001", "1", "2026-11-24T10:00:00.000+0000", TODO, DOING), "w-1")
        == 204
    )
    body = f"{site.client_key}/{'0' * 64}.json"
    deployment.cloud.client("s3").put_object(Bucket=NAMES.bodies_bucket(ACCOUNT, REGION), Key=body, Body=b"{}")
    assert eventually(lambda: kept(deployment, site) == KEPT_IN)
    assert site.install("uninstalled") == 204
    age(deployment, site)
    return site


def lifecycle(event: str, site: JiraClient) -> dict[str, Any]:
    key = json.loads((ROOT / "chalicelib" / "atlassian-connect.json").read_text())["key"]
    return {"key": key, "clientKey": site.client_key, "eventType": event, "productType": "jira"}


def kept(deployment: DeployedApp, site: JiraClient) -> set[str]:
    """Where something is kept of a site."""
    dynamodb, found = deployment.cloud.client("dynamodb"), set()
    for table in (NAMES.tenants_table, NAMES.records_table, NAMES.jobs_table):
        answer = dynamodb.query(
            TableName=table,
            KeyConditionExpression="client_key = :tenant",
            ExpressionAttributeValues={":tenant": {"S": site.client_key}},
        )
        found |= {table} if answer["Count"] else set()
    bucket = NAMES.bodies_bucket(ACCOUNT, REGION)
    answer = deployment.cloud.client("s3").list_objects_v2(Bucket=bucket, Prefix=site.client_key)
    return found | ({bucket} if answer.get("KeyCount") else set())


def age(deployment: DeployedApp, site: JiraClient) -> None:
    """Have the site have left 31 days ago."""
    dynamodb, key = deployment.cloud.client("dynamodb"), {"client_key": {"S": site.client_key}}
    item = dynamodb.get_item(TableName=NAMES.tenants_table, Key=key)["Item"]
    value = {**json.loads(item["value"]["S"]), "lifecycleAt": int(time.time()) - 31 * DAY}
    version = {"N": str(int(item["version"]["N"]) + 1)}
    dynamodb.put_item(
        TableName=NAMES.tenants_table, Item={**key, "value": {"S": json.dumps(value)}, "version": version}
    )


def test_by_command_it_is_first_said_and_then_done(deployment: DeployedApp, site: JiraClient) -> None:
    said = devkit(deployment, "retention", "--tenant", site.client_key)
    assert "would be deleted for good: say --yes to do it." in said
    assert kept(deployment, site) == KEPT_IN

    assert "deleted for good." in devkit(deployment, "retention", "--tenant", site.client_key, "--yes")
    assert kept(deployment, site) == set()


def test_by_itself_it_goes_with_the_next_day(deployment: DeployedApp, site: JiraClient, base_url: str) -> None:
    stays = JiraClient(base_url, str(uuid4()))
    assert {stays.install(), stays.install("uninstalled")} == {204}
    fire(deployment, "daily")

    assert eventually(lambda: kept(deployment, site) == set(), seconds=60)
    assert kept(deployment, stays) == {NAMES.tenants_table}
