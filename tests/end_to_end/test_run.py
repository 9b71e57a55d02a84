"""`make run`, that is `python -m devkit run`: as a person meets it, in a copy of the project."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from types import TracebackType
from typing import Any, Self

import boto3
import pytest
import urllib3

from chalicelib.connect.settings import Resources
from devkit.cloud import CREDENTIALS, REGION
from tests.end_to_end.client import eventually
from tests.end_to_end.project import Project

HTTP = urllib3.PoolManager(retries=False, timeout=20)
START_SECONDS = 60


def tenants(project: Project) -> list[Any]:
    """What the app knows of the sites that have it."""
    dynamodb = boto3.client(
        "dynamodb",
        endpoint_url=f"http://127.0.0.1:{project.cloud_port}",
        region_name=REGION,
        aws_access_key_id=CREDENTIALS,
        aws_secret_access_key=CREDENTIALS,
    )
    items: list[Any] = dynamodb.scan(TableName=Resources("local").tenants_table)["Items"]
    return items


class Run:
    """One run of the command."""

    def __init__(self, project: Project, **environment: str) -> None:
        self.project = project
        self.started = time.monotonic()
        self._output = project.folder.with_name("output")
        self._errors = project.folder.with_name("errors")
        with self._output.open("wb") as output, self._errors.open("wb") as errors:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "devkit", "run"],
                cwd=project.folder,
                env={
                    **os.environ,
                    "DORMOUSE_CLOUD_PORT": str(project.cloud_port),
                    "DORMOUSE_JIRA_PORT": str(project.jira_port),
                    **environment,
                },
                stdout=output,
                stderr=errors,
                start_new_session=True,
            )

    @property
    def output(self) -> str:
        """What it has printed."""
        return self._output.read_text()

    @property
    def errors(self) -> str:
        """What it has printed as an error."""
        return self._errors.read_text()

    def line(self, pattern: str, seconds: float = START_SECONDS) -> re.Match[str]:
        """Wait for a line; its match."""

        def found() -> re.Match[str] | None:
            match = re.search(pattern, self.output, re.MULTILINE)
            assert match or self.process.poll() is None, self.errors
            return match

        match: re.Match[str] = eventually(found, seconds)
        return match

    def stop(self, name: signal.Signals = signal.SIGTERM) -> float:
        """Send a signal and wait for the end; the seconds that it took."""
        started = time.monotonic()
        # To the whole group, as a terminal does on Ctrl-C.
        os.killpg(self.process.pid, name)
        self.process.wait(10)
        return time.monotonic() - started

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(10)


@pytest.fixture(autouse=True)
def _nothing_is_left_running(project: Project) -> Iterator[None]:
    yield
    eventually(lambda: project.left_over() == [], 5)


def test_it_starts_prints_both_addresses_and_stops_on_sigterm(project: Project) -> None:
    with Run(project, CONNECT_INSTALL_KEYS_URL="http://127.0.0.1:9191", AWS_PROFILE="nobody") as run:
        app_url = run.line(r"^App: (\S+)$")[1]
        jira_url = run.line(r"^Jira: (\S+)$")[1]

        assert app_url == (
            f"http://127.0.0.1:{project.cloud_port}/_aws/execute-api/dormouse/local/atlassian-connect.json"
        )
        assert jira_url.rstrip("/") == f"http://localhost:{project.jira_port}"
        assert HTTP.request("GET", app_url).json()["authentication"] == {"type": "jwt"}
        assert HTTP.request("GET", jira_url).status == 200
        assert run.line(r"^installed ")
        assert len(tenants(project)) == 1
        config = json.loads((project.folder / ".dormouse/local/project/.chalice/config.json").read_text())
        assert config["stages"]["local"]["environment_variables"]["CONNECT_INSTALL_KEYS_URL"] == (
            f"http://127.0.0.1:9191,http://localhost:{project.jira_port}/install-keys"
        )

        assert run.stop() < 5
        assert run.process.returncode == 0
        assert run.errors == ""


def test_a_second_start_is_fast_keeps_the_state_and_ctrl_c_stops_it(project: Project) -> None:
    with Run(project, CONNECT_INSTALL_KEYS_URL="http://127.0.0.1:9191") as run:
        run.line("^Jira: ")
        seconds = time.monotonic() - run.started
        assert "nothing has changed" in run.output
        # 2 s on an idle machine; the promise is 10.
        assert seconds < 10
        assert len(tenants(project)) == 1

        assert run.stop(signal.SIGINT) < 5
        assert run.process.returncode == 0


def test_what_changes_is_deployed_and_what_is_broken_leaves_the_former_version_running(project: Project) -> None:
    with Run(project) as run:
        app_url = run.line(r"^App: (\S+)$")[1]
        run.line("^Jira: ")
        whole = (project.folder / "app.py").read_text()
        broken = r"^app.py changed, but the former version keeps running. The deploy failed: app.py, line \d+: "

        project.append("app.py", "\ndef (\n")
        run.line(broken + "invalid syntax")
        assert HTTP.request("GET", app_url).status == 200

        (project.folder / "app.py").write_text(whole + "\n# changed\n")
        run.line(r"^app.py changed: deployed in \d+\.\d s\.$")
        assert HTTP.request("GET", app_url).status == 200

        handlers = "chalicelib/time_in_status/handlers.py"
        project.append(
            handlers, '\n\n@events.on("comment_created")\ndef comment(delivery: Delivery) -> None:\n    pass\n'
        )
        run.line(rf"^{handlers} changed: deployed in \d+\.\d s\.$")
        apps = HTTP.request("GET", f"http://localhost:{project.jira_port}/stand-in/apps").json()
        assert "comment_created" in {module["event"] for module in apps[0]["modules"]}

        project.append("static_site/issue-panel.js", "// changed\n")
        run.line(r"^static_site/issue-panel.js changed: uploaded in \d+\.\d s\.$")


def test_an_app_that_is_broken_from_the_start_is_said_to_be_so_and_nothing_is_left_running(project: Project) -> None:
    whole = (project.folder / "app.py").read_text()
    project.append("app.py", "\nraise ValueError('of no use')\n")
    try:
        with Run(project) as run:
            assert run.process.wait(START_SECONDS) == 1
            assert re.fullmatch(
                r"The deploy failed: app.py, line \d+: ValueError: of no use \(all of it: .*deploy\.log\)\n", run.errors
            )
    finally:
        (project.folder / "app.py").write_text(whole)


@pytest.mark.parametrize("setting", ["DORMOUSE_CLOUD_PORT", "DORMOUSE_JIRA_PORT"])
def test_a_port_that_is_taken_is_said_to_be_so_and_nothing_is_left_running(project: Project, setting: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with Run(project, **{setting: str(port)}) as run:
            assert run.process.wait(20) == 1
            assert re.fullmatch(
                rf"Port {port} is in use: stop what listens there, or run `{setting}=\d+ make run`\.\n", run.errors
            )


def test_a_second_run_in_the_same_folder_is_refused(project: Project) -> None:
    with Run(project) as first:
        first.line("Embedded AWS started")
        (project.folder.with_name("errors")).rename(project.folder.with_name("errors of the first"))
        with Run(project) as second:
            assert second.process.wait(20) == 1
            assert second.errors == f"Dormouse runs here already, as process {first.process.pid}: stop it first.\n"


def test_a_signal_while_chalice_deploys_stops_everything_and_the_next_start_deploys(project: Project) -> None:
    project.append("app.py", "\n# changed once more\n")
    with Run(project) as run:
        run.line("Static site uploaded")
        time.sleep(0.3)
        assert run.stop() < 5
        assert run.process.returncode == 0
        assert "App:" not in run.output

    with Run(project) as run:
        run.line("^Jira: ")
        assert "App deployed by chalice\n" in run.output


@pytest.mark.parametrize(
    ("part", "name"), [("devkit.cloud.launcher", "The embedded AWS"), ("devkit jira", "The stand-in for Jira")]
)
def test_a_part_that_dies_is_named_and_the_rest_is_stopped(project: Project, part: str, name: str) -> None:
    with Run(project) as run:
        run.line("^Jira: ")
        listed = subprocess.run(
            ["ps", "-A", "-ww", "-o", "pid=,ppid=,args="], capture_output=True, text=True, check=True
        ).stdout
        rows = [line.split(None, 2) for line in listed.splitlines()]
        (pid,) = [int(pid) for pid, parent, args in rows if int(parent) == run.process.pid and part in args]
        os.kill(pid, signal.SIGKILL)

        assert run.process.wait(10) == 1
        assert run.errors.startswith(f"{name} was ended by SIGKILL: ")
