"""A Jira of the test's own, and a client that calls it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.unit.calls.calls import Calls
from tests.unit.calls.jira_server import JiraServer


@pytest.fixture
def server() -> Iterator[JiraServer]:
    server = JiraServer()
    yield server
    server.close()


@pytest.fixture
def calls(server: JiraServer) -> Calls:
    return Calls(server)
