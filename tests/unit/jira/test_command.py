"""The command line: it says when it serves, installs by itself, warns in one line, and stops at once."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from http.client import HTTPConnection
from pathlib import Path

import pytest

from devkit.jira import main
from devkit.jira.keys import InstallKeys
from devkit.jira.store import Store
from tests.unit.jira.fake_app import FakeApp

ROOT = Path(__file__).parents[3]


def free_port(sites: int = 1) -> int:
    """The first of as many free ports side by side as there are `sites`."""
    while True:
        with ExitStack() as probes, suppress(OSError):
            port = 0
            for site in range(sites):
                probe = probes.enter_context(socket.socket())
                probe.bind(("127.0.0.1", port + site if port else 0))
                port = port or int(probe.getsockname()[1])
            return port


@contextmanager
def running(*arguments: str) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "devkit.jira", *arguments]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert process.stdout
    try:
        yield process
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def line(process: subprocess.Popen[str]) -> str:
    assert process.stdout
    return process.stdout.readline().strip()


def test_it_serves_installs_and_stops_at_once_on_sigterm(tmp_path: Path) -> None:
    port = free_port()
    with FakeApp(f"http://127.0.0.1:{port}/install-keys") as app:
        arguments = ("--port", str(port), "--state", str(tmp_path), "--install", app.descriptor_url)
        with running(*arguments) as process:
            assert line(process) == f"ready http://localhost:{port}"
            assert line(process) == f"installed fake-app from {app.descriptor_url}"
            page = HTTPConnection("127.0.0.1", port, timeout=5)
            page.request("GET", "/stand-in/live", headers={"Host": f"localhost:{port}"})
            assert page.getresponse().status == 200
            began = time.monotonic()
            process.send_signal(signal.SIGTERM)
            assert process.wait(5) == 0
            assert time.monotonic() - began < 2, "a page that is open does not hold it up"
            page.close()
        assert [call.path for call in app.calls] == ["/installed", "/enabled"]


def test_a_site_that_is_added_later_signs_with_the_key_that_the_app_reads_at_the_first(tmp_path: Path) -> None:
    store = Store(tmp_path)
    InstallKeys(store).rotate()
    store.close()
    port = free_port(sites=2)
    arguments = ("--port", str(port), "--sites", "2", "--state", str(tmp_path))
    with FakeApp(f"http://127.0.0.1:{port}/install-keys") as app, running(*arguments, app.descriptor_url) as process:
        assert [line(process) for _ in range(2)] == [f"ready http://localhost:{port + site}" for site in range(2)]
        assert [line(process) for _ in range(2)] == [f"installed fake-app from {app.descriptor_url}"] * 2
        assert len({call.json["clientKey"] for call in app.calls if call.path == "/installed"}) == 2


def test_an_install_that_fails_is_one_warning_and_it_goes_on(tmp_path: Path) -> None:
    port = free_port()
    with FakeApp(extra={"scopes": ["FLY"]}) as app, running("--port", str(port), app.descriptor_url) as process:
        assert line(process) == f"ready http://localhost:{port}"
        said = line(process)
        assert said.startswith(f"warning: {app.descriptor_url} is not installed: Line 1, column ")
        assert said.endswith("scopes holds 'FLY', which is no scope.")
        assert process.poll() is None
        process.send_signal(signal.SIGINT)
        assert process.wait(5) == 0


def test_a_port_that_is_taken_is_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert main(["--port", str(port)]) == 1
    assert f"The stand-in for Jira can not start on port {port}: " in capsys.readouterr().err


def test_what_would_keep_a_page_from_being_shown_is_warned_of_once_the_app_is_there() -> None:
    port = free_port()
    modules = {"generalPages": [{"key": "page", "name": {"value": "Page"}, "url": "/panel"}]}
    with (
        FakeApp(f"http://127.0.0.1:{port}/install-keys", f"http://localhost:{port}/all.js", modules) as app,
        running("--port", str(port), app.descriptor_url) as process,
    ):
        app.page_headers = {"X-Frame-Options": "DENY"}
        assert [line(process).split()[0] for _ in range(2)] == ["ready", "installed"]
        said = line(process)
        assert said.startswith("warning: fake-app, page: ")
        assert "X-Frame-Options" in said
