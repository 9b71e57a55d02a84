"""What watches a stage: alarms, the topic that they speak to, and how long logs are kept.

An alarm costs ten cents a month beyond the first ten of an account (docs/cost.md); each of these means that a person
should look: nothing here fires because a site sends much.
Source: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html,
https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
"""

from __future__ import annotations

from typing import Any

from chalicelib.connect.settings import APP
from devkit.deploy.dashboard import dashboard
from devkit.deploy.template import Home, Resource, functions

LOG_DAYS = 30
"""Long enough to look into what a customer reports; logs hold client keys and account-free words, no bodies."""

PERIOD = 300
"""Seconds that an alarm looks at together: SQS reports once a minute, and a queue that has slept starts up to 15
minutes late to report at all."""

WAITING_SECONDS = 900
"""A delivery that has waited for a quarter of an hour has waited for more than a try: workers are too few, or stuck."""

JOB_WAITING_SECONDS = 3_600
"""Jobs are spread over a quarter of an hour on purpose, and may wait for Jira's quota."""


def watchers(home: Home) -> dict[str, Resource]:
    """The alarms of a stage, their topic, the log groups of its functions and its dashboard, by logical name."""
    return {
        # Not encrypted: CloudWatch may not use AWS's own key for it, and an alarm says nothing of a site
        # (https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html).
        "AlarmTopic": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": f"{APP}-{home.stage}-alarms"}},
        **_queue_alarms(home),
        **_function_alarms(home),
        "ApiFailures": _alarm(
            home, "api-failures", "AWS/ApiGateway", "5XXError", {"ApiName": APP, "Stage": home.stage}, "Sum", 0
        ),
        **log_groups(home),
        **dashboard(home),
    }


def log_groups(home: Home) -> dict[str, Resource]:
    """The log groups of the stage's functions: Lambda would make them itself, and keep logs forever."""
    return {
        f"{logical}Logs": {
            "Type": "AWS::Logs::LogGroup",
            "DeletionPolicy": "Delete",
            "UpdateReplacePolicy": "Retain",
            "Properties": {"LogGroupName": f"/aws/lambda/{name}", "RetentionInDays": LOG_DAYS},
        }
        for logical, name in functions(home.stage).items()
    }


def _queue_alarms(home: Home) -> dict[str, Resource]:
    names = home.names
    waiting, age = "ApproximateNumberOfMessagesVisible", "ApproximateAgeOfOldestMessage"

    def alarm(name: str, metric: str, queue: str, limit: int, periods: int = 1) -> Resource:
        return _alarm(home, name, "AWS/SQS", metric, {"QueueName": queue}, "Maximum", limit, periods)

    return {
        "DeadLettersThere": alarm("dead-letters", waiting, names.dead_letters_queue, 0),
        "DeadJobsThere": alarm("dead-jobs", waiting, names.dead_jobs_queue, 0),
        "DeliveriesWait": alarm("deliveries-wait", age, names.deliveries_queue, WAITING_SECONDS, 3),
        "JobsWait": alarm("jobs-wait", age, names.jobs_queue, JOB_WAITING_SECONDS, 3),
    }


def _function_alarms(home: Home) -> dict[str, Resource]:
    """Errors are exceptions that no code caught, and time-outs; a throttled function had no room in the account."""
    return {
        f"{logical}{metric}": _alarm(
            home, f"{logical.lower()}-{metric.lower()}", "AWS/Lambda", metric, {"FunctionName": name}, "Sum", 0
        )
        for logical, name in functions(home.stage).items()
        for metric in ("Errors", "Throttles")
    }


def _alarm(
    home: Home,
    name: str,
    namespace: str,
    metric: str,
    dimensions: dict[str, str],
    statistic: str,
    limit: int,
    periods: int = 1,
) -> Resource:
    topic = f"arn:aws:sns:{home.region}:{home.account}:{APP}-{home.stage}-alarms"
    properties: dict[str, Any] = {
        "AlarmName": f"{APP}-{home.stage}-{name}",
        "Namespace": namespace,
        "MetricName": metric,
        "Dimensions": [{"Name": key, "Value": value} for key, value in dimensions.items()],
        "Statistic": statistic,
        "Period": PERIOD,
        "EvaluationPeriods": periods,
        "Threshold": limit,
        "ComparisonOperator": "GreaterThanThreshold",
        "TreatMissingData": "notBreaching",
        "AlarmActions": [topic],
        "OKActions": [topic],
    }
    return {"Type": "AWS::CloudWatch::Alarm", "DependsOn": "AlarmTopic", "Properties": properties}
