"""What a warm function takes is measured in its own process, by events of which each is answered as it should be."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from devkit.bench import paths
from devkit.bench.aws_stub import AwsStub
from devkit.bench.paths import TENANT, environment
from devkit.bench.warm import WARM_UP, Warm, Way, drive, table
from devkit.bench.warm_part import DELIVERY, aims
from devkit.errors import DevkitError
from tests.loaded_app import ROOT

WEBHOOK = Way(paths.Path("verified webhook", "app.app"), lambda number: paths.webhook_event(f"w-{number}"))


def test_a_path_is_driven_through_the_app_and_its_calls_are_told_from_all_else(tmp_path: Path) -> None:
    with AwsStub(TENANT).serving() as aws:
        found = drive(Path(sys.executable), ROOT, WEBHOOK, environment(aws.url), 5, tmp_path)

    assert aws.calls == ["GetItem", *["SendMessage"] * (WARM_UP + 5)]
    assert len(set(aws.sent)) == WARM_UP + 5
    assert found.calls == 1
    assert 0 < found.outside < found.cpu
    assert len(found.walls) == 5
    assert found.percentile(50) <= found.percentile(99)


def test_a_path_that_is_refused_is_not_measured(tmp_path: Path) -> None:
    with AwsStub({**TENANT, "sharedSecret": "another"}).serving() as aws, pytest.raises(DevkitError, match="401"):
        drive(Path(sys.executable), ROOT, WEBHOOK, environment(aws.url), 1, tmp_path)


def warm(name: str, *, outside: float, calls: float) -> Warm:
    """Figures of which only two matter."""
    return Warm(name, outside + 1, outside, calls, [1.0, 2.0, 3.0])


def test_the_calls_of_the_apps_own_handler_are_not_the_frameworks() -> None:
    found = [
        warm("descriptor", outside=0.2, calls=0),
        warm("verified webhook", outside=0.3, calls=1),
        warm(DELIVERY, outside=1, calls=4),
    ]
    assert [(aim.reached, aim.is_met) for aim in aims(found)] == [
        ("0.30 ms", True),
        ("0.20 ms", False),
        ("1.0", True),
        ("2.0", True),
    ]
    assert table("t", found[:1]).rows == [["descriptor", "833", "1.20", "0.20", "0.0", "2.00", "2.90", "2.98"]]
