"""What `chalice deploy` can not create: tables, queues and buckets.

Each step asks what is there and adds what is missing, so it may run before every deploy. Nothing is ever deleted.
"""

from __future__ import annotations

import json
import time
from typing import Any

from botocore.exceptions import ClientError

from chalicelib.connect.settings import Resources
from devkit.deploy import buckets
from devkit.deploy.aws import Aws
from devkit.errors import DevkitError

DAY = 86_400

TABLE_SECONDS = 60
"""How long a new table may take until it can be used; AWS needs about ten seconds, the embedded AWS none."""

VISIBILITY_SECONDS = 360
"""Six times the worker's timeout, as AWS advises (https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html)."""

MAX_RECEIVES = 100
"""After how many receipts SQS itself takes a message to the dead letters. The worker counts its tries and does it after
`MOST_TRIES`; this is for what no worker gets to see. It is high, so that an hour of a function that does not start, or
of DynamoDB out of reach, sends no one there; and with the longest wait of 900 s still far within `QUEUE_DAYS`."""

JOB_VISIBILITY_SECONDS = 720
"""Six times the timeout of the function that runs jobs."""

MAX_JOB_RECEIVES = 1_000
"""The most that SQS takes. Each slice of a job is a receipt; after five hundred a fresh message takes over."""

QUEUE_DAYS = 4
DEAD_LETTER_DAYS = 14
"""As long as SQS keeps anything."""

BODY_DAYS = QUEUE_DAYS + DEAD_LETTER_DAYS + 1
"""How long a large body is kept: as long as a message that names it can be on the queue and then a dead letter, and
one day, since S3 counts from the next midnight."""


def create(aws: Aws, names: Resources) -> None:
    """Creates what is missing of the resources that `names` has.

    Raises `DevkitError` where a bucket's name is taken by another account.
    """
    _tables(aws.client("dynamodb"), names)
    _queues(aws.client("sqs"), names)
    buckets.create_public(aws.client("s3"), site_bucket(aws, names))
    buckets.create_private(aws.client("s3"), bodies_bucket(aws, names), days=BODY_DAYS)


def site_bucket(aws: Aws, names: Resources) -> str:
    """The name of the site's bucket in the account and region of `aws`."""
    return names.site_bucket(*_place(aws))


def bodies_bucket(aws: Aws, names: Resources) -> str:
    """The name of the bucket of large bodies in the account and region of `aws`."""
    return names.bodies_bucket(*_place(aws))


def _place(aws: Aws) -> tuple[str, str]:
    return aws.client("sts").get_caller_identity()["Account"], aws.client("s3").meta.region_name


def _tables(dynamodb: Any, names: Resources) -> None:
    keys = {
        names.tenants_table: ("client_key",),
        names.deliveries_table: ("id",),
        names.records_table: ("client_key", "key"),
        names.jobs_table: ("client_key", "job"),
    }
    for name, key in keys.items():
        _create_table(dynamodb, name, key)
    for name in keys:
        _wait_until_active(dynamodb, name)
        _protect(dynamodb, name)
    for name in (names.deliveries_table, names.jobs_table):
        _expire(dynamodb, name, "expires_at")


def _create_table(dynamodb: Any, name: str, key: tuple[str, ...]) -> None:
    try:
        dynamodb.create_table(
            TableName=name,
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": part, "AttributeType": "S"} for part in key],
            KeySchema=[
                {"AttributeName": part, "KeyType": kind} for part, kind in zip(key, ("HASH", "RANGE"), strict=False)
            ],
            SSESpecification={"Enabled": True},
        )
    except ClientError as fault:
        if not _is(fault, "ResourceInUseException"):
            raise


def _wait_until_active(dynamodb: Any, name: str) -> None:
    deadline = time.monotonic() + TABLE_SECONDS
    while dynamodb.describe_table(TableName=name)["Table"]["TableStatus"] != "ACTIVE":
        if time.monotonic() > deadline:
            raise DevkitError(f"The table {name} did not become active within {TABLE_SECONDS} s: run the deploy again.")
        time.sleep(0.5)


def _protect(dynamodb: Any, name: str) -> None:
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
            if not _is(fault, "ContinuousBackupsUnavailableException") or time.monotonic() > deadline:
                raise
            time.sleep(1)


def _expire(dynamodb: Any, name: str, attribute: str) -> None:
    status = dynamodb.describe_time_to_live(TableName=name)["TimeToLiveDescription"].get("TimeToLiveStatus")
    if status not in ("ENABLED", "ENABLING"):
        dynamodb.update_time_to_live(
            TableName=name, TimeToLiveSpecification={"Enabled": True, "AttributeName": attribute}
        )


def _queues(sqs: Any, names: Resources) -> None:
    _consumed(sqs, names.deliveries_queue, names.dead_letters_queue, VISIBILITY_SECONDS, QUEUE_DAYS, MAX_RECEIVES)
    _consumed(sqs, names.jobs_queue, names.dead_jobs_queue, JOB_VISIBILITY_SECONDS, DEAD_LETTER_DAYS, MAX_JOB_RECEIVES)


def _consumed(sqs: Any, name: str, dead_letters_name: str, visibility: int, days: int, receives: int) -> None:
    dead_letters = _queue(sqs, dead_letters_name, {"MessageRetentionPeriod": str(DEAD_LETTER_DAYS * DAY)})
    arn = sqs.get_queue_attributes(QueueUrl=dead_letters, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    attributes = {
        "VisibilityTimeout": str(visibility),
        "MessageRetentionPeriod": str(days * DAY),
        "ReceiveMessageWaitTimeSeconds": "20",
        "RedrivePolicy": json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": receives}),
    }
    _queue(sqs, name, attributes)


def _queue(sqs: Any, name: str, attributes: dict[str, str]) -> str:
    try:
        url: str = sqs.get_queue_url(QueueName=name)["QueueUrl"]
    except ClientError as fault:
        if not _is(fault, "AWS.SimpleQueueService.NonExistentQueue", "QueueDoesNotExist"):
            raise
        created: str = sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
        return created
    sqs.set_queue_attributes(QueueUrl=url, Attributes=attributes)
    return url


def _is(fault: ClientError, *codes: str) -> bool:
    return fault.response.get("Error", {}).get("Code") in codes
