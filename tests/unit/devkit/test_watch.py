"""What is shown of a stage that runs, and what it costs."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from datetime import UTC, datetime
from typing import Any

import pytest

from chalicelib.connect.settings import Resources
from devkit.cost.command import BEGIN, END, figures
from devkit.cost.usage import Usage
from devkit.cost.webhook import billed, idle, million
from devkit.deploy.template import Home
from devkit.places import ROOT
from devkit.watch.log_lines import LogLine


def shown(text: object) -> str:
    """How a line of the worker is shown that was printed at the beginning of 2026."""
    printed = text if isinstance(text, str) else json.dumps(text)
    return LogLine(1_767_225_600.0, "Worker", printed, "1").shown()


def test_a_line_of_the_app_is_shown_with_its_fields_by_name() -> None:
    line = {"level": "INFO", "message": "handled", "tenant": "site-1", "delivery": "d-1", "_aws": {"Timestamp": 1}}
    assert shown(line) == "2026-01-01 00:00:00  Worker      INFO     handled  tenant=site-1  delivery=d-1"


def test_of_an_exception_its_last_line_is_shown() -> None:
    trace = "Traceback (most recent call last):\n  File x\nKeyError: 'status'\n"
    assert shown({"level": "ERROR", "message": "delivery failed", "exception": trace}).endswith("KeyError: 'status'")


@pytest.mark.parametrize("text", ["REPORT RequestId: 1 Duration: 3 ms\n", "[1, 2]", '"a"', "{", '{"no": "level"}'])
def test_a_line_that_is_not_the_apps_is_shown_as_it_is(text: str) -> None:
    assert shown(text) == f"2026-01-01 00:00:00  Worker      {text.strip()}"


def test_nothing_that_a_terminal_would_obey_is_shown() -> None:
    assert "\x1b" not in shown({"level": "INFO", "message": "\x1b[2J", "tenant": "\x1b"})


def test_who_reads_no_further_as_head_does_sees_no_traceback() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-m", "devkit", "cost"]
    done = subprocess.run(command, cwd=ROOT, stdout=writing, stderr=subprocess.PIPE, text=True, check=False)
    os.close(writing)
    assert (done.returncode, done.stderr) == (1, "")


def test_the_figures_in_the_document_are_those_that_the_script_computes() -> None:
    document = (ROOT / "docs/cost.md").read_text(encoding="utf-8")
    assert document.partition(BEGIN)[2].partition(END)[0].strip() == figures()


def test_an_idle_month_costs_cents_apart_from_alarms() -> None:
    lines = idle(Home(Resources("prod"), "111122223333", "us-east-1"))
    assert sum(dollars for what, _, dollars in lines if what != "Alarms") < 1


def test_less_memory_than_a_core_has_makes_it_slower_and_a_call_to_aws_takes_its_time() -> None:
    assert billed(0.010, 0) == pytest.approx(0.010 * 1_769 / 512)
    assert billed(0.0, 2) == pytest.approx(0.012)


class Million:
    """An AWS whose CloudWatch has counted a million of everything that there is to count of one queue."""

    def __init__(self, queue: str) -> None:
        self._queue = queue
        self.environment: dict[str, str] = {}

    def client(self, service: str) -> Any:
        return self

    def get_metric_statistics(self, *, Dimensions: list[dict[str, str]], **_: Any) -> dict[str, Any]:  # noqa: N803
        counted = {"Name": "QueueName", "Value": self._queue} in Dimensions
        return {"Datapoints": [{"Sum": 1e6}] if counted else []}


@pytest.mark.parametrize(("queue", "dollars"), [("deliveries", 3 * 0.50 + 0.40), ("jobs", 4 * 0.40)])
def test_what_was_used_of_a_fair_queue_has_its_price(queue: str, dollars: float) -> None:
    place = Home(Resources("prod"), "111122223333", "us-east-1")
    names = {"deliveries": place.names.deliveries_queue, "jobs": place.names.jobs_queue}
    used = Usage(Million(names[queue]), place, datetime.now(UTC)).lines()
    ((calls, price),) = [(calls, price) for what, calls, price in used if what == "SQS"]
    assert calls == "4,000,000 calls"
    assert price == pytest.approx(dollars)


def test_each_part_of_a_million_webhooks_is_named_once() -> None:
    names = [what for what, _, _ in million()]
    assert len(set(names)) == len(names)
    assert all(re.search(r"\w", why) and dollars > 0 for _, why, dollars in million())
