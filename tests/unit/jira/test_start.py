"""What an app is told when the stand-in starts with the state of an earlier run."""

from __future__ import annotations

import asyncio
import socket
from collections import deque
from pathlib import Path

import pytest

from devkit.jira.server import Server
from tests.unit.jira.fake_app import KEY, FakeApp


class Runs:
    """Runs of one stand-in, one after the other, over the same state and on the same port."""

    def __init__(self, folder: Path, app: FakeApp) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.folder = folder
        self.app = app
        app.keys_url = f"http://127.0.0.1:{self.port}/install-keys"

    def start(self, *, disable: bool = False, create: bool = False, lapse: float = 60.0) -> list[str]:
        """One run, which sees to it that the app is installed; gives the calls that the app got.

        With `create` an issue is created, too; with a large `lapse` all webhooks are seen through.
        """

        async def run() -> None:
            server = Server(self.port, self.folder, lapse=lapse)
            await server.start()
            try:
                await server.apps.ensure(self.app.descriptor_url)
                if disable:
                    await server.apps.enable(KEY, enabled=False)
                if create:
                    server.site.create_issue("A burrow", by=server.site.current_user)
                    await asyncio.sleep(0.2)
                if lapse > 60:
                    await server.webhooks.idle()
            finally:
                await server.stop()

        before = len(self.app.calls)
        asyncio.run(run())
        return [call.path for call in self.app.calls[before:]]


@pytest.fixture
def runs(tmp_path: Path, app: FakeApp) -> Runs:
    return Runs(tmp_path, app)


def test_the_first_start_installs_the_app(runs: Runs) -> None:
    assert runs.start() == ["/installed", "/enabled"]


def test_a_later_start_only_asks_whether_the_app_knows_the_site(runs: Runs) -> None:
    runs.start()
    secrets = dict(runs.app.secrets)
    assert runs.start() == ["/enabled"]
    assert runs.app.secrets == secrets
    assert runs.app.refused == []


def test_an_app_that_has_forgotten_the_site_is_told_anew_with_the_same_secret(runs: Runs) -> None:
    runs.start()
    secrets = dict(runs.app.secrets)
    runs.app.secrets.clear()
    assert runs.start() == ["/installed", "/enabled"]
    assert runs.app.secrets == secrets


def test_a_changed_descriptor_is_taken_with_a_new_installed(runs: Runs) -> None:
    runs.start()
    runs.app.extra = {"description": "Newer"}
    assert runs.start() == ["/installed", "/enabled"]
    assert runs.start() == ["/enabled"]


def test_an_app_that_was_switched_off_stays_so(runs: Runs) -> None:
    runs.start(disable=True)
    assert runs.start() == []
    runs.app.extra = {"description": "Newer"}
    assert runs.start() == ["/installed"]


def test_a_webhook_that_waits_for_its_retry_is_not_forgotten(runs: Runs) -> None:
    path = "/webhooks/jira:issue_created"
    runs.app.answers[path] = deque([503, 503])
    assert runs.start(create=True) == ["/installed", "/enabled", path]
    assert runs.start(lapse=60_000).count(path) == 2
    calls = runs.app.calls_to(path)
    assert len({call.headers["x-atlassian-webhook-identifier"] for call in calls}) == 1
    assert [call.headers.get("x-atlassian-webhook-retry") for call in calls] == [None, "1", "2"]
    assert runs.start(lapse=60_000) == ["/enabled"]
