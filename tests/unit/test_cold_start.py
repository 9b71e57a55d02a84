"""What a cold start pays for: only what its first request needs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from devkit.bench.aws_stub import AwsStub
from devkit.bench.paths import PATHS, TENANT, environment, public_key
from tests.api_gateway import rest_event
from tests.loaded_app import ROOT, LoadedApp

DEAR = {
    *("boto3", "botocore", "cryptography", "jwt", "requests", "urllib3"),
    *(
        "ast",
        "dataclasses",
        "email",
        "hashlib",
        "http",
        "inspect",
        "pathlib",
        "random",
        "socket",
        "ssl",
        "tempfile",
        "uuid",
    ),
}
"""What takes more than a millisecond to import and is not loaded anyway, by Lambda's own client or by Chalice."""

OF_URLLIB3 = {"email", "http", "pathlib", "random", "ssl", "tempfile", "urllib3"}
OF_DATACLASSES = {"ast", "dataclasses", "inspect"}

EVERY = """
    connect connect.descriptor connect.errors connect.events connect.jobs connect.observability connect.protocol
    connect.protocol.descriptor connect.protocol.event_names connect.protocol.strict_json connect.settings
    connect.storage connect.storage.endpoints connect.values connect.web connect.web.hosts connect.web.permissions
    connect.web.request connect.web.responses connect.web.routes connect.wiring time_in_status time_in_status.changelog
    time_in_status.handlers time_in_status.jobs time_in_status.record time_in_status.store
"""
"""Our own modules that every function loads, below `chalicelib`; the descriptor needs no other."""

OF_A_WEBHOOK = """
    connect.http connect.protocol.compact connect.protocol.messages connect.protocol.query_hash connect.protocol.tokens
    connect.protocol.versions connect.services connect.storage.aws connect.storage.connection connect.storage.dynamodb
    connect.storage.memory connect.storage.s3_bodies connect.storage.sealing
    connect.storage.sigv4 connect.storage.sqs connect.storage.wire connect.tenants connect.web.guards connect.webhooks
"""
"""Those that a webhook needs besides."""

OWN = {"descriptor": set(EVERY.split()), "verified webhook": set((EVERY + OF_A_WEBHOOK).split())}

SCRIPT = """
import json, sys
before = set(sys.modules)
class Context:
    invoked_function_arn = "arn:aws:lambda:us-east-1:000000000000:function:api"
    def get_remaining_time_in_millis(self):
        return 30_000
import app
answer = eval(sys.argv[1])(json.load(sys.stdin), Context())
print(json.dumps(answer))
print(json.dumps(sorted(set(sys.modules) - before)))
"""


def woken(handler: str, event: object, **variables: str) -> tuple[Any, set[str]]:
    """What a fresh process, as on Lambda, answers to `event`, and the modules that it has imported until then."""
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, handler],
        input=json.dumps(event),
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
        env={**os.environ, "AWS_LAMBDA_FUNCTION_NAME": "api", **variables},
    )
    answer, imported = map(json.loads, done.stdout.splitlines()[-2:])
    return answer, set(imported)


def dear(imported: set[str]) -> set[str]:
    """The dear packages among them."""
    return DEAR & {name.split(".")[0] for name in imported}


@pytest.mark.parametrize(
    ("path", "imports", "calls"),
    [
        ("descriptor", set(), []),
        ("static page", {"hashlib", "socket"}, ["GetObject"]),
        ("verified webhook", {"hashlib", "socket"}, ["GetItem", "SendMessage"]),
        (
            "signed install",
            {"cryptography", "hashlib", "socket", *OF_URLLIB3, *OF_DATACLASSES},
            ["install key", "GetItem"],
        ),
        (
            "first delivery",
            {"hashlib", "random", "socket", *OF_DATACLASSES},
            ["UpdateItem", "GetItem", "GetItem", "PutItem", "UpdateItem"],
        ),
    ],
)
def test_a_cold_start_imports_what_it_needs_and_makes_no_call_too_many(
    path: str, imports: set[str], calls: list[str]
) -> None:
    (measured,) = (each for each in PATHS if each.name == path)
    with AwsStub(TENANT, key=public_key()).serving() as aws:
        answer, imported = woken(measured.handler, measured.event(), **environment(aws.url))

    assert measured.is_right(answer), answer
    assert aws.calls[: len(calls)] == calls
    assert dear(imported) == imports
    own = {name.removeprefix("chalicelib.") for name in imported if name.startswith("chalicelib.")}
    assert own == OWN.get(path, own)


def test_a_request_without_a_token_imports_nothing_dear() -> None:
    event = rest_event("POST", "/webhooks/jira:issue_updated", resource="/webhooks/{event}", body="{}")
    _, imported = woken("app.app", event, CONNECT_STAGE="local", CONNECT_BASE_URL="http://127.0.0.1:1/x")
    assert dear(imported) <= {"hashlib", "socket"}


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
