"""Calls as a user: one token for as long as it lasts, however many threads need it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from chalicelib.connect.errors import (
    JiraAnswerError,
    JiraBusyError,
    JiraError,
    JiraImpersonationError,
    JiraUnauthorizedError,
    JiraUnavailableError,
)
from chalicelib.connect.jira.client import Account
from chalicelib.connect.jira.exchange import Exchange
from chalicelib.connect.jira.impersonation import COMMERCIAL, GOVERNMENT, UserTokens, authorization_server
from tests import tokens
from tests.unit.calls.calls import Calls
from tests.unit.calls.jira_server import JiraServer, Reply


def test_a_call_as_a_user_comes_as_that_user_and_the_app_stays_itself(calls: Calls, server: JiraServer) -> None:
    mole = calls.jira.as_user("account-mole")
    mole.get("/rest/api/3/myself")
    calls.jira.as_user("account-vole").get("/rest/api/3/myself")
    mole.post("/rest/api/3/issue/10001/comment", {"body": "x"})
    calls.jira.get("/rest/api/3/myself")

    assert [each.by for each in server.seen] == ["account-mole", "account-vole", "account-mole", "app"]
    assert server.tokens_given == 2


def test_scopes_are_asked_for_in_capitals_and_each_set_of_them_has_its_own_token(
    calls: Calls, server: JiraServer
) -> None:
    for scopes in ((), ("read",), ("WRITE", "read"), ("READ", "WRITE", "read")):
        calls.jira.as_user("account-1", scopes).get("/rest")
    assert [each.token.rpartition("-")[2] for each in server.seen] == ["all", "READ", "READ+WRITE", "READ+WRITE"]
    assert server.tokens_given == 3


def test_a_token_is_used_until_shortly_before_its_end(calls: Calls, server: JiraServer) -> None:
    user = calls.jira.as_user("account-1")
    for ahead in (0, 860, 875, 880):
        calls.ahead = ahead
        user.get("/rest")
    assert [each.token[:8] for each in server.seen] == ["access-1", "access-1", "access-2", "access-2"]


def test_a_token_is_used_for_an_hour_at_most_whatever_is_said_of_its_life(calls: Calls, server: JiraServer) -> None:
    server.token_life = 1_000_000
    user = calls.jira.as_user("account-1")
    for ahead in (0, 3_500, 3_600):
        calls.ahead = ahead
        user.get("/rest")
    assert [each.token[:8] for each in server.seen] == ["access-1", "access-1", "access-2"]


def test_the_token_of_a_user_of_one_site_is_never_used_for_another(calls: Calls, server: JiraServer) -> None:
    for client_key in ("tenant-1", "tenant-2"):
        calls.client(replace(calls.tenant, client_key=client_key)).as_user("account-1").get("/rest")
    assert server.tokens_given == 2


@pytest.mark.parametrize("life", [None, "900", True, -5, 0, 10, {}])
def test_a_token_without_a_good_word_about_its_life_is_used_once(calls: Calls, server: JiraServer, life: Any) -> None:
    server.token_life = life
    for _ in range(2):
        calls.jira.as_user("account-1").get("/rest")
    assert server.tokens_given == 2


def test_many_threads_ask_for_one_token_once(calls: Calls, server: JiraServer) -> None:
    with ThreadPoolExecutor(16) as pool:
        for _ in pool.map(lambda _: calls.jira.as_user("account-1").get("/rest"), range(32)):
            pass
    assert server.tokens_given == 1
    assert {each.by for each in server.seen} == {"account-1"}
    assert len(server.seen) == 32


def test_a_failure_is_told_to_all_who_wait_and_is_not_kept(calls: Calls, server: JiraServer) -> None:
    server.token_reply = Reply(500, seconds=0.2)

    def attempt(_: int) -> str:
        try:
            calls.jira.as_user("account-1").get("/rest")
        except JiraUnavailableError as error:
            return str(error)
        return ""

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(attempt, range(8))) == {"POST /oauth2/token: Jira answered 500"}
    server.token_reply = None
    assert attempt(0) == ""


def test_a_token_that_jira_has_ended_is_replaced_once(calls: Calls, server: JiraServer) -> None:
    user = calls.jira.as_user("account-1")
    user.get("/rest")
    server.revoke()
    user.get("/rest")
    assert server.tokens_given == 2

    server.replies(Reply(401))
    with pytest.raises(JiraUnauthorizedError):
        user.get("/rest")
    assert server.tokens_given == 3


def test_an_app_that_is_installed_anew_asks_anew(calls: Calls, server: JiraServer) -> None:
    calls.jira.as_user("account-1").get("/rest")
    with pytest.raises(JiraError):
        # The stand-in knows the other client only.
        calls.client(replace(calls.tenant, oauth_client_id="another")).as_user("account-1").get("/rest")


def test_the_oldest_tokens_are_forgotten_first(calls: Calls, server: JiraServer) -> None:
    held = UserTokens(Exchange(), calls.now, most=2)

    def get(name: str) -> str:
        return held.get(calls.tenant, Account(name), lambda: 60.0)

    a, b = get("a"), get("b")
    assert get("a") == a
    get("c")
    assert get("a") == a
    assert get("b") != b
    assert server.tokens_given == 4


def test_a_refusal_says_why_in_atlassians_words_and_holds_no_token(calls: Calls, server: JiraServer) -> None:
    token = tokens.symmetric({"iss": "urn:atlassian:connect:clientid:oauth-client-1"})
    words = {"error": "invalid_grant", "error_description": f"Invalid subject in {token}"}
    server.token_reply = Reply(400, words)
    with pytest.raises(JiraImpersonationError) as caught:
        calls.jira.as_user("account-1").get("/rest")
    assert str(caught.value) == "POST /oauth2/token: Atlassian answered 400: invalid_grant: Invalid subject in …"
    assert not caught.value.retry


@pytest.mark.parametrize(
    "answer",
    [None, [], {}, {"access_token": 5}, {"access_token": ""}, {"access_token": "a b"}, {"access_token": "a\r\nX: y"}],
)
def test_an_answer_without_a_token_is_said_to_be_one(calls: Calls, server: JiraServer, answer: Any) -> None:
    server.token_reply = Reply(json=answer)
    with pytest.raises(JiraAnswerError, match="holds no token"):
        calls.jira.as_user("account-1").get("/rest")


def test_the_authorization_servers_own_limits_are_kept_to_as_well(calls: Calls, server: JiraServer) -> None:
    server.token_reply = Reply(429, headers={"Retry-After": "99"})
    with pytest.raises(JiraBusyError) as caught:
        calls.jira.as_user("account-1").get("/rest")
    assert caught.value.seconds == 99


def test_nothing_is_asked_for_an_app_without_the_scope_or_for_nobody(calls: Calls, server: JiraServer) -> None:
    with pytest.raises(JiraImpersonationError, match="ACT_AS_USER"):
        calls.client(replace(calls.tenant, oauth_client_id="")).as_user("account-1").get("/rest")
    with pytest.raises(JiraImpersonationError, match="nobody"):
        calls.jira.as_user("")
    assert server.tokens_given == 0


@pytest.mark.parametrize(
    ("site", "asked"),
    [
        ("https://burrow.atlassian.net", COMMERCIAL),
        ("https://burrow.jira.com", COMMERCIAL),
        ("https://burrow.atlassian-us-gov-mod.net", GOVERNMENT),
        ("https://atlassian-us-gov-mod.net.example.com", COMMERCIAL),
        ("http://localhost:2990", "http://localhost:2990"),
    ],
)
def test_each_cloud_has_its_own_authorization_server(site: str, asked: str) -> None:
    assert authorization_server(site) == asked
