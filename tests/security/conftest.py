"""What the tests of security share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.strategies import SearchStrategy

from tests.security.mixing import MIXED_EACH, Fuzz, mixed, told, watched
from tests.unit.bench import Bench


@pytest.fixture
def bench() -> Bench:
    """The routes of an app, with a tenant that has it installed."""
    bench = Bench()
    assert bench.install()[0] == 204
    return bench


@pytest.fixture(scope="session")
def tried() -> Iterator[list[int]]:
    """How many inputs each target has been given; their sum is printed at the end."""
    numbers: list[int] = []
    yield numbers
    print(f"\n{'all of them':60} {sum(numbers):9,}: no 5xx, nothing unhandled, no forbidden change")  # noqa: T201


@pytest.fixture
def fuzz(pytestconfig: pytest.Config, request: pytest.FixtureRequest, tried: list[int]) -> Iterator[Fuzz]:
    """Tries as many inputs as the command line says, and prints how many it were; a logged failure is one here too."""
    number = int(pytestconfig.getoption("--fuzz-inputs"))

    def draw(inputs: SearchStrategy[Any], check: Callable[[Any], None]) -> None:
        drawn: list[Any] = []
        check = unhandled.after(check)

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
        tried.append(len(drawn) + made)

    with watched() as unhandled:
        yield draw
