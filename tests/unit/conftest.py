"""What the unit tests share."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest

from tests.unit.bench import Bench
from tests.unit.lines import Lines


@pytest.fixture
def bench() -> Bench:
    return Bench()


@pytest.fixture
def lines() -> Iterator[Lines]:
    made, log = Lines(), logging.getLogger("dormouse")
    level = log.level
    log.addHandler(made)
    log.setLevel(logging.INFO)
    yield made
    log.removeHandler(made)
    log.setLevel(level)
