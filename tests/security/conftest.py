"""What the tests of security share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.unit.bench import Bench
from tests.unit.calls.calls import Calls
from tests.unit.calls.jira_server import JiraServer


@pytest.fixture
def bench() -> Bench:
    """The routes of an app, with a tenant that has it installed."""
    bench = Bench()
    assert bench.install()[0] == 204
    return bench


@pytest.fixture
def server() -> Iterator[JiraServer]:
    server = JiraServer()
    yield server
    server.close()


@pytest.fixture
def calls(server: JiraServer) -> Calls:
    return Calls(server)
