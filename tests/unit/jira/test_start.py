"""What an app is told when the stand-in starts with the state of an earlier run."""

from __future__ import annotations

import asyncio
import socket
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

    def start(self, *, disable: bool = False) -> list[str]:
        """One run, which sees to it that the app is installed; gives the calls that the app got."""

        async def run() -> None:
            server = Server(self.port, self.folder)
            await server.start()
            try:
                await server.apps.ensure(self.app.descriptor_url)
                if disable:
                    await server.apps.enable(KEY, enabled=False)
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
