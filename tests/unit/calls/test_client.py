"""The client against a Jira on a port of its own, which verifies every token with other libraries."""

from __future__ import annotations

import gzip
from dataclasses import replace
from itertools import islice
from typing import Any, cast

import pytest
from chalice.local import LambdaContext

from chalicelib.connect.errors import (
    JiraAddressError,
    JiraAnswerError,
)
from chalicelib.connect.jira.exchange import Call
from tests.loaded_app import Context, LoadedApp
from tests.unit.calls.calls import Calls
from tests.unit.calls.jira_server import JiraServer, Reply, Seen

# Calls


def test_each_method_sends_what_it_is_given_signed_for_that_call(calls: Calls, server: JiraServer) -> None:
    jira = calls.jira

    assert jira.get("/rest/api/3/issue/BUR-1", {"fields": ["b", "a"], "expand": None, "x": "ä &+", "y": ""}) == {
        "ok": True
    }
    jira.post("/rest/api/3/issue", {"fields": {"summary": "ä"}}, {"updateHistory": True})
    jira.put("/rest/api/3/issue/10001/properties/p", "a value")
    jira.delete("/rest/api/3/issue/10001/properties/p")
    jira.get(f"{server.base_url}/rest/api/3/issue/BUR-1?fields=summary")

    assert [(each.method, each.by) for each in server.seen] == [
        (method, "app") for method in ("GET", "POST", "PUT", "DELETE", "GET")
    ]
    read, made, put, removed, again = server.seen
    assert read.query == {"fields": ["b", "a"], "x": ["ä &+"], "y": [""]}
    assert (made.json, made.query) == ({"fields": {"summary": "ä"}}, {"updateHistory": ["true"]})
    assert put.json == "a value"
    assert again.target == "/rest/api/3/issue/BUR-1?fields=summary"
    assert {(each.headers["Accept"], each.headers["User-Agent"]) for each in server.seen} == {
        ("application/json", "Dormouse")
    }
    for bare in (read, removed):
        assert bare.body == b""
        assert "Content-Type" not in bare.headers
        assert bare.headers.get("Content-Length", "0") == "0"


def test_a_call_that_gets_into_a_log_tells_nothing_of_what_is_sent() -> None:
    call = Call(method="POST", url="u", label="POST /u", json={"text": "private"}, form={"assertion": "private"})
    assert "private" not in repr(call)


def test_an_empty_answer_is_none(calls: Calls, server: JiraServer) -> None:
    server.replies(Reply(204), Reply(200, raw=b"\n"))
    assert calls.jira.put("/rest/api/3/issue/10001", {}) is None
    assert calls.jira.get("/rest/api/3/myself") is None


def test_a_packed_answer_is_unpacked(calls: Calls, server: JiraServer) -> None:
    server.replies(Reply(raw=gzip.compress(b'{"name": "\xc3\xa4"}'), headers={"Content-Encoding": "gzip"}))
    assert calls.jira.get("/rest/api/3/myself") == {"name": "ä"}


def test_the_path_of_a_base_url_is_no_part_of_what_is_signed(calls: Calls, server: JiraServer) -> None:
    server.base_path = "/ex/jira/cloud-1"
    tenant = replace(calls.tenant, base_url=f"{server.base_url}/ex/jira/cloud-1")

    calls.client(tenant).get("/rest/api/3/myself", {"expand": "groups"})

    assert server.seen[0].target == "/ex/jira/cloud-1/rest/api/3/myself?expand=groups"


def test_no_cookie_is_kept(calls: Calls, server: JiraServer) -> None:
    server.replies(Reply(json={}, headers={"Set-Cookie": "tenant.session.token=a-user; Path=/"}))
    calls.jira.get("/rest/api/3/myself")
    calls.jira.get("/rest/api/3/myself")
    assert "Cookie" not in server.seen[1].headers


def test_the_environment_decides_neither_the_way_nor_the_password(
    server: JiraServer, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login mole password hill\n")
    for name, value in {
        "NETRC": str(netrc),
        "HTTP_PROXY": "http://127.0.0.1:1",
        "http_proxy": "http://127.0.0.1:1",
    }.items():
        monkeypatch.setenv(name, value)

    Calls(server).jira.get("/rest/api/3/myself")

    assert server.seen[0].by == "app"


# Only there


def test_nothing_is_sent_to_a_stranger(calls: Calls, server: JiraServer) -> None:
    port = int(server.base_url.rpartition(":")[2])
    for foreign in (
        f"http://localhost:{port}/rest",
        f"https://127.0.0.1:{port}/rest",
        f"http://127.0.0.1:{port + 1}/rest",
        f"http://127.0.0.1:{port}@localhost:{port}/rest",
        f"//localhost:{port}/rest",
    ):
        with pytest.raises(JiraAddressError):
            calls.jira.get(foreign)
    assert server.seen == []


def test_no_redirect_is_followed_to_another_host_or_to_the_same(calls: Calls, server: JiraServer) -> None:
    other = JiraServer()
    try:
        for status in (301, 302, 303, 307, 308):
            for place in (f"{other.base_url}/rest", "/rest/elsewhere"):
                server.replies(Reply(status, headers={"Location": place}, raw=b"moved"))
                with pytest.raises(JiraAnswerError, match="redirect"):
                    calls.jira.get("/rest/api/3/myself")
        assert other.seen == []
        assert {each.target for each in server.seen} == {"/rest/api/3/myself"}
    finally:
        other.close()


def test_a_list_that_leads_to_another_host_is_not_followed(calls: Calls, server: JiraServer) -> None:
    server.replies(Reply(json={"values": [1], "nextPage": "https://burrow.evil.example.com/rest"}))
    with pytest.raises(JiraAddressError):
        list(calls.jira.each("/rest/api/3/project/search"))
    assert len(server.seen) == 1


# Lists


def test_a_list_is_read_by_parts_as_far_as_it_is_needed(calls: Calls, server: JiraServer) -> None:
    def answer(seen: Seen) -> Reply:
        start = int(seen.query.get("startAt", ["0"])[0])
        return Reply(json={"startAt": start, "total": 9, "values": list(range(start, min(start + 4, 9)))})

    server.answer = answer
    assert list(calls.jira.each("/rest/api/3/project/search", {"orderBy": "key"})) == list(range(9))
    assert [each.target for each in server.seen] == [
        "/rest/api/3/project/search?orderBy=key",
        "/rest/api/3/project/search?orderBy=key&startAt=4",
        "/rest/api/3/project/search?orderBy=key&startAt=8",
    ]
    list(islice(calls.jira.each("/rest/api/3/project/search"), 4))
    assert len(server.seen) == 4


def test_a_list_by_post_has_its_place_in_the_body(calls: Calls, server: JiraServer) -> None:
    server.replies(Reply(json={"logs": [1], "nextPageToken": "n"}), Reply(json={"logs": [2]}))
    found = list(calls.jira.parts("/rest/api/3/changelog/bulkfetch", items="logs", body={"issueIdsOrKeys": ["1"]}))
    assert [part.items for part in found] == [(1,), (2,)]
    assert [each.json for each in server.seen] == [
        {"issueIdsOrKeys": ["1"]},
        {"issueIdsOrKeys": ["1"], "nextPageToken": "n"},
    ]


# In the app


def test_the_app_itself_hands_out_clients_that_share_one_connection(
    calls: Calls, server: JiraServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = LoadedApp(monkeypatch)
    services = app.connect.services(cast(LambdaContext, Context()))
    server.replies(Reply(json={}, headers={"RateLimit": '"tenant-app-quota";r=5;t=900'}))

    services.tools(calls.tenant, lambda: 60.0).jira.get("/rest/api/3/myself")

    assert server.seen[0].by == "app"
    assert services.tools(calls.tenant, lambda: 60.0).jira.budget.remaining == 5
