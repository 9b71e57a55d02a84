"""The stand-in beside Atlassian's own packages for Node. `make peers` alone runs these: they want Node and npm."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from devkit.jira.host import JiraHost
from tests.browser.conftest import browser, page
from tests.peers import node
from tests.peers.node import ExpressApp
from tests.peers.outcomes import Outcomes

__all__ = ["browser", "page"]

_OUTCOMES = pytest.StashKey[Outcomes]()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Without ``--peers``, leave these out: they are no part of `make test`."""
    mine = [item for item in items if Path(__file__).parent in item.path.parents]
    if not config.getoption("--peers"):
        config.hook.pytest_deselected(items=mine)
        items[:] = [item for item in items if item not in mine]
    elif node.MISSING:
        for item in mine:
            item.add_marker(pytest.mark.skip(reason=f"there is no {' and no '.join(node.MISSING)} on the PATH"))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """The table of the scenario; and a loud word where nothing was run."""
    if outcomes := config.stash.get(_OUTCOMES, None):
        terminalreporter.write_sep("=", "one scenario, two apps")
        for line in outcomes.table():
            terminalreporter.write_line(line)
    if config.getoption("--peers") and node.MISSING:
        terminalreporter.write_sep("!", "THE STAND-IN WAS COMPARED WITH NOTHING", red=True, bold=True)
        terminalreporter.write_line(
            f"There is no {' and no '.join(node.MISSING)} on this machine. On Debian and Ubuntu: "
            f"`apt-get install nodejs npm`. Nothing that Dormouse ships needs them."
        )


@pytest.fixture(scope="session")
def packages() -> Path:
    """The folder with what npm has installed."""
    return node.packages()


@pytest.fixture(scope="session")
def outcomes(pytestconfig: pytest.Config) -> Outcomes:
    """What each app did in each step of the scenario; shown at the end."""
    return pytestconfig.stash.setdefault(_OUTCOMES, Outcomes())


@pytest.fixture(scope="module")
def jira() -> Iterator[JiraHost]:
    """A site of the module's own."""
    with JiraHost() as jira:
        yield jira


@pytest.fixture(scope="module")
def express(jira: JiraHost, packages: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ExpressApp]:
    """The app on Node, not yet installed on the site."""
    with ExpressApp(packages, jira.url, tmp_path_factory.mktemp("express") / "log") as app:
        yield app
