"""The tables, queues and buckets of `devkit.deploy.template`, brought into line through AWS's own calls.

On the embedded AWS this makes them; on a real stage a stack does (`devkit.deploy.stack`), and this mends what has
drifted, and keeps what was there before the stack. Each step asks what is there and adds what is missing, so it may run
before every deploy. Nothing is ever deleted.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError

from chalicelib.connect.settings import Resources
from devkit.deploy import buckets
from devkit.deploy.aws import Aws, is_code
from devkit.deploy.template import Home, Resource, stores
from devkit.errors import DevkitError

TABLE_SECONDS = 60
"""How long a new table may take until it can be used; AWS needs about ten seconds, the embedded AWS none."""


def create(aws: Aws, names: Resources) -> None:
    """Creates what is missing of the resources that `names` has; the site is open to everyone.

    Raises `DevkitError` where a bucket's name is taken by another account.
    """
    bring_into_line(aws, stores(home(aws, names)))


def home(aws: Aws, names: Resources, *, private_site: bool = False) -> Home:
    """Where the stage of `names` lives on `aws`."""
    account = aws.client("sts").get_caller_identity()["Account"]
    return Home(names, account, aws.client("s3").meta.region_name, private_site)


def site_bucket(aws: Aws, names: Resources) -> str:
    """The name of the site's bucket in the account and region of `aws`."""
    return home(aws, names).site_bucket


def bodies_bucket(aws: Aws, names: Resources) -> str:
    """The name of the bucket of large bodies in the account and region of `aws`."""
    return home(aws, names).bodies_bucket


def bring_into_line(aws: Aws, wanted: Mapping[str, Resource]) -> None:
    """Creates what is missing of the tables, queues and buckets among `wanted`, and mends what is otherwise.

    Log groups among them must be there. Raises `DevkitError` where a bucket's name is taken by another account.
    """
    dynamodb, sqs, s3 = (aws.client(service) for service in ("dynamodb", "sqs", "s3"))
    tables = _of_type(wanted, "AWS::DynamoDB::Table")
    for table in tables:
        _create_table(dynamodb, table)
    for table in tables:
        _settle_table(dynamodb, table)
    for queue in _of_type(wanted, "AWS::SQS::Queue"):
        _queue(sqs, queue)
    for bucket in _of_type(wanted, "AWS::S3::Bucket"):
        buckets.bring_into_line(s3, bucket)
    for group in _of_type(wanted, "AWS::Logs::LogGroup"):
        aws.client("logs").put_retention_policy(
            logGroupName=group["LogGroupName"], retentionInDays=group["RetentionInDays"]
        )
    for policy in _of_type(wanted, "AWS::S3::BucketPolicy"):
        s3.put_bucket_policy(Bucket=policy["Bucket"], Policy=json.dumps(policy["PolicyDocument"]))


def _of_type(wanted: Mapping[str, Resource], kind: str) -> list[dict[str, Any]]:
    return [resource["Properties"] for resource in wanted.values() if resource["Type"] == kind]


def _create_table(dynamodb: Any, table: Mapping[str, Any]) -> None:
    same = ("TableName", "BillingMode", "AttributeDefinitions", "KeySchema", "DeletionProtectionEnabled")
    try:
        dynamodb.create_table(**{name: table[name] for name in same}, SSESpecification={"Enabled": True})
    except ClientError as fault:
        if not is_code(fault, "ResourceInUseException"):
            raise


def _settle_table(dynamodb: Any, table: Mapping[str, Any]) -> None:
    name = table["TableName"]
    found = _wait_until_active(dynamodb, name)
    if found.get("DeletionProtectionEnabled", False) != table["DeletionProtectionEnabled"]:
        dynamodb.update_table(TableName=name, DeletionProtectionEnabled=table["DeletionProtectionEnabled"])
        found = _wait_until_active(dynamodb, name)
    if found.get("SSEDescription", {}).get("Status") not in ("ENABLED", "ENABLING", "UPDATING"):
        dynamodb.update_table(TableName=name, SSESpecification={"Enabled": True})
        _wait_until_active(dynamodb, name)
    _back_up(dynamodb, name)
    if expiry := table.get("TimeToLiveSpecification"):
        _expire(dynamodb, name, expiry)


def _wait_until_active(dynamodb: Any, name: str) -> Mapping[str, Any]:
    deadline = time.monotonic() + TABLE_SECONDS
    while True:
        table: Mapping[str, Any] = dynamodb.describe_table(TableName=name)["Table"]
        if table["TableStatus"] == "ACTIVE":
            return table
        if time.monotonic() > deadline:
            raise DevkitError(f"The table {name} did not become active within {TABLE_SECONDS} s: run the deploy again.")
        time.sleep(0.5)


def _back_up(dynamodb: Any, name: str) -> None:
    backups = dynamodb.describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]
    deadline = time.monotonic() + TABLE_SECONDS
    while backups.get("PointInTimeRecoveryDescription", {}).get("PointInTimeRecoveryStatus") != "ENABLED":
        try:
            dynamodb.update_continuous_backups(
                TableName=name, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True}
            )
            return
        except ClientError as fault:
            # A table that has just become active may not have its backups ready yet.
            if not is_code(fault, "ContinuousBackupsUnavailableException") or time.monotonic() > deadline:
                raise
            time.sleep(1)


def _expire(dynamodb: Any, name: str, expiry: Mapping[str, Any]) -> None:
    status = dynamodb.describe_time_to_live(TableName=name)["TimeToLiveDescription"].get("TimeToLiveStatus")
    if status not in ("ENABLED", "ENABLING"):
        dynamodb.update_time_to_live(TableName=name, TimeToLiveSpecification=dict(expiry))


def _queue(sqs: Any, queue: Mapping[str, Any]) -> None:
    name = queue["QueueName"]
    attributes = {key: _text(value) for key, value in queue.items() if key != "QueueName"}
    try:
        url: str = sqs.get_queue_url(QueueName=name)["QueueUrl"]
    except ClientError as fault:
        if not is_code(fault, "AWS.SimpleQueueService.NonExistentQueue", "QueueDoesNotExist"):
            raise
        sqs.create_queue(QueueName=name, Attributes=attributes)
    else:
        sqs.set_queue_attributes(QueueUrl=url, Attributes=attributes)


def _text(value: Any) -> str:
    return json.dumps(value) if isinstance(value, dict | bool) else str(value)
