"""What a stage has used this month, from AWS's own metrics, and what that costs at list prices."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from chalicelib.connect.settings import APP
from devkit.cost import prices
from devkit.cost.webhook import MEMORY_GB, Line
from devkit.deploy.aws import Aws
from devkit.deploy.template import Home, functions

DAY = 86_400

DONE, EMPTY = ("Sent", "Received", "Deleted"), "NumberOfEmptyReceives"
"""What SQS counts: what was done with messages, and calls that found none. Each message is taken for a call, so what
went ten at a time is reckoned dearer than it is."""


class Usage:
    """The metrics of the stage at `home` since the first of the month of `now`."""

    def __init__(self, aws: Aws, home: Home, now: datetime) -> None:
        self._cloudwatch = aws.client("cloudwatch")
        self._home = home
        self._now = now

    def lines(self) -> list[Line]:
        """What was used, and its price; what AWS counts only once a day, such as storage, is not in it."""
        return list(self._lines())

    def durations(self) -> dict[str, tuple[int, float]]:
        """For each function how often it was called, and its mean duration in seconds."""
        found = {}
        for logical, name in functions(self._home.stage).items():
            calls = self._sum("AWS/Lambda", "Invocations", FunctionName=name)
            total = self._sum("AWS/Lambda", "Duration", FunctionName=name) / 1000
            found[logical] = (int(calls), total / calls if calls else 0.0)
        return found

    def _lines(self) -> Iterator[Line]:
        durations = self.durations()
        calls = sum(each for each, _ in durations.values())
        seconds = sum(each * mean for each, mean in durations.values())
        dollars = calls * prices.LAMBDA_REQUEST + seconds * MEMORY_GB * prices.LAMBDA_GB_SECOND
        yield "Lambda", f"{calls:,} calls, {seconds:,.0f} s", dollars
        requests = self._sum("AWS/ApiGateway", "Count", ApiName=APP, Stage=self._home.stage)
        yield "API Gateway", f"{requests:,.0f} requests", requests * prices.API_REQUEST
        yield self._sqs()
        writes, reads = (sum(self._units(kind, table) for table in self._tables()) for kind in ("Write", "Read"))
        yield (
            "DynamoDB",
            f"{writes:,.0f} writes, {reads:,.0f} reads",
            (writes * prices.DYNAMODB_WRITE + reads * prices.DYNAMODB_READ),
        )

    def _sqs(self) -> Line:
        names = self._home.names
        others = (names.dead_letters_queue, names.jobs_queue, names.dead_jobs_queue)
        fair, plain = self._messages(names.deliveries_queue), sum(map(self._messages, others))
        empty = sum(self._sum("AWS/SQS", EMPTY, QueueName=queue) for queue in (names.deliveries_queue, *others))
        dollars = fair * prices.SQS_FAIR + (plain + empty) * prices.SQS_REQUEST
        return "SQS", f"{fair + plain + empty:,.0f} calls", dollars

    def _messages(self, queue: str) -> float:
        return sum(self._sum("AWS/SQS", f"NumberOfMessages{each}", QueueName=queue) for each in DONE)

    def _units(self, kind: str, table: str) -> float:
        return self._sum("AWS/DynamoDB", f"Consumed{kind}CapacityUnits", TableName=table)

    def _tables(self) -> tuple[str, ...]:
        names = self._home.names
        return (names.tenants_table, names.records_table, names.deliveries_table, names.jobs_table)

    def _sum(self, namespace: str, metric: str, **dimensions: str) -> float:
        first = datetime(self._now.year, self._now.month, 1, tzinfo=UTC)
        found: dict[str, Any] = self._cloudwatch.get_metric_statistics(
            Namespace=namespace,
            MetricName=metric,
            Dimensions=[{"Name": name, "Value": value} for name, value in dimensions.items()],
            StartTime=first,
            EndTime=self._now,
            Period=DAY,
            Statistics=["Sum"],
        )
        return float(sum(point["Sum"] for point in found["Datapoints"]))
