"""Webhooks as an app gets them: headers, retries, filters; the fake app verifies every token."""

from __future__ import annotations

import asyncio
import itertools
import socket
from collections import deque
from typing import Any, Self

import pytest
from aiohttp import web

from devkit.jira.deliveries import new_delivery
from devkit.jira.host import JiraHost
from devkit.jira.server import Server, end_listening
from devkit.jira.webhooks import AT_ONCE, RETRY_SECONDS
from tests.unit.jira.asking import V3, Asking
from tests.unit.jira.fake_app import KEY, Call, FakeApp

CREATED = "/webhooks/jira:issue_created"
LAPSE = 6000
"""By how much faster time passes in a `JiraHost` unless it is told otherwise."""


def created(jira: JiraHost, app: FakeApp, *, summary: str = "A burrow") -> list[Call]:
    """The calls about an issue that is created."""
    jira.install(app.descriptor_url)
    jira.create_issue(summary)
    jira.settle()
    return app.calls_to(CREATED)


def test_a_webhook_carries_jiras_headers_and_a_token_for_its_url(jira: JiraHost, app: FakeApp) -> None:
    (call,) = created(jira, app)
    assert app.refused == []
    assert call.headers["x-atlassian-webhook-flow"] == "Primary"
    assert call.headers["x-atlassian-webhook-identifier"]
    assert "x-atlassian-webhook-retry" not in call.headers
    assert call.headers["content-type"] == "application/json; charset=UTF-8"
    assert call.json["webhookEvent"] == "jira:issue_created"


def test_the_whole_way_of_an_issue_is_told(jira: JiraHost, app: FakeApp) -> None:
    jira.install(app.descriptor_url)
    issue = jira.create_issue("Löß & 🐿")
    jira.move(issue, "Done")
    jira.edit(issue, "Other")
    jira.comment(issue, "Well dug")
    jira.delete(issue)
    jira.settle()
    events = sorted(call.json["webhookEvent"] for call in app.calls if call.path.startswith("/webhooks/"))
    assert events == [
        "comment_created",
        "comment_deleted",
        "jira:issue_created",
        "jira:issue_deleted",
        *["jira:issue_updated"] * 3,
    ]
    (secondary,) = app.calls_to("/webhooks/comment_deleted")
    assert secondary.headers["x-atlassian-webhook-flow"] == "Secondary"
    assert app.calls_to(CREATED)[0].json["issue"]["fields"]["summary"] == "Löß & 🐿"


@pytest.mark.parametrize("status", [408, 409, 425, 429, 500, 503])
def test_it_is_sent_again_under_the_same_identifier_where_jira_would(jira: JiraHost, app: FakeApp, status: int) -> None:
    app.answers[CREATED] = deque([status, status])
    calls = created(jira, app)
    assert len({call.headers["x-atlassian-webhook-identifier"] for call in calls}) == 1
    assert [call.headers.get("x-atlassian-webhook-retry") for call in calls] == [None, "1", "2"]
    (delivery,) = [delivery for delivery in jira.deliveries if delivery.kind == "webhook"]
    assert delivery.state == "delivered"
    assert [attempt.status for attempt in delivery.attempts] == [status, status, 204]


def test_it_is_given_up_after_five_retries(jira: JiraHost, app: FakeApp) -> None:
    app.answers[CREATED] = deque([500] * 9)
    assert len(created(jira, app)) == 6
    assert jira.deliveries[-1].state == "failed"


@pytest.mark.parametrize("status", [302, 400, 401, 404, 413])
def test_any_other_answer_is_final(jira: JiraHost, app: FakeApp, status: int) -> None:
    app.answers[CREATED] = deque([status])
    assert len(created(jira, app)) == 1
    assert jira.deliveries[-1].state == "failed"


def test_an_app_that_is_not_there_is_tried_again(jira: JiraHost, app: FakeApp) -> None:
    jira.install(app.descriptor_url)
    app.__exit__(None, None, None)
    jira.create_issue("A burrow")
    jira.settle()
    attempts = jira.deliveries[-1].attempts
    assert len(attempts) == 6
    assert all(attempt.status is None and "127.0.0.1" in attempt.error for attempt in attempts)
    app.__enter__()


def test_a_body_may_be_left_out(jira: JiraHost, app: FakeApp) -> None:
    app.modules["webhooks"][0]["excludeBody"] = True
    (call,) = created(jira, app)
    assert call.body == ""


def test_the_query_of_a_webhooks_url_is_signed_with_its_context(jira: JiraHost, app: FakeApp) -> None:
    app.modules["webhooks"][0]["url"] = f"{CREATED}?key={{issue.key}}&b=ä&a=1+1"
    (call,) = created(jira, app)
    assert app.refused == []
    assert call.path == f"{CREATED}?key=BUR-1&b=%C3%A4&a=1+1"


@pytest.mark.parametrize(
    ("jql", "count", "noted"), [("project = BUR", 1, False), ("project = OTHER", 0, False), ("votes = x", 1, True)]
)
def test_a_filter_is_heeded_where_it_is_understood_and_else_noted(
    jira: JiraHost, app: FakeApp, jql: str, count: int, noted: bool
) -> None:
    app.modules["webhooks"][0]["filter"] = jql
    assert len(created(jira, app)) == count
    assert any("does not understand the filter" in delivery.note for delivery in jira.deliveries) == noted


def test_a_delivery_sent_again_by_hand_keeps_its_identifier(jira: JiraHost, app: FakeApp) -> None:
    created(jira, app)
    jira.redeliver(jira.deliveries[-1])
    jira.settle()
    first, second = app.calls_to(CREATED)
    assert first.headers["x-atlassian-webhook-identifier"] == second.headers["x-atlassian-webhook-identifier"]
    assert first.body == second.body


def test_deliveries_remember_the_claims_and_the_canonical_request(jira: JiraHost, app: FakeApp) -> None:
    created(jira, app)
    attempt: Any = jira.deliveries[-1].attempts[0]
    assert attempt.canonical == f"POST&{CREATED}&"
    assert attempt.claims["iss"] == app.calls[0].json["clientKey"]


def test_an_app_that_was_removed_gets_no_more_retries(jira: JiraHost, app: FakeApp) -> None:
    jira.install(app.descriptor_url)
    app.answers[CREATED] = deque([500] * 9)
    jira.create_issue("A burrow")
    jira.uninstall(KEY)
    jira.settle()
    (delivery,) = [delivery for delivery in jira.deliveries if delivery.kind == "webhook"]
    assert len(delivery.attempts) <= 2
    assert "removed" in delivery.note


@pytest.mark.parametrize(
    ("jql", "comes"),
    [
        ("project in (BUR, NEST) AND status = 'To Do'", True),
        ("status != 'To Do'", False),
        ("assignee is EMPTY", True),
        ("reporter = currentUser() AND issuetype not in (Bug)", True),
        ("priority = High OR labels = deep", False),
        ("summary ~ burrow AND NOT statusCategory = Done", True),
        ("created >= -1d", True),
        ("issuekey = BUR-1", True),
        ("resolution = Unresolved", True),
    ],
)
def test_a_filter_may_ask_about_the_common_fields(jira: JiraHost, app: FakeApp, jql: str, comes: bool) -> None:
    app.modules["webhooks"][0]["filter"] = jql
    assert (len(created(jira, app)) == 1) is comes
    assert [delivery.note for delivery in jira.deliveries if delivery.note] == []


class Held:
    """An app that answers no webhook until it is let go, and counts how many are under way together."""

    def __init__(self) -> None:
        self.under_way = self.most = 0
        self.go = asyncio.Event()

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.add_routes([web.get("/descriptor.json", self._describe), web.post("/hook", self._hold)])
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(self, *fault: object) -> None:
        await end_listening(self._runner)
        await self._runner.cleanup()

    async def _describe(self, request: web.Request) -> web.Response:
        hooks = [{"event": "jira:issue_created", "url": "/hook"}]
        described = {"key": request.query["key"], "baseUrl": self.url, "authentication": {"type": "none"}}
        described["scopes"] = ["READ"]
        return web.json_response({**described, "modules": {"webhooks": hooks}})

    async def _hold(self, request: web.Request) -> web.Response:
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        await self.go.wait()
        self.under_way -= 1
        return web.Response(status=204)


async def at_once(flow: str) -> int:
    """How many of sixty webhooks of a flow are made to two apps of one host at once, as long as it answers none."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    server = Server(port)
    await server.start()
    try:
        async with Held() as app:
            for key in ("first", "second"):
                await server.apps.install(f"{app.url}/descriptor.json?key={key}")
                like = new_delivery(
                    "webhook", key, "jira:issue_created", f"{app.url}/hook", "{}", now=0, identity="like"
                )
                like.headers["X-Atlassian-Webhook-Flow"] = flow
                server.webhooks.burst(like, 30)
            while app.under_way < AT_ONCE[flow]:
                await asyncio.sleep(0.01)
            await asyncio.sleep(0.1)  # in which one too many would come
            most = app.most
            app.go.set()
            await server.webhooks.idle()
            assert app.most == most
            return most
    finally:
        await server.stop()


@pytest.mark.parametrize(("flow", "most"), [("Primary", 20), ("Secondary", 10)])
def test_so_many_calls_of_a_flow_are_made_to_a_host_at_once_and_no_more(flow: str, most: int) -> None:
    assert asyncio.run(at_once(flow)) == most


def test_a_retry_waits_its_five_minutes_by_a_clock_that_runs_faster(jira: JiraHost, app: FakeApp) -> None:
    app.answers[CREATED] = deque([500] * 3)
    created(jira, app)
    moments = [attempt.at for attempt in jira.deliveries[-1].attempts]
    assert all(later - earlier >= RETRY_SECONDS[0] / LAPSE for earlier, later in itertools.pairwise(moments))
    assert RETRY_SECONDS == (300.0, 900.0)


def test_a_host_that_fails_for_half_an_hour_gets_one_attempt_of_each_webhook_until_it_takes_one(app: FakeApp) -> None:
    with JiraHost(seed=1) as jira:
        app.keys_url = jira.install_keys_url
        app.answers[CREATED] = deque([500] * 7 + [204, 500])
        jira.install(app.descriptor_url)
        for number in range(4):
            jira.create_issue(f"Number {number}")
            jira.settle()
        sent = [each for each in jira.deliveries if each.kind == "webhook"]
    assert [[attempt.status for attempt in each.attempts] for each in sent] == [[500] * 6, [500], [204], [500, 204]]
    assert "has failed for 30 minutes" in sent[1].note


def test_a_property_is_told_to_whoever_waits_for_its_key(jira: JiraHost, app: FakeApp) -> None:
    app.modules["webhooks"] = [
        {"event": "issue_property_set", "url": "/webhooks/all"},
        {"event": "issue_property_set", "url": "/webhooks/some", "propertyKeys": ["depth"]},
    ]
    jira.install(app.descriptor_url)
    issue = jira.open("A burrow")
    issue.set_property("depth", 3)
    issue.set_property("width", 4)
    jira.settle()
    assert len(app.calls_to("/webhooks/all")) == 2
    assert [call.json["property"]["key"] for call in app.calls_to("/webhooks/some")] == ["depth"]


def test_conditions_of_a_webhook_are_not_evaluated_and_that_is_said(jira: JiraHost, app: FakeApp) -> None:
    app.modules["webhooks"][0] |= {"conditions": [{"condition": "addon_is_licensed"}], "filter": "votes = 5"}
    assert len(created(jira, app)) == 1
    assert "does not evaluate conditions" in jira.deliveries[-1].note
    assert "does not understand the filter" in jira.deliveries[-1].note


def test_what_an_app_does_over_rest_is_told_with_the_trace_that_it_gave(jira: JiraHost, app: FakeApp) -> None:
    app.extra["scopes"] = ["WRITE"]
    site, installed = Asking(jira), jira.install(app.descriptor_url)
    fields = {"fields": {"summary": "A burrow", "project": {"key": "BUR"}}}
    for trace in ("my own", None, "x" * 1025, "\N{LATIN SMALL LETTER A WITH DIAERESIS}"):
        headers = site.as_app(installed, "POST", f"{V3}/issue")
        given = {} if trace is None else {"X-Atlassian-Webhook-Trace": trace}
        assert site.ask("POST", f"{V3}/issue", fields, {**headers, **given})[0] == 201
        jira.settle()
    traces = [call.headers.get("x-atlassian-webhook-trace") for call in app.calls_to(CREATED)]
    assert traces == ["my own", None, None, None]
