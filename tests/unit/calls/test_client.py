"""The client against a Jira on a port of its own, which verifies every token with other libraries."""

from __future__ import annotations

import gzip
import socket
import threading
import time
from dataclasses import replace
from itertools import islice
from typing import Any, cast

import pytest
from chalice.local import LambdaContext

from chalicelib.connect.errors import (
    JiraAddressError,
    JiraAnswerError,
    JiraBusyError,
    JiraConflictError,
    JiraError,
    JiraForbiddenError,
    JiraNotFoundError,
    JiraUnauthorizedError,
    JiraUnavailableError,
    RetryLater,
)
from chalicelib.connect.jira.exchange import MOST_BYTES, Call
from chalicelib.connect.jira.signing import AppSignature, UserSignature
from tests import tokens
from tests.loaded_app import Context, LoadedApp
from tests.unit.calls.conftest import Calls
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


def test_an_answer_is_read_up_to_a_bound_also_when_it_grows_as_it_is_unpacked(calls: Calls, server: JiraServer) -> None:
    server.replies(Reply(raw=gzip.compress(b" " * (MOST_BYTES * 20)), headers={"Content-Encoding": "gzip"}))
    with pytest.raises(JiraAnswerError, match="larger than 10,000,000"):
        calls.jira.get("/rest")


# Time


def test_a_jira_that_is_not_there_or_hangs_up_is_unavailable(calls: Calls, server: JiraServer) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]

        def hang_up() -> None:
            listening.accept()[0].close()

        thread = threading.Thread(target=hang_up)
        thread.start()
        with pytest.raises(JiraUnavailableError, match=r"^GET /rest: no answer came \(\w+\)$"):
            calls.client(replace(calls.tenant, base_url=f"http://127.0.0.1:{port}")).get("/rest")
        thread.join()
    with pytest.raises(JiraUnavailableError) as caught:
        calls.client(replace(calls.tenant, base_url=f"http://127.0.0.1:{port}")).get("/rest")
    assert caught.value.status is None


def test_a_jira_that_says_nothing_is_left_before_the_functions_time_is_over(calls: Calls, server: JiraServer) -> None:
    server.replies(Reply(seconds=3))
    calls.seconds_left = 5.0
    began = time.monotonic()
    with pytest.raises(JiraUnavailableError, match="no answer came"):
        calls.jira.get("/rest")
    assert time.monotonic() - began < 1.5


def test_a_jira_that_drips_is_left_too(calls: Calls) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def drip() -> None:
            connection = listening.accept()[0]
            with connection:
                connection.recv(65_536)
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n")
                try:
                    for _ in range(60):
                        connection.sendall(b" ")
                        time.sleep(0.1)
                except OSError:
                    return

        thread = threading.Thread(target=drip)
        thread.start()
        calls.seconds_left = 5.0
        began = time.monotonic()
        tenant = replace(calls.tenant, base_url=f"http://127.0.0.1:{listening.getsockname()[1]}")
        with pytest.raises(JiraUnavailableError, match="did not come to its end"):
            calls.client(tenant).get("/rest")
        assert time.monotonic() - began < 2.5
        thread.join()


def test_no_call_is_begun_that_no_time_is_left_for(calls: Calls, server: JiraServer) -> None:
    calls.seconds_left = 4.0
    with pytest.raises(JiraBusyError, match="no time was left") as caught:
        calls.jira.get("/rest")
    assert caught.value.seconds == 0
    assert server.seen == []


def test_a_connection_is_used_again_but_not_after_a_function_was_frozen(calls: Calls, server: JiraServer) -> None:
    for ahead in (0, 0, 25, 50, 81, 82):
        calls.ahead = ahead
        # As the app, whose tokens say when they were made, it would be too far ahead of the server.
        calls.jira.as_user("account-1").get("/rest")
    ports = [each.port for each in server.seen]
    assert len(set(ports)) == 2
    assert ports[3] != ports[4] == ports[5]


# Limits


def test_a_short_wait_is_waited_in_place_and_the_call_signed_afresh(calls: Calls, server: JiraServer) -> None:
    server.replies(Reply(429, headers={"Retry-After": "2"}), Reply(429, headers={"Retry-After": "3"}), Reply(json=5))

    assert calls.jira.post("/rest/api/3/issue", {"fields": {}}) == 5
    assert calls.slept == [2.0, 3.0]
    assert len({each.token for each in server.seen}) == 3
    assert len({each.body for each in server.seen}) == 1


def test_a_long_wait_is_handed_back_to_the_queue(calls: Calls, server: JiraServer) -> None:
    server.replies(
        Reply(
            429,
            {"errorMessages": ["Rate limit exceeded."]},
            headers={"Retry-After": "1847", "RateLimit-Reason": "jira-quota-tenant-based"},
        )
    )
    with pytest.raises(RetryLater) as caught:
        calls.jira.get("/rest/api/3/search/jql")

    error = caught.value
    assert isinstance(error, JiraBusyError)
    assert (error.seconds, error.status, error.messages) == (1847, 429, ("Rate limit exceeded.",))
    assert "asks for a wait of 1847 s (jira-quota-tenant-based)" in str(error)
    assert (calls.slept, len(server.seen)) == ([], 1)


def test_a_short_wait_that_the_function_has_no_time_for_is_handed_back(calls: Calls, server: JiraServer) -> None:
    server.replies(Reply(429, headers={"Retry-After": "3"}))
    calls.seconds_left = 7.0
    with pytest.raises(JiraBusyError) as caught:
        calls.jira.get("/rest")
    assert (caught.value.seconds, calls.slept) == (3, [])


def test_a_jira_that_goes_on_saying_no_is_believed(calls: Calls, server: JiraServer) -> None:
    server.replies(Reply(429))
    with pytest.raises(JiraBusyError) as caught:
        calls.jira.get("/rest")
    assert calls.slept == [1.0, 2.0]
    assert caught.value.seconds == 30
    assert len(server.seen) == 3


def test_after_a_503_with_a_wait_only_what_changes_nothing_twice_is_made_again_in_place(
    calls: Calls, server: JiraServer
) -> None:
    server.replies(Reply(503, headers={"Retry-After": "1"}), Reply(json=1))
    assert calls.jira.get("/rest") == 1
    server.replies(Reply(503, headers={"Retry-After": "1"}), Reply(json=1))
    with pytest.raises(JiraBusyError) as caught:
        calls.jira.post("/rest", {})
    assert (caught.value.seconds, caught.value.status) == (1, 503)


def test_a_job_sees_what_is_left_and_stops_before_jira_says_no(calls: Calls, server: JiraServer) -> None:
    def left(points: int) -> Reply:
        policy = {"Beta-RateLimit-Policy": '"tenant-app-quota";q=1000;w=3600'}
        return Reply(json={}, headers={**policy, "Beta-RateLimit": f'"tenant-app-quota";r={points};t=900'})

    calls.jira.keep_reserve()
    server.replies(left(500))
    calls.jira.get("/rest")
    assert (calls.jira.budget.remaining, calls.jira.budget.limit) == (500, 1000)
    calls.jira.keep_reserve()

    server.replies(left(200), Reply(json={}))
    calls.jira.get("/rest")
    calls.jira.get("/rest")
    with pytest.raises(RetryLater) as caught:
        calls.jira.keep_reserve()
    assert 895 <= caught.value.seconds <= 901
    calls.jira.keep_reserve(0.1)
    assert calls.jira.as_user("account-1").budget.remaining is None
    assert calls.client(replace(calls.tenant, client_key="other")).budget.remaining is None

    calls.ahead = 901
    calls.jira.keep_reserve()


def test_a_429_too_tells_what_is_left(calls: Calls, server: JiraServer) -> None:
    server.replies(Reply(429, headers={"Retry-After": "900", "X-RateLimit-Remaining": "0", "X-RateLimit-Limit": "9"}))
    with pytest.raises(JiraBusyError):
        calls.jira.get("/rest")
    assert calls.jira.budget.remaining == 0


# In the app


def test_the_app_itself_hands_out_clients_that_share_one_connection(
    calls: Calls, server: JiraServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = LoadedApp(monkeypatch)
    services = app.connect.services(cast(LambdaContext, Context()))
    server.replies(Reply(json={}, headers={"X-RateLimit-Remaining": "5", "X-RateLimit-Limit": "9"}))

    services.jira(calls.tenant, lambda: 60.0).get("/rest/api/3/myself")

    assert server.seen[0].by == "app"
    assert services.jira(calls.tenant, lambda: 60.0).budget.remaining == 5
