"""The stack of the drills, and the table of what they have come to."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator

import pytest

from devkit.cloud.embedded import EmbeddedCloud
from devkit.processes import free_port
from tests.drills.drill import Drill
from tests.drills.relay import Relay
from tests.drills.report import table
from tests.drills.stack import Stack
from tests.key_server import KeyServer

FEW = 60
"""How many webhooks there are in a drill of `make test`."""

DRILL = "drill"
"""The property of a test's report that holds its row of the table; the reports may come from several processes."""


@pytest.fixture(scope="package")
def keys() -> Iterator[KeyServer]:
    """The host of install keys that the drilled app trusts."""
    with KeyServer() as server:
        yield server


@pytest.fixture(scope="package")
def stack(keys: KeyServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """The drilled stack, deployed once for all drills."""
    folder = tmp_path_factory.mktemp("drills")
    with EmbeddedCloud(folder / "state", free_port(), folder / "cloud.log") as cloud:
        made = Stack(cloud, keys.url, folder)
        made.deploy()
        yield made


@pytest.fixture
def number(pytestconfig: pytest.Config) -> int:
    """How many webhooks a drill has."""
    return pytestconfig.getoption("--drill") or FEW


@pytest.fixture
def drill(stack: Stack, number: int, record_property: Callable[[str, object], None]) -> Iterator[Drill]:
    """A site of the test's own, with its webhooks; what comes of them is a row of the table."""
    random.seed(number)
    made = Drill(stack, number)
    yield made
    if made.report:
        record_property(DRILL, made.report.row())


@pytest.fixture
def relayed(stack: Stack) -> Iterator[Callable[[str], Relay]]:
    """Send the app to a service of AWS through a relay; its name is such as ``dynamodb``."""
    relays: list[Relay] = []

    def relay(service: str) -> Relay:
        made = Relay(stack.cloud.port).__enter__()
        relays.append(made)
        stack.deploy(**{f"AWS_ENDPOINT_URL_{service.upper()}": made.url})
        return made

    yield relay
    stack.deploy()
    for each in relays:
        each.__exit__(None, None, None)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """The table, as docs/drills.md has it."""
    # A fixture is torn down after its test's result is known: what it has recorded comes with the report of that.
    reports = (each for same in terminalreporter.stats.values() for each in same if isinstance(each, pytest.TestReport))
    rows = [str(value) for each in reports for name, value in each.user_properties if name == DRILL]
    if rows:
        terminalreporter.write_sep("-", "drills")
        terminalreporter.write_line(table(rows))
