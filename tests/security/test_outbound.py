"""What the app itself sends and says: no token to a stranger, no secret in an answer, a log or a page."""

from __future__ import annotations

import json
import logging
import re
from dataclasses import replace
from io import StringIO
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from chalicelib.connect import observability
from chalicelib.connect.errors import JiraError, SettingsError, UnauthorizedError
from chalicelib.connect.jira import install_keys
from chalicelib.connect.jira.install_keys import InstallKeys
from chalicelib.connect.settings import Settings
from tests import tokens
from tests.unit.bench import Bench, tenant_with
from tests.unit.calls.calls import Calls
from tests.unit.calls.jira_server import JiraServer, Reply
from tests.unit.worker_bench import Bench as WorkerBench
from tests.unit.worker_bench import record

ROOT = Path(__file__).parents[2]


class NoNetwork:
    """Notes where it is asked to go, and goes nowhere."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def request(self, method: str, address: str, **_: Any) -> Any:
        self.asked.append(address)
        raise OSError("there is no network here")


@pytest.mark.parametrize(
    "host", ["burrow.atlassian.net", "burrow.jira.com", "asap.evil.example.com", "burrow.atlassian-us-gov-mod.net"]
)
def test_keys_are_asked_for_at_atlassian_s_own_hosts_whatever_an_install_says(host: str) -> None:
    network = NoNetwork()
    with pytest.raises(UnauthorizedError):
        InstallKeys(http=network).get("a-kid", host)  # type: ignore[arg-type]

    own = {f"{url}/a-kid" for url in (*install_keys.COMMERCIAL, *install_keys.GOVERNMENT)}
    assert network.asked
    assert set(network.asked) <= own


def test_no_staging_host_and_no_host_of_a_setting_hands_out_keys_in_production() -> None:
    hosts = (*install_keys.COMMERCIAL, *install_keys.GOVERNMENT)
    assert not [host for host in hosts if re.search(r"stg|staging|dev\b|test", host)]
    with pytest.raises(SettingsError, match="CONNECT_INSTALL_KEYS_URL is refused"):
        Settings.read({"CONNECT_STAGE": "prod", "CONNECT_INSTALL_KEYS_URL": "https://keys.example.com"})


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed_and_takes_no_token_along(calls: Calls, server: JiraServer, status: int) -> None:
    stranger = JiraServer()
    try:
        server.replies(Reply(status, headers={"Location": f"{stranger.base_url}/rest/api/3/myself"}))
        for client in (calls.jira, calls.jira.as_user("account-1")):
            with pytest.raises(JiraError):
                client.get("/rest/api/3/myself")
        assert stranger.seen == []
    finally:
        stranger.close()


@pytest.mark.parametrize(
    "at",
    [
        "https://evil.example.com/rest/api/3/myself",
        "http://169.254.169.254/latest/meta-data",
        "//evil.example.com/rest",
        "https:evil.example.com",
        "/\\evil.example.com",
        "/rest/../../secret",
        "/rest/%2e%2e/%2e%2e/secret",
        "@evil.example.com",
        "file:///etc/passwd",
        "",
    ],
)
def test_no_stored_or_given_address_leads_out_of_the_tenant_s_own_jira(
    calls: Calls, server: JiraServer, at: str
) -> None:
    for call in (calls.jira.get, calls.jira.post, calls.jira.put, calls.jira.delete):
        with pytest.raises(JiraError):
            call(at)
    assert server.seen == []


def test_a_page_of_a_list_that_lies_elsewhere_is_not_asked_for(calls: Calls, server: JiraServer) -> None:
    server.replies(Reply(json={"values": [1], "nextPage": "https://evil.example.com/rest/api/3/webhook?startAt=1"}))
    with pytest.raises(JiraError):
        list(calls.jira.each("/rest/api/3/webhook"))
    assert len(server.seen) == 1


def test_neither_secret_nor_token_is_in_any_answer_or_log(bench: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    server = tokens.symmetric(tokens.claims("0" * 64))
    install = tokens.asymmetric(tokens.claims("0" * 64, aud=["https://elsewhere.example.com"]))
    answers = [
        bench.call("POST", "/enabled", server, {"sharedSecret": tokens.SECRET}),
        bench.call("POST", "/installed", install, tokens.install_payload()),
        bench.call("POST", "/installed", install, tokens.install_payload(clientKey="x")),
        bench.call("GET", "/broken"),
        bench.install(sharedSecret=tokens.SECRET + "\n"),
        bench.install(baseUrl=f"https://evil.example.com/{tokens.SECRET}"),
        bench.signed("/webhooks/jira:issue_updated", "{"),
    ]
    assert {status for status, _ in answers} == {400, 401, 403, 500}
    logged = capsys.readouterr().out + str(answers)
    for text in (server, install, server.split(".")[1], install.split(".")[2]):
        assert text not in logged
    # What a view raises is logged with its own words, and those are the author's: only they are let through.
    assert tokens.SECRET not in re.sub(r"the secret is \S+", "", logged)


def test_what_a_caller_sends_makes_no_line_of_the_log_and_no_control_of_a_terminal(
    bench: Bench,
) -> None:
    observability.configure("dev")
    log, written = logging.getLogger("dormouse"), StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(log.handlers[0].formatter)
    log.addHandler(handler)
    forged = '\r\n{"level": "INFO", "message": "installed", "tenant": "x"}\x1b[2J\u2028'
    right = tokens.claims("context-qsh")
    answers = [
        bench.call("GET", "/api/data", tokens.symmetric({**right, "iss": forged})),
        bench.call("GET", "/api/data", tokens.symmetric({**right, "sub": forged, "context": {"jira": forged}})),
        bench.call("POST", "/installed", tokens.handmade({"alg": "RS256", "kid": forged}, right)),
        bench.install(key=forged),
        bench.install(baseUrl=f"https://burrow.atlassian.net{forged}"),
        bench.install(sharedSecret=forged),
        bench.signed("/enabled", tokens.install_payload("enabled", key=forged)),
        bench.call("POST", f"/webhooks/{quote(forged)}", forged, resource="/webhooks/{event}"),
        bench.call("POST", f"/installed?{quote(forged)}", None, {}, resource="/installed", headers={"X": forged}),
    ]
    log.removeHandler(handler)
    lines = written.getvalue().splitlines()
    assert [json.loads(line)["message"] for line in lines] == ["refused"] * len(answers)
    assert all(line.isascii() and line.isprintable() for line in lines)
    assert all(status in (400, 401, 403) for status, _ in answers)


def test_a_tenant_shows_no_secret_of_its_own() -> None:
    tenant = tenant_with(tokens.SECRET)
    newer = replace(tenant, shared_secret="another secret of more than thirty-two bytes")
    both = tenant.reinstalled(newer, 0)
    assert both
    for shown in (repr(tenant), str(tenant), f"{tenant}", repr(both), str(both.former_secrets)):
        assert tokens.SECRET not in shown
        assert newer.shared_secret not in shown


def test_a_handler_that_fails_tells_the_dead_letter_nothing_of_what_it_had_in_hand() -> None:
    bench = WorkerBench()

    def leak(delivery: Any) -> None:
        raise OSError(delivery.tenant.shared_secret)

    bench.events.on("comment_created")(leak)
    for _ in range(8):
        bench.run(record("a", event="comment_created"))
    ((_, reason),) = bench.queue.buried
    assert bench.tenants.get("tenant-1").shared_secret not in reason  # type: ignore[union-attr]


def test_no_script_of_a_page_writes_html() -> None:
    forbidden = re.compile(r"\b(inner|outer)HTML\b|insertAdjacentHTML|document\.write|\beval\(|new Function\b")
    scripts = list((ROOT / "static_site").glob("*.js"))
    assert scripts
    for script in scripts:
        assert not forbidden.search(script.read_text(encoding="utf-8")), script.name


def test_no_page_has_script_or_style_of_its_own_in_it() -> None:
    for page in (ROOT / "static_site").glob("*.html"):
        text = page.read_text(encoding="utf-8")
        assert not re.search(r"<script(?![^>]*\bsrc=)", text), page.name
        assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:", text), page.name
