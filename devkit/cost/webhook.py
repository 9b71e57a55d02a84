"""What one million webhooks cost, and an idle month: counted calls and measured durations at list prices.

The calls are those that `tests/end_to_end/test_aws_calls.py` counts on the wire. The processor's time is measured by
`make bench`, on a whole core of one machine (docs/performance.md); how long AWS takes to answer is assumed.
`python -m devkit cost --stage NAME` shows how long a stage's own functions took.
"""

from __future__ import annotations

from collections.abc import Iterator

from devkit.cost import prices
from devkit.cost.prices import BACKUP_GB, DYNAMODB_GB, DYNAMODB_READ, DYNAMODB_WRITE
from devkit.deploy.alarms import watchers
from devkit.deploy.template import Home

MEMORY_GB = 0.5
"""`lambda_memory_size` in .chalice/config.json."""

CORE_GB = 1_769 / 1_024
"""The memory at which Lambda gives a whole core (https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html)."""

NETWORK_SECONDS = 0.006
"""Assumed: how long one call to DynamoDB or SQS takes from a function of the same region."""

ROUTE_CALLS = ("sqs.SendMessage",)
"""What a webhook costs a warm route."""

WORKER_CALLS = ("dynamodb.UpdateItem", "dynamodb.GetItem", "dynamodb.UpdateItem")
"""What a delivery costs a warm worker, with a handler that reads one record and finds it as it should be."""

HANDLER_WRITES = ("dynamodb.PutItem",)
"""What the handler writes besides where there is something new, and that is assumed of each webhook."""

ROUTE_SECONDS = 0.0009
WORKER_SECONDS = 0.0018
"""Measured: the processor's time, of a whole core, for each webhook and each delivery, that for calling AWS in it."""

BATCH = 3
"""Assumed: how many deliveries a worker is handed at a time; ten at most, one when little happens."""

LOG_BYTES = 700
"""What the two functions print for one webhook, with Lambda's own lines."""

Line = tuple[str, str, float]
"""What, why, and dollars."""


def million() -> list[Line]:
    """What one million webhooks cost, by part."""
    n = prices.MILLION
    writes = sum("Update" in call or "Put" in call for call in (*WORKER_CALLS, *HANDLER_WRITES))
    reads = sum("Get" in call for call in WORKER_CALLS)
    route = billed(ROUTE_SECONDS, len(ROUTE_CALLS))
    worker = billed(WORKER_SECONDS, len(WORKER_CALLS) + len(HANDLER_WRITES))
    return [
        ("API Gateway", "one request each", n * prices.API_REQUEST),
        ("Lambda, route", f"one call each, {route * 1000:.0f} ms", n * _lambda(1, route)),
        ("Lambda, worker", f"one call for {BATCH}, {worker * 1000:.0f} ms each", n * _lambda(1 / BATCH, worker)),
        ("SQS, fair queue", f"one sent, one in {BATCH} received and deleted", n * (1 + 2 / BATCH) * prices.SQS_FAIR),
        (
            "DynamoDB",
            f"{writes} writes, {reads} read",
            n * (writes * DYNAMODB_WRITE + reads * DYNAMODB_READ),
        ),
        ("CloudWatch logs", f"{LOG_BYTES} bytes each", n * LOG_BYTES / 1e9 * prices.LOG_GB),
    ]


def billed(seconds: float, calls: int) -> float:
    """How long Lambda would bill what took `seconds` on a whole core, with `calls` to AWS in it."""
    return seconds * max(1.0, CORE_GB / MEMORY_GB) + calls * NETWORK_SECONDS


def idle(home: Home) -> list[Line]:
    """What a month costs in which no webhook comes, with ten sites that have a thousand issues each."""
    alarms = sum(each["Type"] == "AWS::CloudWatch::Alarm" for each in watchers(home).values())
    polls = 2 * 30 * 86_400 / 20 * POLLERS
    schedules = 30 * (24 + 2)
    seconds = billed(ROUTE_SECONDS, 3)
    gigabytes = 10 * 1_000 * 1_500 / 1e9
    return [
        ("SQS", f"Lambda asks two queues without end, {polls / 1e6:.2f} million times", polls * prices.SQS_REQUEST),
        (
            "Lambda, schedules",
            f"{schedules} calls, and a job for each of ten sites",
            11 * schedules * _lambda(1, seconds),
        ),
        (
            "DynamoDB, storage",
            f"{gigabytes * 1000:.0f} MB with backups",
            gigabytes * (DYNAMODB_GB + BACKUP_GB),
        ),
        ("DynamoDB, jobs", "about six writes for each", 11 * schedules * 6 * DYNAMODB_WRITE),
        (
            "KMS, the key of the tables",
            f"{KEY_READS} calls in an hour, while jobs run",
            30 * 24 * KEY_READS * prices.KMS_REQUEST,
        ),
        ("S3", "packages and pages, 20 MB", 0.02 * prices.S3_GB),
        ("Metrics", "four of cold starts, of which ten are free in an account", 0.0),
        ("Dashboard", "one, of which three are free in an account", 0.0),
        ("Alarms", f"{alarms}, of which ten are free in an account", (alarms - prices.FREE_ALARMS) * prices.ALARM),
    ]


POLLERS = 5
"""How many connections Lambda holds to each queue at the least
(https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html)."""

KEY_READS = 8
"""Assumed: DynamoDB asks KMS for a table's key once in five minutes of a connection with traffic
(https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.howitworks.html). In each hour a schedule
uses two tables for a moment, and then jobs do for a quarter of an hour."""


def table(lines: list[Line]) -> Iterator[str]:
    """The lines as a table of Markdown, with their sum."""
    yield from ("| part | how much | US dollars |", "|---|---|---|")
    yield from (f"| {what} | {why} | {dollars:.2f} |" for what, why, dollars in lines)
    yield f"| **together** | | **{sum(dollars for *_, dollars in lines):.2f}** |"


def _lambda(calls: float, seconds: float) -> float:
    return calls * prices.LAMBDA_REQUEST + seconds * MEMORY_GB * prices.LAMBDA_GB_SECOND
