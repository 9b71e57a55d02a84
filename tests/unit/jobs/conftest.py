"""A job that has been started."""

from __future__ import annotations

import pytest

from tests.unit.jobs.bench import Bench


@pytest.fixture
def bench() -> Bench:
    bench = Bench()
    assert bench.start(input={"of": "ten"})
    return bench
