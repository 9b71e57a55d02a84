"""What the tests of security share."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.strategies import SearchStrategy

from tests.security.mixing import MIXED_EACH, Fuzz, mixed, told
from tests.unit.bench import Bench


@pytest.fixture
def bench() -> Bench:
    """The routes of an app, with a tenant that has it installed."""
    bench = Bench()
    assert bench.install()[0] == 204
    return bench


@pytest.fixture
def fuzz(pytestconfig: pytest.Config, request: pytest.FixtureRequest) -> Iterator[Fuzz]:
    """Tries as many inputs as the command line says, and prints how many it were; nothing is logged meanwhile."""
    number = int(pytestconfig.getoption("--fuzz-inputs"))

    def draw(inputs: SearchStrategy[Any], check: Callable[[Any], None]) -> None:
        drawn: list[Any] = []

        @settings(
            max_examples=max(50, number // MIXED_EACH),
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.generate, Phase.shrink],
        )
        @given(inputs)
        def run(value: Any) -> None:
            drawn.append(value)
            check(value)

        run()
        made = max(0, number - len(drawn))
        for value in mixed(drawn, made, seed=number):
            with told(value):
                check(value)
        name = request.node.name.removeprefix("test_")
        print(f"\n{name:60} {len(drawn):9,} drawn, {made:9,} mixed")  # noqa: T201

    logging.disable()
    yield draw
    logging.disable(logging.NOTSET)
