"""The part ``warm``: what a function that is awake takes for one more event, on one core.

Its processor time is taken apart into that of calls to AWS and that of all else; the calls go to a stub that answers at
once, in another process, and then to the embedded AWS.
"""

from __future__ import annotations

import json
import statistics
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from devkit.bench import warm_driver
from devkit.bench.figures import Table
from devkit.bench.paths import Path as AppPath
from devkit.cloud import ACCOUNT, REGION
from devkit.errors import DevkitError

WARM_UP = 30
"""Events that are not measured."""

SECONDS = 120
"""How long one path may take."""

COLUMNS = [
    *("path", "events/s per core", "CPU ms", "of it outside AWS", "AWS calls"),
    *("median ms", "95 % ms", "99 % ms"),
]


@dataclass(frozen=True, slots=True)
class Way:
    """One path, and how its events are made, each from its number: no two deliveries are the same."""

    path: AppPath
    event: Callable[[int], Mapping[str, Any]]
    each: int = 1
    """How many deliveries are in an event."""
    environment: Mapping[str, str] | None = None
    """What differs from the usual environment."""


@dataclass(frozen=True, slots=True)
class Warm:
    """What one path took; times in milliseconds, each for one request or delivery."""

    name: str
    cpu: float
    outside: float
    calls: float
    walls: list[float]

    def percentile(self, share: int) -> float:
        """The time within which so many of a hundred were answered."""
        return statistics.quantiles(self.walls, n=100, method="inclusive")[share - 1]


def drive(python: Path, task: Path, way: Way, environment: Mapping[str, str], number: int, work: Path) -> Warm:
    """Has one process answer `number` events of a way, after a few that warm it up. Raises `DevkitError`."""
    name = way.path.handler.split(".")[0]
    asked = {
        "handler": way.path.handler,
        "function": f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{name}",
        "first": [way.event(each) for each in range(WARM_UP)],
        "events": [way.event(WARM_UP + each) for each in range(number)],
    }
    target = work / "warm.json"
    target.unlink(missing_ok=True)
    done = subprocess.run(
        ["taskset", "-c", "0", python, warm_driver.__file__, target],
        input=json.dumps(asked),
        cwd=task,
        env={"PATH": "/usr/bin:/bin", "AWS_LAMBDA_FUNCTION_NAME": name, **environment, **(way.environment or {})},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    if not target.exists():
        raise DevkitError(f"{way.path.name} ended without a result: {done.stderr[-2_000:]}")
    found = json.loads(target.read_text())
    if wrong := [answer for answer in found["answers"] if not way.path.is_right(answer)]:
        raise DevkitError(f"{way.path.name} was answered with {wrong[0]}")
    return _warm(way, found, number * way.each)


def _warm(way: Way, found: Mapping[str, Any], number: int) -> Warm:
    return Warm(
        name=way.path.name,
        cpu=found["cpu"] * 1000 / number,
        outside=(found["cpu"] - found["aws_cpu"]) * 1000 / number,
        calls=found["aws_calls"] / number,
        walls=[wall * 1000 / way.each for wall in found["walls"]],
    )


def table(title: str, found: Sequence[Warm]) -> Table:
    """The figures as they are shown."""
    return Table(
        title,
        COLUMNS,
        [
            [
                each.name,
                f"{1000 / each.cpu:,.0f}",
                f"{each.cpu:.2f}",
                f"{each.outside:.2f}",
                f"{each.calls:.1f}",
                *(f"{each.percentile(share):.2f}" for share in (50, 95, 99)),
            ]
            for each in found
        ],
    )
