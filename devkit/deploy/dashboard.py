"""The dashboard of a stage: one screen of what the app counts and of what AWS itself measures.

Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html
"""

from __future__ import annotations

import json
from typing import Any

from chalicelib.connect.observability import NAMESPACE
from chalicelib.connect.settings import APP
from devkit.deploy.template import Home, Resource, functions

WIDTH, HEIGHT = 12, 6
"""Two graphs beside each other; CloudWatch's screen has 24 columns."""

Metric = list[Any]


def dashboard(home: Home) -> dict[str, Resource]:
    """The dashboard as a resource, by its logical name."""
    graphs = _graphs(home)
    widgets = [
        {
            "type": "metric",
            "x": number % 2 * WIDTH,
            "y": number // 2 * HEIGHT,
            "width": WIDTH,
            "height": HEIGHT,
            "properties": {
                "title": title,
                "region": home.region,
                "stat": statistic,
                "period": 300,
                "metrics": metrics,
            },
        }
        for number, (title, statistic, metrics) in enumerate(graphs)
    ]
    body = json.dumps({"widgets": widgets}, separators=(",", ":"))
    # A dashboard is the account's, as a role is: one of a stage in another region must not be this one.
    properties = {"DashboardName": f"{APP}-{home.stage}-{home.region}", "DashboardBody": body}
    return {"Dashboard": {"Type": "AWS::CloudWatch::Dashboard", "Properties": properties}}


def _graphs(home: Home) -> list[tuple[str, str, list[Metric]]]:
    """Title, statistic and metrics of each graph."""
    names = home.names
    waiting = "ApproximateNumberOfMessagesVisible"
    own, dead = (names.deliveries_queue, names.jobs_queue), (names.dead_letters_queue, names.dead_jobs_queue)
    api = ["ApiName", APP, "Stage", home.stage]
    return [
        ("Deliveries", "Sum", _own(home, "Accepted", "Handled", "Retried", "PutOff", "DeadLettered")),
        ("Delivery age, the slowest 1 %, milliseconds", "p99", _own(home, "DeliveryAge")),
        ("Refused requests and cold starts", "Sum", _own(home, "Refused", "ColdStarts")),
        ("Requests and errors", "Sum", [["AWS/ApiGateway", each, *api] for each in ("Count", "4XXError", "5XXError")]),
        ("Answer time, the slowest 1 %", "p99", [["AWS/ApiGateway", "Latency", *api]]),
        ("Oldest message, seconds", "Maximum", _queues("ApproximateAgeOfOldestMessage", *own)),
        ("Waiting messages", "Maximum", _queues(waiting, *own)),
        ("Dead letters", "Maximum", _queues(waiting, *dead)),
        ("Functions: calls", "Sum", _functions(home, "Invocations")),
        ("Functions: errors", "Sum", _functions(home, "Errors")),
        ("Functions: time, the slowest 1 %", "p99", _functions(home, "Duration")),
        ("Functions: at a time", "Maximum", _functions(home, "ConcurrentExecutions")),
        ("Functions: throttled", "Sum", _functions(home, "Throttles")),
    ]


def _own(home: Home, *metrics: str) -> list[Metric]:
    return [[NAMESPACE, metric, "stage", home.stage] for metric in metrics]


def _queues(metric: str, *names: str) -> list[Metric]:
    return [["AWS/SQS", metric, "QueueName", name] for name in names]


def _functions(home: Home, metric: str) -> list[Metric]:
    return [["AWS/Lambda", metric, "FunctionName", name] for name in functions(home.stage).values()]
