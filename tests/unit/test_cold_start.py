"""What a cold start pays for: only what its first request needs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from devkit.bench.aws_stub import AwsStub
from devkit.bench.paths import TENANT, environment, paths
from tests.api_gateway import rest_event
from tests.loaded_app import ROOT, LoadedApp

DEAR = {"boto3", "botocore", "jwt", "cryptography", "urllib3", "requests"}
"""Packages whose import takes longer than all of Chalice's."""


SCRIPT = """
import json, sys
class Context:
    invoked_function_arn = "arn:aws:lambda:us-east-1:000000000000:function:api"
    def get_remaining_time_in_millis(self):
        return 30_000
import app
answer = eval(sys.argv[1])(json.load(sys.stdin), Context())
print(json.dumps(answer))
print(json.dumps(sorted({name.split(".")[0] for name in sys.modules})))
"""


def imported_by(event: dict[str, object]) -> set[str]:
    """Which dear packages a fresh process has imported after the app has answered `event`."""
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, "app.app"],
        input=json.dumps(event),
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
        env={**os.environ, "CONNECT_STAGE": "local", "CONNECT_BASE_URL": "http://127.0.0.1:1/x"},
    )
    return DEAR & set(json.loads(done.stdout.splitlines()[-1]))


@pytest.mark.parametrize(
    ("path", "calls"),
    [
        ("descriptor", []),
        ("verified webhook", ["GetItem", "SendMessage"]),
        ("first delivery", ["UpdateItem", "GetItem", "GetItem", "PutItem", "UpdateItem"]),
    ],
)
def test_a_cold_start_imports_nothing_dear_and_makes_no_call_too_many(path: str, calls: list[str]) -> None:
    (measured,) = (each for each in paths() if each.name == path)
    with AwsStub(TENANT).serving() as aws:
        done = subprocess.run(
            [sys.executable, "-c", SCRIPT, measured.handler],
            input=json.dumps(measured.event),
            capture_output=True,
            text=True,
            check=True,
            cwd=ROOT,
            env={**os.environ, **environment(aws.url)},
        )
    answer, imported = map(json.loads, done.stdout.splitlines()[-2:])
    assert measured.is_right(answer), answer
    assert DEAR & set(imported) == set()
    assert aws.calls == calls


def test_a_request_without_a_token_imports_nothing_dear() -> None:
    event = rest_event("POST", "/webhooks/jira:issue_updated", resource="/webhooks/{event}", body="{}")
    assert imported_by(event) == set()


def test_a_client_for_jira_is_handed_out_before_requests_is_loaded() -> None:
    script = (
        "import sys; from chalice.app import Chalice; from chalicelib.connect.events import Events; "
        "from chalicelib.connect.jobs import Jobs; from chalicelib.connect.services import Services; "
        "from chalicelib.connect.tenants import Tenant; from chalicelib.connect.wiring import Connect; "
        "services = Services(Connect(Chalice('x'), Events(), Jobs()), 'us-east-1', '000000000000'); "
        "tenant = Tenant(client_key='1', shared_secret='s', base_url='https://burrow.atlassian.net', lifecycle_at=0); "
        "client = services.tools(tenant, lambda: 60.0).jira.as_user('account-1'); "
        "print(sorted({'requests', 'jwt'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
        env={**os.environ, "CONNECT_STAGE": "local"},
    )
    assert done.stdout == "[]\n"


def test_a_service_may_have_an_endpoint_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    app = LoadedApp(monkeypatch, AWS_ENDPOINT_URL="http://127.0.0.1:1", AWS_ENDPOINT_URL_SQS="http://127.0.0.1:2")

    endpoints = app.connect.endpoints("us-east-1")
    assert (endpoints.url("sqs"), endpoints.url("dynamodb")) == ("http://127.0.0.1:2", "http://127.0.0.1:1")


def test_the_descriptor_is_served_while_aws_is_out_of_reach(monkeypatch: pytest.MonkeyPatch) -> None:
    app = LoadedApp(monkeypatch, AWS_ENDPOINT_URL="http://127.0.0.1:1")

    status, descriptor = app.request(rest_event("GET", "/atlassian-connect.json"))

    assert status == 200
    assert descriptor["baseUrl"] == "https://a1b2c3d4e5.execute-api.eu-central-1.amazonaws.com/dev"


def test_a_broken_descriptor_stops_the_deploy_and_says_why(tmp_path: Path) -> None:
    for name in ("app.py", "chalicelib", "static_site"):
        (tmp_path / name).symlink_to(ROOT / name)
    (tmp_path / "static_site").unlink()
    (tmp_path / "static_site").mkdir()

    done = subprocess.run(
        [sys.executable, "-c", "import app"],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={**os.environ, "CONNECT_STAGE": "local"},
    )

    assert done.returncode == 1
    assert "names the page 'issue-panel', but static_site/issue-panel.html does not exist" in done.stderr
