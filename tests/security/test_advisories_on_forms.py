"""Published mistakes in how a token is written down, where it is looked for, and which request it is for."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.connect.protocol.own_tokens import app_token, user_assertion
from chalicelib.connect.protocol.query_hash import query_hash
from chalicelib.connect.protocol.tokens import MOST_CHARACTERS
from chalicelib.connect.web.guards import MOST_BYTES
from tests import tokens
from tests.security.refusals import REFUSED, WEBHOOK, install_token, qsh, refused, server_token
from tests.unit.bench import APP_KEY, BASE_URL, Bench


@pytest.mark.parametrize("asked", [{"crit": ["exp"]}, {"crit": []}, {"b64": False, "crit": ["b64"]}, {"b64": False}])
def test_a_header_that_asks_for_more_than_is_understood_is_refused(bench: Bench, asked: dict[str, Any]) -> None:
    refused(bench, WEBHOOK, tokens.handmade({"alg": "HS256", **asked}, tokens.claims(qsh(WEBHOOK))))


@pytest.mark.parametrize(
    "change",
    [
        lambda token: token.rpartition(".")[0] + ".",
        lambda token: token.rpartition(".")[0],
        lambda token: token[:-1],
        lambda token: token + "=",
        lambda token: token + ".",
        lambda token: f"{token} {token}",
        lambda token: f"{token}, JWT {token}",
        lambda token: token.replace(".", "=.", 1),
        lambda token: token.replace(".", "..", 1),
        lambda token: f"{token}.{token.rpartition('.')[2]}.{token.rpartition('.')[2]}",
        lambda token: token[:-1] + chr(ord(token[-1]) + 1),
        lambda token: json.dumps(dict(zip(("protected", "payload", "signature"), token.split("."), strict=True))),
    ],
)
def test_a_token_is_written_in_one_way_and_has_a_whole_signature(bench: Bench, change: Callable[[str], str]) -> None:
    good = server_token()
    refused(bench, WEBHOOK, change(good), {})
    assert bench.call("POST", WEBHOOK, good, {}, resource="/webhooks/{event}")[0] == 204


def test_a_token_in_a_url_or_a_body_opens_nothing(bench: Bench) -> None:
    for path in (WEBHOOK, "/enabled"):
        token = server_token(path)
        refused(bench, f"{path}?jwt={token}", None, {"jwt": token})


def test_what_the_app_itself_has_signed_opens_none_of_its_own_routes(bench: Bench) -> None:
    now = time.time()
    for path, right in (("/enabled", qsh("/enabled")), ("/api/data", "context-qsh")):
        mine = app_token(APP_KEY, client_key=tokens.CLIENT_KEY, secret=tokens.SECRET, qsh=right, now=now)
        refused(bench, path, mine)
    for audience in (BASE_URL, tokens.CLIENT_KEY):
        asserted = {"oauth_client_id": "client-1", "secret": tokens.SECRET, "base_url": BASE_URL, "audience": audience}
        refused(bench, "/api/data", user_assertion("account-1", **asserted, now=now))


@pytest.mark.parametrize("sent", ["a=1&a=2", "a=2", "a=1%2C2", "a=1&b=1", "A=1", "a=1+", "", "a=1&jwt=x&a=1"])
def test_a_token_for_another_query_opens_nothing(bench: Bench, sent: str) -> None:
    token = tokens.symmetric(tokens.claims(query_hash("POST", WEBHOOK, {"a": ["1"]})))
    assert bench.call("POST", f"{WEBHOOK}?a=1", token, {}, resource="/webhooks/{event}")[0] == 204
    assert bench.call("POST", f"{WEBHOOK}?{sent}", token, {}, resource="/webhooks/{event}") == (401, REFUSED)


@pytest.mark.parametrize("size", [MOST_CHARACTERS + 1, 1_000_000])
def test_an_oversized_token_is_refused_unread(bench: Bench, size: int) -> None:
    refused(bench, WEBHOOK, "a" * size)
    refused(bench, WEBHOOK, server_token(padding="a" * size))


def test_an_oversized_header_beside_a_good_token_is_no_fault(bench: Bench) -> None:
    token = server_token()
    answer = bench.call(
        "POST",
        WEBHOOK,
        token,
        {},
        resource="/webhooks/{event}",
        headers={"X-Atlassian-Webhook-Identifier": "a" * 9_000},
    )
    assert answer[0] == 204
    assert len(bench.queue.sent[-1].id) == 64


@pytest.mark.parametrize("path", ["/installed", "/uninstalled"])
def test_an_oversized_install_is_refused_unread(bench: Bench, path: str) -> None:
    asked, payload = bench.keys.asked, tokens.install_payload(path[1:], description="")
    payload["description"] = "a" * (MOST_BYTES - len(json.dumps(payload)))
    longer = {**payload, "description": payload["description"] + "a"}
    for body in (longer, "[" * (MOST_BYTES + 1)):
        refused(bench, path, install_token(path), body, status=400)
    assert bench.keys.asked == asked
    assert bench.call("POST", path, install_token(path), payload)[0] == 204
