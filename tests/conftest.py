"""What all tests share: one embedded cloud for the whole session, and a loud word about what was left out."""

from __future__ import annotations

from collections import deque
from collections.abc import Generator, Iterator

import pytest
from hypothesis import settings

from devkit.cloud.embedded import EmbeddedCloud, forget_users_aws
from devkit.processes import free_port
from tests import tokens

pytest_plugins = ["tests.deployed_app", "tests.unit.calls.fixtures"]

# How long an example takes says more of the machine than of the code: hypothesis is not to judge by it.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

NOT_IN_LOGS = (tokens.SECRET, "jwt=", "eyJ")
"""The last is base64 of what the JSON of a token's header begins with."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """How large the tests are that can be made larger: by default so that each takes seconds."""
    parser.addoption(
        "--fuzz-inputs", type=int, default=100, help="inputs of each target of tests/security/test_fuzz.py"
    )
    parser.addoption("--bad-requests", type=int, default=200, help="requests of each kind in the test of a flood")
    parser.addoption("--flood", type=int, default=1_000, help="deliveries of the noisy tenant in the fairness test")
    parser.addoption("--write-headers", action="store_true", help="write the table of headers into docs/security.md")
    parser.addoption("--peers", action="store_true", help="compare the stand-in for Jira with packages for Node")
    parser.addoption("--drill", type=int, help="webhooks in each drill, and all drills; else few, and the quick ones")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Without `--drill`, leave out the tests that take long whatever their number of webhooks."""
    if config.getoption("--drill") is None:
        left_out = [item for item in items if item.get_closest_marker("long_drill")]
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]


@pytest.fixture(scope="session", autouse=True)
def _nobodys_aws() -> None:
    """Whatever AWS settings the shell has: no test is to meet them."""
    forget_users_aws()


@pytest.fixture(scope="session", autouse=True)
def _no_secret_in_any_log(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """When all tests are over, no log of theirs holds a shared secret, a token or the place of one: neither what
    functions have printed, wherever they were deployed, nor what the embedded AWS, the stand-in and commands write."""
    yield
    found = [
        f"{log}:{number}"  # and not the line: this is a log, too
        for log in sorted(tmp_path_factory.getbasetemp().rglob("*.log"))
        for number, line in enumerate(log.read_text(errors="replace").splitlines(), 1)
        if any(each in line for each in NOT_IN_LOGS)
    ]
    assert found == [], "logs hold what they must not"


CLOUD = pytest.StashKey[EmbeddedCloud]()


@pytest.fixture(scope="session")
def cloud(pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedCloud]:
    """The embedded AWS, empty at the start of the session; its log is shown where it does not start."""
    folder = tmp_path_factory.mktemp("cloud")
    with EmbeddedCloud(folder / "state", free_port(), folder / "cloud.log") as cloud:
        pytestconfig.stash[CLOUD] = cloud
        yield cloud


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Below a test that failed, what the functions on the embedded AWS said last: a 503 has its reason only there."""
    report = yield
    if report.failed and (cloud := item.config.stash.get(CLOUD, None)) and cloud.functions_log.is_file():
        with cloud.functions_log.open(encoding="utf-8", errors="replace") as log:
            report.sections.append(("The functions' last words", "".join(deque(log, maxlen=20))))
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say it loudly where the browser tests were skipped: a quiet skip would look like a pass."""
    skipped = [report for report in terminalreporter.stats.get("skipped", []) if "tests/browser/" in report.nodeid]
    if skipped:
        terminalreporter.write_sep("!", "THE BROWSER TESTS DID NOT RUN", red=True, bold=True)
        terminalreporter.write_line(
            f"{len(skipped)} browser tests were skipped: there is no Chromium on this machine. On Debian and Ubuntu: "
            "`apt-get install chromium`. The first of them said:"
        )
        reason = skipped[0].longrepr
        terminalreporter.write_line(f"  {reason[2] if isinstance(reason, tuple) else reason}")
