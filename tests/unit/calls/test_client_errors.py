"""What the client makes of errors, and of answers that are none."""

from __future__ import annotations

import gc
import gzip
import socket
import threading
from dataclasses import replace

import pytest

from chalicelib.connect.errors import (
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
from tests.unit.calls.calls import Calls
from tests.unit.calls.jira_server import APP_KEY, JiraServer, Reply


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


def test_a_redirect_is_read_no_further_than_any_other_answer(calls: Calls, server: JiraServer) -> None:
    server.replies(Reply(302, raw=b" " * (MOST_BYTES + 1), headers={"Location": "/elsewhere"}))
    with pytest.raises(JiraTooLargeError):
        calls.jira.get("/rest")


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
