"""What a stage keeps on AWS, as CloudFormation resources: the one place that says it.

`devkit.deploy.stack` makes a stack of them, `devkit.deploy.resources` brings into line what no stack holds, and
`devkit.deploy.pipeline` merges them with what Chalice packages. Names are whole here, so that whoever reads them needs
no intrinsic functions: only the account and the region may be CloudFormation's own parameters.
Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-template-resource-type-ref.html
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from chalicelib.connect.settings import APP, Resources

DAY = 86_400

PROTECTED_STAGE = "prod"
"""The stage whose tables outlive their stack, and can not be deleted by a slip of the hand."""

VISIBILITY_SECONDS = 360
"""Six times the worker's timeout, as AWS advises (https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html)."""

MAX_RECEIVES = 300
"""After how many receipts SQS itself takes a message to the dead letters. The worker counts its tries and does it after
`MOST_TRIES`; this is for what no worker gets to see. It is so high that the worker's waits of up to 900 s last for its
`LONGEST_STAY`, and no higher than that they and the time of a killed function end within `QUEUE_DAYS`."""

JOB_VISIBILITY_SECONDS = 720
"""Six times the timeout of the function that runs jobs."""

MAX_JOB_RECEIVES = 1_000
"""The most that SQS takes. Each slice of a job is a receipt; after five hundred a fresh message takes over."""

QUEUE_DAYS = 4
DEAD_LETTER_DAYS = 14
"""As long as SQS keeps anything."""

MESSAGE_BYTES = 1_048_576
"""The most that SQS takes, and what the app counts on. A queue from before August 2025 keeps its 256 KiB unless told.
Source: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html"""

BODY_DAYS = QUEUE_DAYS + DEAD_LETTER_DAYS + 1
"""How long a large body is kept: as long as a message that names it can be on the queue and then a dead letter, and
one day, since S3 counts from the next midnight."""

Resource = dict[str, Any]
"""One resource, as CloudFormation has it: Type, Properties, and what else it may say of it."""


@dataclass(frozen=True, slots=True)
class Home:
    """Where a stage lives, and how its site is read."""

    names: Resources
    account: str
    region: str
    private_site: bool = False
    """Whether only CloudFront reads the site's bucket, and not everyone."""

    @property
    def stage(self) -> str:
        """The stage's name."""
        return self.names.stage

    @property
    def site_bucket(self) -> str:
        """The name of the site's bucket."""
        return self.names.site_bucket(self.account, self.region)

    @property
    def bodies_bucket(self) -> str:
        """The name of the bucket of large bodies."""
        return self.names.bodies_bucket(self.account, self.region)

    def queue_arn(self, name: str) -> str:
        """The ARN of the queue `name`."""
        return f"arn:aws:sqs:{self.region}:{self.account}:{name}"


def stores(home: Home) -> dict[str, Resource]:
    """Tables, queues and buckets by logical name: what the app can not run without."""
    return {**_tables(home), **_queues(home), **_buckets(home)}


def functions(stage: str) -> dict[str, str]:
    """The Lambda functions of a stage as Chalice names them, by logical name."""
    own = {"Worker": "worker", "JobWorker": "job_worker", "Hourly": "hourly", "Daily": "daily"}
    return {"Api": f"{APP}-{stage}", **{logical: f"{APP}-{stage}-{name}" for logical, name in own.items()}}


def _tables(home: Home) -> dict[str, Resource]:
    names = home.names
    return {
        "TenantsTable": _table(home, names.tenants_table, "client_key"),
        "RecordsTable": _table(home, names.records_table, "client_key", "key"),
        "DeliveriesTable": _table(home, names.deliveries_table, "id", expires=True),
        "JobsTable": _table(home, names.jobs_table, "client_key", "job", expires=True),
    }


def _table(home: Home, name: str, *key: str, expires: bool = False) -> Resource:
    is_protected = home.stage == PROTECTED_STAGE
    properties: dict[str, Any] = {
        "TableName": name,
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [{"AttributeName": part, "AttributeType": "S"} for part in key],
        "KeySchema": [
            {"AttributeName": part, "KeyType": kind} for part, kind in zip(key, ("HASH", "RANGE"), strict=False)
        ],
        "SSESpecification": {"SSEEnabled": True},
        "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True},
        "DeletionProtectionEnabled": is_protected,
    }
    if expires:
        properties["TimeToLiveSpecification"] = {"AttributeName": "expires_at", "Enabled": True}
    return {
        "Type": "AWS::DynamoDB::Table",
        "DeletionPolicy": "Retain" if is_protected else "Delete",
        "UpdateReplacePolicy": "Retain",
        "Properties": properties,
    }


def _queues(home: Home) -> dict[str, Resource]:
    names = home.names
    return {
        "DeadLettersQueue": _queue(names.dead_letters_queue, MessageRetentionPeriod=DEAD_LETTER_DAYS * DAY),
        "DeadJobsQueue": _queue(names.dead_jobs_queue, MessageRetentionPeriod=DEAD_LETTER_DAYS * DAY),
        "DeliveriesQueue": {
            "DependsOn": "DeadLettersQueue",
            **_queue(
                names.deliveries_queue,
                VisibilityTimeout=VISIBILITY_SECONDS,
                MessageRetentionPeriod=QUEUE_DAYS * DAY,
                ReceiveMessageWaitTimeSeconds=20,
                RedrivePolicy=_redrive(home, names.dead_letters_queue, MAX_RECEIVES),
            ),
        },
        "JobsQueue": {
            "DependsOn": "DeadJobsQueue",
            **_queue(
                names.jobs_queue,
                VisibilityTimeout=JOB_VISIBILITY_SECONDS,
                MessageRetentionPeriod=DEAD_LETTER_DAYS * DAY,
                ReceiveMessageWaitTimeSeconds=20,
                RedrivePolicy=_redrive(home, names.dead_jobs_queue, MAX_JOB_RECEIVES),
            ),
        },
    }


def _queue(name: str, **attributes: Any) -> Resource:
    return {
        "Type": "AWS::SQS::Queue",
        "DeletionPolicy": "Delete",
        "UpdateReplacePolicy": "Retain",
        "Properties": {
            "QueueName": name,
            "SqsManagedSseEnabled": True,
            "MaximumMessageSize": MESSAGE_BYTES,
            **attributes,
        },
    }


def _redrive(home: Home, dead_letters: str, receives: int) -> dict[str, Any]:
    return {"deadLetterTargetArn": home.queue_arn(dead_letters), "maxReceiveCount": receives}


def _buckets(home: Home) -> dict[str, Resource]:
    cors = {"AllowedMethods": ["GET", "HEAD"], "AllowedOrigins": ["*"], "AllowedHeaders": ["*"], "MaxAge": 3600}
    expiry = {
        "Id": "expire",
        "Status": "Enabled",
        "ExpirationInDays": BODY_DAYS,
        "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 1},
    }
    site = _bucket(home.site_bucket, policies=home.private_site, CorsConfiguration={"CorsRules": [cors]})
    bodies = _bucket(home.bodies_bucket, policies=True, LifecycleConfiguration={"Rules": [expiry]})
    policy: Resource = {
        "Type": "AWS::S3::BucketPolicy",
        "DependsOn": "SiteBucket",
        "Properties": {
            "Bucket": home.site_bucket,
            "PolicyDocument": {"Version": "2012-10-17", "Statement": [_readers(home)]},
        },
    }
    return {"SiteBucket": site, "SiteBucketPolicy": policy, "BodiesBucket": bodies}


def _bucket(name: str, *, policies: bool, **properties: Any) -> Resource:
    """A bucket that no object's own list of rights opens to the public, nor, with `policies`, any policy of its own."""
    rule = {"ServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}
    return {
        "Type": "AWS::S3::Bucket",
        "DeletionPolicy": "Delete",
        "UpdateReplacePolicy": "Retain",
        "Properties": {
            "BucketName": name,
            "BucketEncryption": {"ServerSideEncryptionConfiguration": [rule]},
            "PublicAccessBlockConfiguration": {
                "BlockPublicAcls": True,
                "IgnorePublicAcls": True,
                "BlockPublicPolicy": policies,
                "RestrictPublicBuckets": policies,
            },
            **properties,
        },
    }


def _readers(home: Home) -> dict[str, Any]:
    """Who reads the site: everyone, since it holds no secret; or this account's own CloudFront distributions alone.

    Source: https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-restricting-access-to-s3.html
    """
    statement = {"Sid": "ReadTheSite", "Effect": "Allow", "Action": "s3:GetObject"}
    resource = {"Resource": f"arn:aws:s3:::{home.site_bucket}/*"}
    if not home.private_site:
        return {**statement, "Principal": "*", **resource}
    # Of CloudFront's requests AWS documents the ARN of the distribution alone, and no account.
    own = {"ArnLike": {"AWS:SourceArn": f"arn:aws:cloudfront::{home.account}:distribution/*"}}
    return {**statement, "Principal": {"Service": "cloudfront.amazonaws.com"}, **resource, "Condition": own}
