"""The whole way, on the real package, deployed by the real Chalice: install, webhook, queue, worker, page, data."""

from __future__ import annotations

import os
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

from tests import tokens
from tests.end_to_end.client import JiraClient, eventually

JsonObject = dict[str, Any]


def moved(issue_id: str, history_id: str, at: str, start: tuple[str, str], end: tuple[str, str]) -> JsonObject:
    """A webhook of an issue that was moved from one status to another."""
    return {
        "timestamp": 1_795_510_800_000,
        "webhookEvent": "jira:issue_updated",
        "issue_event_type_name": "issue_generic",
        "issue": {
            "id": issue_id,
            "key": "BUR-1",
            "fields": {
                "created": "2026-11-20T09:00:00.000+0000",
                "updated": at,
                "status": {"id": end[0], "name": end[1]},
                "project": {"id": "10000", "key": "BUR"},
            },
        },
        "changelog": {
            "id": history_id,
            "items": [
                {
                    "field": "status",
                    "fieldtype": "jira",
                    "fieldId": "status",
                    "from": start[0],
                    "fromString": start[1],
                    "to": end[0],
                    "toString": end[1],
                }
            ],
        },
    }


TODO, DOING, DONE = ("1", "To Do"), ("3", "In Progress"), ("5", "Done")


def test_what_webhooks_bring_is_what_the_page_is_told(jira: JiraClient) -> None:
    first = moved("10001", "501", "2026-11-20T10:00:00.000+0000", TODO, DOING)
    second = moved("10001", "502", "2026-11-20T12:30:00.000+0000", DOING, DONE)
    # Out of order, and one of them three times: Jira promises neither order nor a single delivery.
    assert jira.webhook("jira:issue_updated", second, "delivery-2") == 204
    for _ in range(3):
        assert jira.webhook("jira:issue_updated", first, "delivery-1") == 204

    def all_there() -> Any:
        status, answer = jira.time_in_status("10001")
        return answer if status == 200 and len(answer["statuses"]) == 3 else None

    statuses = {status["name"]: status for status in eventually(all_there)["statuses"]}
    assert statuses["To Do"]["milliseconds"] == 3_600_000
    assert statuses["In Progress"]["milliseconds"] == 9_000_000
    assert statuses["In Progress"]["visits"] == 1
    assert statuses["Done"]["current"]


def test_a_webhook_larger_than_any_message_is_handled_too(jira: JiraClient) -> None:
    body = moved("10009", "501", "2026-11-20T10:00:00.000+0000", TODO, DOING)
    body["issue"]["fields"]["description"] = os.urandom(1_500_000).hex()

    assert jira.webhook("jira:issue_updated", body, "delivery-1") == 204
    assert eventually(lambda: jira.time_in_status("10009")[0] == 200)


def test_one_tenant_is_told_nothing_of_another(jira: JiraClient, base_url: str) -> None:
    other = JiraClient(base_url, str(uuid4()), "the other site's secret, also more than thirty-two bytes")
    assert other.install() == 204
    jira.webhook("jira:issue_updated", moved("10002", "1", "2026-11-20T10:00:00.000+0000", TODO, DOING), "delivery-1")
    eventually(lambda: jira.time_in_status("10002")[0] == 200)

    assert other.time_in_status("10002")[0] == 404


def test_the_descriptor_is_served_to_get_and_head_and_names_where_it_is(jira: JiraClient) -> None:
    status, descriptor, headers = jira.call("GET", "/atlassian-connect.json")

    assert status == 200
    assert headers["content-type"] == "application/json; charset=utf-8"
    assert descriptor["baseUrl"] == jira.base_url
    assert descriptor["apiMigrations"] == {"signed-install": True, "context-qsh": True, "gdpr": True}
    events = {module["event"]: module["url"] for module in descriptor["modules"]["webhooks"]}
    assert events["jira:issue_updated"] == "/webhooks/jira:issue_updated"

    status, text, again = jira.call("HEAD", "/atlassian-connect.json")
    assert (status, text, again["etag"]) == (200, "", headers["etag"])
    assert jira.call("GET", "/atlassian-connect.json", If_None_Match=headers["etag"])[0] == 304


def test_the_page_is_served_from_the_app_and_its_scripts_from_the_site(jira: JiraClient) -> None:
    from html.parser import HTMLParser

    status, html, headers = jira.call("GET", "/pages/issue-panel")
    assert status == 200
    assert headers["content-type"] == "text/html; charset=utf-8"
    assert "frame-ancestors" in headers["content-security-policy"]
    assert "x-frame-options" not in headers

    found: dict[str, list[str]] = {"base": [], "script": [], "link": []}

    class Links(HTMLParser):
        def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
            given = dict(attributes)
            if tag in found:
                found[tag].append(given.get("href") or given.get("src") or "")

    Links().feed(html)
    (base,) = found["base"]
    for name in [*found["script"], *found["link"]]:
        if not name.startswith("http"):
            answer = JiraClient(base.rstrip("/"), "").call("GET", f"/{name}")
            assert answer[0] == 200
            assert answer[2]["content-type"].split(";")[0] in ("text/css", "text/javascript", "application/javascript")


def test_twenty_installs_at_once_all_succeed_and_every_secret_works(base_url: str) -> None:
    client_key = str(uuid4())
    sites = [
        JiraClient(base_url, client_key, f"secret number {number} of more than thirty-two bytes")
        for number in range(20)
    ]

    with ThreadPoolExecutor(20) as pool:
        assert list(pool.map(lambda site: site.install(), sites)) == [204] * 20

    for site in sites:
        body = moved("10003", "1", "2026-11-20T10:00:00.000+0000", TODO, DOING)
        assert site.webhook("jira:issue_updated", body, "delivery-1") == 204


def test_the_life_of_an_installation(base_url: str) -> None:
    jira = JiraClient(base_url, str(uuid4()))
    payload = tokens.install_payload("enabled", clientKey=jira.client_key, sharedSecret=None)
    now = time.time()

    assert jira.call("POST", "/enabled", jira.server_token("/enabled"), payload)[0] == 401
    assert jira.install(now=now - 20) == 204
    assert jira.call("POST", "/enabled", jira.server_token("/enabled"), payload)[0] == 204

    former = JiraClient(base_url, jira.client_key)
    jira.secret = "the secret of the second install, of more than thirty-two bytes"
    assert jira.install(now=now - 10) == 204
    body = moved("10004", "1", "2026-11-20T10:00:00.000+0000", TODO, DOING)
    assert former.webhook("jira:issue_updated", body, "delivery-1") == 204
    assert jira.webhook("jira:issue_updated", body, "delivery-2") == 204

    assert jira.install("uninstalled", now=now - 5) == 204
    payload["eventType"] = "disabled"
    assert jira.call("POST", "/disabled", jira.server_token("/disabled"), payload)[0] == 204
    assert jira.install(now=now - 10) == 409
    assert jira.install(now=now) == 204
    assert jira.time_in_status("10004")[0] in (200, 404)
