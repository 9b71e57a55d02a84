"""The deploy: resources as they must be, nothing done twice, and a real stage by the same steps."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from chalicelib.connect.settings import Resources
from devkit.cloud import ACCOUNT, REGION
from devkit.cloud.embedded import EmbeddedCloud
from devkit.deploy import resources
from tests.deployed_app import DeployedApp
from tests.end_to_end.client import HTTP
from tests.shipped import not_to_be_shipped

WORKER = "dormouse-local-worker"


@pytest.fixture(scope="module")
def names(cloud: EmbeddedCloud) -> Resources:
    made = Resources("resources")
    for _ in range(2):
        resources.create(cloud, made)
    return made


def test_tables_have_their_keys_and_are_encrypted_and_backed_up(cloud: EmbeddedCloud, names: Resources) -> None:
    dynamodb = cloud.client("dynamodb")
    keys = {
        names.tenants_table: ["client_key"],
        names.deliveries_table: ["id"],
        names.records_table: ["client_key", "key"],
    }
    for name, expected in keys.items():
        table = dynamodb.describe_table(TableName=name)["Table"]
        backups = dynamodb.describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]
        assert [part["AttributeName"] for part in table["KeySchema"]] == expected
        assert table["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"
        assert table["SSEDescription"]["Status"] == "ENABLED"
        assert backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "ENABLED"
    expiry = dynamodb.describe_time_to_live(TableName=names.deliveries_table)["TimeToLiveDescription"]
    assert expiry == {"TimeToLiveStatus": "ENABLED", "AttributeName": "expires_at"}


def test_what_can_not_be_delivered_goes_to_the_dead_letters(cloud: EmbeddedCloud, names: Resources) -> None:
    def attributes(name: str) -> dict[str, str]:
        sqs = cloud.client("sqs")
        url = sqs.get_queue_url(QueueName=name)["QueueUrl"]
        found: dict[str, str] = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
        return found

    queue, dead_letters = attributes(names.deliveries_queue), attributes(names.dead_letters_queue)
    redrive = json.loads(queue["RedrivePolicy"])
    assert redrive["deadLetterTargetArn"] == dead_letters["QueueArn"]
    # The worker counts its tries itself; this is for what no worker gets to see.
    assert int(redrive["maxReceiveCount"]) == 300
    assert (queue["VisibilityTimeout"], queue["MessageRetentionPeriod"]) == ("360", "345600")
    assert queue["ReceiveMessageWaitTimeSeconds"] == "20"
    assert dead_letters["MessageRetentionPeriod"] == "1209600"


def test_large_bodies_are_encrypted_closed_to_the_public_and_outlive_their_dead_letters(
    cloud: EmbeddedCloud, names: Resources
) -> None:
    s3, bucket = cloud.client("s3"), names.bodies_bucket(ACCOUNT, REGION)
    (rule,) = s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"]
    assert rule["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"] == "AES256"
    assert all(s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"].values())
    (expiry,) = s3.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"]
    assert expiry["Expiration"]["Days"] * 86_400 > 345_600 + 1_209_600


def test_a_queue_that_is_there_with_other_attributes_is_brought_in_line(cloud: EmbeddedCloud) -> None:
    names = Resources("drifted")
    sqs = cloud.client("sqs")
    url = sqs.create_queue(QueueName=names.deliveries_queue, Attributes={"VisibilityTimeout": "5"})["QueueUrl"]

    resources.create(cloud, names)

    found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    assert found["VisibilityTimeout"] == "360"
    assert "RedrivePolicy" in found


def test_the_worker_reports_failures_only_to_a_mapping_that_listens(deployment: DeployedApp) -> None:
    functions = deployment.cloud.client("lambda")

    (mapping,) = functions.list_event_source_mappings(FunctionName=WORKER)["EventSourceMappings"]

    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert variables(functions)["CONNECT_PARTIAL_BATCHES"] == "on"
    assert variables(functions)["CONNECT_STAGE"] == "local"


def test_nothing_is_deployed_twice_unless_what_is_there_was_changed(deployment: DeployedApp) -> None:
    functions, deploy = deployment.cloud.client("lambda"), deployment.deployment.deploy
    before = variables(functions)
    deploy()  # The deployment is the whole session's: another module's tests may have changed the API meanwhile.
    assert deploy() is False

    functions.update_function_configuration(FunctionName=WORKER, Environment={"Variables": {}})

    assert deploy() is True
    assert variables(functions) == before
    assert deploy() is False


def test_only_what_runs_is_shipped_and_every_module_of_it_is_compiled(deployment: DeployedApp) -> None:
    package = max(Path(deployment.deployment.work).rglob("*.zip"), key=lambda path: path.stat().st_mtime)

    assert package.stat().st_size <= 8_000_000
    assert not_to_be_shipped(package) == []


def variables(functions: Any, name: str = WORKER) -> dict[str, str]:
    """The environment variables of a function."""
    found: dict[str, str] = functions.get_function_configuration(FunctionName=name)["Environment"]["Variables"]
    return found


def test_a_page_is_always_asked_for_again_and_what_it_refers_to_is_kept_for_ever(deployment: DeployedApp) -> None:
    html = HTTP.request("GET", f"{deployment.base_url}/pages/issue-panel").data.decode()
    (base,) = re.findall(r'<base href="([^"]+/assets/[0-9a-f]{16}/)">', html)
    references = re.findall(r'(?:src|href)="([\w-]+\.(?:js|css))"', html)
    assert references

    for reference in references:
        answer = HTTP.request("GET", base + reference)
        assert answer.status == 200
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    stored = HTTP.request("GET", f"{base.partition('assets/')[0]}issue-panel.html")
    assert stored.headers["Cache-Control"] == "no-cache"
