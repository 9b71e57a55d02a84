"""What of a stage's resources stands on AWS already, whoever made it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from botocore.exceptions import ClientError

from devkit.deploy.aws import Aws, is_code
from devkit.deploy.template import Resource

ABSENT = (
    "ResourceNotFoundException",
    "AWS.SimpleQueueService.NonExistentQueue",
    "QueueDoesNotExist",
    "404",
    "NotFound",
    "ResourceNotFound",
)


def standing(aws: Aws, wanted: Mapping[str, Resource]) -> frozenset[str]:
    """The logical names of those of `wanted` that are there.

    A bucket of another account is not there for us, but is found by `devkit.deploy.preflight`. A bucket's policy
    counts with its bucket: a stack that held the one without the other could lose it.
    """
    return frozenset(logical for logical, resource in wanted.items() if _stands(aws, resource))


def _stands(aws: Aws, resource: Resource) -> bool:
    properties = resource["Properties"]
    match resource["Type"]:
        case "AWS::DynamoDB::Table":
            return _found(lambda: aws.client("dynamodb").describe_table(TableName=properties["TableName"]))
        case "AWS::SQS::Queue":
            return _found(lambda: aws.client("sqs").get_queue_url(QueueName=properties["QueueName"]))
        case "AWS::S3::Bucket":
            return _found(lambda: aws.client("s3").head_bucket(Bucket=properties["BucketName"]))
        case "AWS::S3::BucketPolicy":
            return _found(lambda: aws.client("s3").head_bucket(Bucket=properties["Bucket"]))
        case "AWS::Logs::LogGroup":
            name = properties["LogGroupName"]
            groups = aws.client("logs").describe_log_groups(logGroupNamePrefix=name)["logGroups"]
            return any(group["logGroupName"] == name for group in groups)
        case "AWS::CloudWatch::Alarm":
            found = aws.client("cloudwatch").describe_alarms(AlarmNames=[properties["AlarmName"]])
            return bool(found["MetricAlarms"])
        case "AWS::SNS::Topic":
            return topic_arn(aws, properties["TopicName"]) is not None
        case "AWS::CloudWatch::Dashboard":
            name = properties["DashboardName"]
            return _found(lambda: aws.client("cloudwatch").get_dashboard(DashboardName=name))
    return False


def topic_arn(aws: Aws, name: str) -> str | None:
    """The ARN of the topic `name`; None where it is not there."""
    topics = aws.client("sns").get_paginator("list_topics").paginate().search("Topics[].TopicArn")
    return next((str(arn) for arn in topics if arn.endswith(f":{name}")), None)


def _found(call: Callable[[], Any]) -> bool:
    try:
        call()
    except ClientError as fault:
        if not is_code(fault, *ABSENT):
            raise
        return False
    return True
