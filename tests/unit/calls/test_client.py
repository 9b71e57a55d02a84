"""The client against a Jira on a port of its own, which verifies every token with other libraries."""

from __future__ import annotations

import gc
import gzip
import socket
import threading
from dataclasses import replace
from itertools import islice
from typing import Any, cast

import pytest
from chalice.local import LambdaContext

from chalicelib.connect.errors import (
    JiraAddressError,
    JiraAnswerError,
    JiraConflictError,
    JiraError,
    JiraForbiddenError,
    JiraNotFoundError,
    JiraTooLargeError,
    JiraUnauthorizedError,
    JiraUnavailableError,
)
from chalicelib.connect.jira.exchange import EDGE, MOST_BYTES, Call
from chalicelib.connect.jira.signing import AppSignature, UserSignature
from tests import tokens
from tests.loaded_app import Context, LoadedApp
from tests.unit.calls.calls import Calls
from tests.unit.calls.jira_server import APP_KEY, JiraServer, Reply, Seen

# Calls


def test_each_method_sends_what_it_is_given_signed_for_that_call(calls: Calls, server: JiraServer) -> None:
    jira = calls.jira

    assert jira.get("/rest/api/3/issue/BUR-1", {"fields": ["b", "a"], "expand": None, "x": "ä &+"}) == {"ok": True}
    jira.post("/rest/api/3/issue", {"fields": {"summary": "ä"}}, {"updateHistory": True})
    jira.put("/rest/api/3/issue/10001/properties/p", "a value")
    jira.delete("/rest/api/3/issue/10001/properties/p")
    jira.get(f"{server.base_url}/rest/api/3/issue/BUR-1?fields=summary")

    assert [(each.method, each.by) for each in server.seen] == [
        (method, "app") for method in ("GET", "POST", "PUT", "DELETE", "GET")
    ]
    read, made, put, removed, again = server.seen
    assert read.query == {"fields": ["b", "a"], "x": ["ä &+"]}
    assert (made.json, made.query) == ({"fields": {"summary": "ä"}}, {"updateHistory": ["true"]})
    assert put.json == "a value"
    assert again.target == "/rest/api/3/issue/BUR-1?fields=summary"
    for bare in (read, removed):
        assert bare.body == b""
        assert "Content-Type" not in bare.headers
        assert bare.headers.get("Content-Length", "0") == "0"


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


# Errors


@pytest.mark.parametrize(
    ("status", "kind", "retry"),
    [
        (400, JiraError, False),
        (401, JiraUnauthorizedError, True),
        (403, JiraForbiddenError, False),
        (404, JiraNotFoundError, False),
        (409, JiraConflictError, True),
        (413, JiraError, False),
        (500, JiraUnavailableError, True),
        (503, JiraUnavailableError, True),
    ],
)
def test_an_error_is_typed_and_has_jiras_own_words(
    calls: Calls, server: JiraServer, status: int, kind: type[JiraError], retry: bool
) -> None:
    server.replies(Reply(status, {"errorMessages": ["It does not exist."], "errors": {"summary": "It is too long."}}))

    with pytest.raises(JiraError) as caught:
        calls.jira.get("/rest/api/3/issue/BUR-1", {"jql": "assignee = account-1"})

    error = caught.value
    assert (type(error), error.status, error.retry) == (kind, status, retry)
    assert error.messages == ("It does not exist.", "summary: It is too long.")
    assert error.fields == {"summary": "It is too long."}
    assert str(error).startswith(f"GET /rest/api/3/issue/BUR-1: Jira answered {status}: It does not exist.")
    assert "account-1" not in str(error)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"<html>Oh dear</html>",
        b"[]",
        b"null",
        b"\xff",
        b'{"errors": [5]}',
        b'{"errorMessages": "no list"}',
        b"[" * 100_000,
    ],
)
def test_an_error_without_jiras_words_is_typed_all_the_same(calls: Calls, server: JiraServer, raw: bytes) -> None:
    # What earlier tests have left is not to be finalised at the bottom of the recursion.
    gc.collect()
    server.replies(Reply(404, raw=raw))
    with pytest.raises(JiraNotFoundError) as caught:
        calls.jira.get("/rest/api/3/issue/BUR-1")
    assert caught.value.messages == ()


def test_jiras_words_are_cut_short(calls: Calls, server: JiraServer) -> None:
    server.replies(Reply(400, {"errorMessages": ["x" * 9_000, "a\nb\x1b[31m", 5] * 40}))
    with pytest.raises(JiraError) as caught:
        calls.jira.get("/rest")
    assert len(str(caught.value)) < 4_000
    assert str(caught.value).isprintable()


def test_no_token_and_no_secret_is_in_any_error_or_name(calls: Calls, server: JiraServer) -> None:
    calls.jira.get("/rest")
    token = server.seen[0].token
    server.replies(
        Reply(403, {"errorMessages": [f"The token {token} may not do that.", f"JWT {token}"], "errors": {token: token}})
    )
    with pytest.raises(JiraForbiddenError) as caught:
        calls.jira.get("/rest")
    server.secret = "another secret of more than thirty-two bytes"
    with pytest.raises(JiraUnauthorizedError) as refused:
        calls.jira.get("/rest")

    signature = AppSignature(APP_KEY, calls.tenant)
    call = Call(method="POST", url="http://x", label="x", signature=signature, form={"assertion": token}, json=token)
    for thing in (
        caught.value,
        refused.value,
        vars(caught.value),
        calls.jira,
        calls.connection,
        signature,
        UserSignature(token),
        call,
    ):
        for text in (repr(thing), str(thing)):
            assert tokens.SECRET not in text
            for part in token.split("."):
                assert part not in text


@pytest.mark.parametrize("raw", [b"<html>We are moving</html>", b"{", b"\xff", b"[" * 100_000])
def test_what_is_no_json_is_no_answer(calls: Calls, server: JiraServer, raw: bytes) -> None:
    server.replies(Reply(raw=raw))
    with pytest.raises(JiraAnswerError, match="not JSON"):
        calls.jira.get("/rest")


@pytest.mark.parametrize("times", [2, 8])
def test_an_answer_is_read_up_to_a_bound_also_when_it_grows_as_it_is_unpacked(
    calls: Calls, server: JiraServer, times: int
) -> None:
    raw = b"begun" + b" " * (MOST_BYTES * times) + b"ended"
    server.replies(Reply(raw=gzip.compress(raw, 1), headers={"Content-Encoding": "gzip"}))
    with pytest.raises(JiraTooLargeError, match="larger than 10,000,000") as caught:
        calls.jira.get("/rest")

    assert (caught.value.beginning[:5], len(caught.value.beginning)) == ("begun", EDGE)
    # The end is looked for a little further on, and not for ever.
    assert (caught.value.ending[-5:], len(caught.value.ending)) == (("ended", EDGE) if times == 2 else ("", 0))


def test_an_answer_that_is_too_large_is_so_also_where_it_breaks_off(calls: Calls) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def break_off() -> None:
            connection = listening.accept()[0]
            with connection:
                connection.recv(65_536)
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n" + b" " * (MOST_BYTES + 1))

        thread = threading.Thread(target=break_off)
        thread.start()
        tenant = replace(calls.tenant, base_url=f"http://127.0.0.1:{listening.getsockname()[1]}")
        with pytest.raises(JiraTooLargeError) as caught:
            calls.client(tenant).get("/rest")
        thread.join()
    assert caught.value.ending == ""


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
