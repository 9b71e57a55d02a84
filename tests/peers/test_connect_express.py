"""Atlassian's framework for Express on the stand-in: it verifies what we sign, and we what it signs."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest

from devkit.jira.host import JiraHost
from tests.peers.node import ExpressApp

KEY = "connect-express"
SECONDS = 15.0


@pytest.fixture(autouse=True)
def _installed(jira: JiraHost, express: ExpressApp) -> None:
    jira.install(express.descriptor_url)


def get(url: str, token: str) -> tuple[int, str]:
    """Status and body of a GET with a context token."""
    request = urllib.request.Request(url, headers={"Authorization": f"JWT {token}"})
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as refused:
        return refused.code, refused.read().decode()


def wait_for(holds: Callable[[], bool], what: str) -> None:
    """Waits until something holds."""
    deadline = time.monotonic() + SECONDS
    while not holds():
        assert time.monotonic() < deadline, what
        time.sleep(0.05)


def test_it_takes_every_lifecycle_call(jira: JiraHost, express: ExpressApp) -> None:
    for order in ("first", "last"):
        jira.install(express.descriptor_url)
        jira.reinstall(KEY)
        jira.enable(KEY, enabled=False)
        jira.enable(KEY)
        before = len(jira.deliveries)
        jira.uninstall(KEY, order)
        told = {delivery.event: delivery.attempts[-1].status for delivery in jira.deliveries[before:]}
        # After `uninstalled` it has no secret any more with which `disabled` could be verified.
        assert told == {"uninstalled": 204, "disabled": 204 if order == "first" else 401}
    refused = [each.event for each in jira.deliveries if each.attempts[-1].status != 204]
    assert refused == ["disabled"]


def test_it_takes_webhooks_and_context_tokens(jira: JiraHost, express: ExpressApp) -> None:
    issue = jira.open("Dig a burrow")
    issue.move("Done")
    issue.comment("Well dug")
    jira.settle()
    assert {each.attempts[-1].status for each in jira.deliveries if each.kind == "webhook"} == {204}
    status, told = get(f"{express.base_url}/heard", issue.context_token(KEY))
    assert status == 200
    key = issue.key
    assert set(told.split(", ")) == {
        key,
        "jira:issue_created To Do",
        "jira:issue_updated Done",
        "comment_created Done",
    }


def test_it_refuses_a_webhook_with_a_wrong_token_and_the_window_says_so(jira: JiraHost, express: ExpressApp) -> None:
    issue = jira.open("Dig a burrow")
    jira.settle()
    jira.fault("wrong_token")
    issue.move("Done")
    jira.settle()
    attempt = jira.deliveries[-1].attempts[-1]
    # Where the signature is wrong, the framework answers 400; where the token as a whole is, 401.
    assert attempt.status == 400
    assert "answered 400, and is right" in attempt.verdict


@pytest.mark.parametrize(("way", "name"), [("app", "Written with Express"), ("user", "Hazel Nutt")])
def test_its_client_reads_rest_as_itself_and_as_a_user(
    jira: JiraHost, express: ExpressApp, way: str, name: str
) -> None:
    issue = jira.open("Dig a burrow")
    status, answer = get(f"{express.base_url}/asked?as={way}", issue.context_token(KEY))
    assert status == 200, answer
    assert json.loads(answer)["displayName"] == name


def test_it_registers_itself_over_the_plug_in_manager_and_takes_itself_off(packages: Path, tmp_path: Path) -> None:
    with JiraHost() as jira, ExpressApp(packages, jira.url, tmp_path / "log", registers=True) as app:
        wait_for(lambda: f"Registered with host at {jira.url}" in app.log, app.log)
        assert jira.installation(KEY).enabled
        app.stop()
        assert "Unregistered on host" in app.log
        with pytest.raises(LookupError):
            jira.installation(KEY)
