"""What the tests of security share."""

from __future__ import annotations

import pytest

from tests.unit.bench import Bench


@pytest.fixture
def bench() -> Bench:
    """The routes of an app, with a tenant that has it installed."""
    bench = Bench()
    assert bench.install()[0] == 204
    return bench
