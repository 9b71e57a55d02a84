"""What the unit tests share."""

from __future__ import annotations

import pytest

from tests.unit.bench import Bench


@pytest.fixture
def bench() -> Bench:
    return Bench()
