"""Every published mistake of this field, tried on the routes: each opens nothing and changes nothing.

Sources: the advisories of atlassian-connect-express and atlassian-connect-spring-boot, Atlassian's security
requirements for cloud apps, and the reports of those who broke apps.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key

from chalicelib.connect.protocol.own_tokens import app_token, user_assertion
from chalicelib.connect.protocol.query_hash import query_hash
from chalicelib.connect.protocol.tokens import MOST_CHARACTERS
from tests import tokens
from tests.unit.bench import APP_KEY, BASE_URL, Bench

WEBHOOK = "/webhooks/jira:issue_updated"
REFUSED = {"Code": "UnauthorizedError", "Message": "The request carries no token that opens this route."}
OTHER_SECRET = "the shared secret of another site, long enough for HS256"


def qsh(path: str, method: str = "POST") -> str:
    return query_hash(method, path, {})


def state(bench: Bench) -> tuple[Any, int]:
    """All that a request could have changed."""
    return bench.tenants.get(tokens.CLIENT_KEY), len(bench.queue.sent)


def refused(bench: Bench, path: str, token: str | None, body: Any = None, *, status: int = 401) -> None:
    """Checks that a request is refused, in the same words as every other, and changes nothing."""
    before = state(bench)
    resource = "/webhooks/{event}" if path.startswith("/webhooks/") else path.partition("?")[0]
    method = "GET" if path.startswith("/api/") else "POST"
    given = tokens.install_payload() if body is None else body
    answer = bench.call(method, path, token, given, resource=resource)
    assert answer == (401, REFUSED) if status == 401 else answer[0] == status
    assert state(bench) == before


def server_token(path: str = WEBHOOK, secret: str = tokens.SECRET, **claims: Any) -> str:
    return tokens.symmetric(tokens.claims(qsh(path), **claims), secret)


def install_token(path: str = "/installed", **claims: Any) -> str:
    return tokens.asymmetric(tokens.claims(qsh(path), **{"aud": [BASE_URL], **claims}))


# One kind of token where another belongs


@pytest.mark.parametrize("path", ["/installed", "/uninstalled", "/enabled", "/disabled", WEBHOOK])
def test_a_context_token_which_any_user_can_get_opens_no_route_of_jira_s_own(bench: Bench, path: str) -> None:
    refused(bench, path, tokens.symmetric(tokens.claims("context-qsh", sub="account-1")))


def test_a_first_install_without_signature_is_refused() -> None:
    bench = Bench()
    refused(bench, "/installed", None)
    assert bench.tenants.get(tokens.CLIENT_KEY) is None


@pytest.mark.parametrize("path", ["/installed", "/uninstalled"])
def test_an_install_signed_with_the_shared_secret_that_it_brings_is_refused(bench: Bench, path: str) -> None:
    refused(bench, path, tokens.symmetric(tokens.claims(qsh(path), aud=[BASE_URL]), kid=tokens.KID))


@pytest.mark.parametrize("path", ["/enabled", "/disabled", WEBHOOK, "/api/data"])
def test_an_install_token_opens_no_other_route(bench: Bench, path: str) -> None:
    right = "context-qsh" if path.startswith("/api") else qsh(path)
    refused(bench, path, tokens.asymmetric(tokens.claims(right, aud=[BASE_URL])))


# The algorithm


@pytest.mark.parametrize("path", ["/installed", "/uninstalled"])
def test_the_public_key_is_no_secret_for_hmac(bench: Bench, path: str) -> None:
    payload = tokens.claims(qsh(path), aud=[BASE_URL])
    for algorithm in ("HS256", "RS256"):
        header = {"alg": algorithm, "kid": tokens.KID}
        refused(bench, path, tokens.handmade(header, payload, tokens.public_pem()))


@pytest.mark.parametrize("algorithm", ["none", "None", "NONE", "nOnE", "", None, "HS384", "HS512", "RS256", "ES256"])
@pytest.mark.parametrize("path", [WEBHOOK, "/enabled", "/api/data"])
def test_the_header_does_not_choose_the_algorithm(bench: Bench, path: str, algorithm: str | None) -> None:
    right = "context-qsh" if path.startswith("/api") else qsh(path)
    signed = tokens.handmade({"alg": algorithm}, tokens.claims(right))
    refused(bench, path, signed)
    refused(bench, path, signed.rpartition(".")[0] + ".")


def test_a_key_in_the_header_signs_nothing(bench: Bench) -> None:
    own = generate_private_key(public_exponent=65537, key_size=2048)
    claims = tokens.claims(qsh("/installed"), aud=[BASE_URL])
    refused(bench, "/installed", tokens.asymmetric(claims, key=own))
    for name, value in {"jwk": {"kty": "oct", "k": "AA"}, "jku": "https://evil.example.com", "x5u": "x"}.items():
        header = {"alg": "HS256", name: value}
        refused(bench, WEBHOOK, tokens.handmade(header, tokens.claims(qsh(WEBHOOK)), OTHER_SECRET))


@pytest.mark.parametrize("kid", ["../../etc/passwd", "..", "https://evil.example.com/key", "a/b", "a?b", "a%2fb", ""])
def test_a_kid_is_neither_a_path_nor_a_url_and_no_key_is_asked_for(bench: Bench, kid: str) -> None:
    asked = bench.keys.asked
    refused(bench, "/installed", tokens.asymmetric(tokens.claims(qsh("/installed"), aud=[BASE_URL]), kid))
    assert bench.keys.asked == asked


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


# The claims


FAR = 4_000_000_000
"""An instant that this code will not see."""


@pytest.mark.parametrize(
    "claims",
    [
        {"exp": None},
        {"exp": str(FAR)},
        {"exp": True},
        {"exp": {}},
        {"exp": FAR},
        {"exp": 1_600_000_000},
        {"iat": None},
        {"iat": FAR},
        {"iat": FAR, "exp": FAR + 100},
        {"nbf": FAR},
        {"nbf": "0"},
        {"nbf": True},
        {"iss": "another-tenant"},
        {"iss": tokens.CLIENT_KEY[:-1]},
        {"iss": tokens.CLIENT_KEY + "1"},
        {"iss": tokens.CLIENT_KEY.replace("1", "\N{FULLWIDTH DIGIT ONE}")},
        {"iss": f" {tokens.CLIENT_KEY}"},
        {"iss": None},
        {"iss": 5},
        {"iss": [tokens.CLIENT_KEY]},
        {"iss": {"$ne": ""}},
        {"aud": ["another-app"]},
        {"aud": 5},
        {"aud": {}},
        {"aud": []},
        {"aud": [5]},
        {"qsh": None},
        {"qsh": 5},
        {"qsh": "0" * 64},
        {"qsh": "context-qsh"},
    ],
    ids=str,
)
@pytest.mark.parametrize("path", ["/installed", "/enabled", WEBHOOK])
def test_a_signed_token_with_a_wrong_claim_is_refused(bench: Bench, path: str, claims: dict[str, Any]) -> None:
    made = {**tokens.claims(qsh(path), aud=[BASE_URL]), **claims}
    made = {name: value for name, value in made.items() if value is not None}
    refused(bench, path, tokens.asymmetric(made) if path == "/installed" else tokens.symmetric(made))


@pytest.mark.parametrize(
    "wrong",
    [
        qsh(WEBHOOK, "GET"),
        qsh("/webhooks/jira:issue_deleted"),
        qsh("/prod" + WEBHOOK),
        query_hash("POST", WEBHOOK, {"a": ["1"]}),
        hashlib.sha256(b"POST&" + WEBHOOK.encode() + b"&{}").hexdigest(),
        hashlib.sha256(b"{}").hexdigest(),
        qsh(WEBHOOK).upper(),
        qsh(WEBHOOK)[:-1],
    ],
)
def test_a_token_for_another_request_opens_nothing(bench: Bench, wrong: str) -> None:
    refused(bench, WEBHOOK, tokens.symmetric(tokens.claims(wrong)), {})


@pytest.mark.parametrize("sent", ["a=1&a=2", "a=2", "a=1%2C2", "a=1&b=1", "A=1", "a=1+", "", "a=1&jwt=x&a=1"])
def test_a_token_for_another_query_opens_nothing(bench: Bench, sent: str) -> None:
    token = tokens.symmetric(tokens.claims(query_hash("POST", WEBHOOK, {"a": ["1"]})))
    assert bench.call("POST", f"{WEBHOOK}?a=1", token, {}, resource="/webhooks/{event}")[0] == 204
    assert bench.call("POST", f"{WEBHOOK}?{sent}", token, {}, resource="/webhooks/{event}") == (401, REFUSED)


def test_a_secret_of_another_tenant_opens_nothing(bench: Bench) -> None:
    bench.install(clientKey="other", sharedSecret=OTHER_SECRET)
    refused(bench, WEBHOOK, server_token(secret=OTHER_SECRET))
    refused(bench, WEBHOOK, tokens.handmade({"alg": "HS256"}, tokens.claims(qsh(WEBHOOK)), ""))


def test_a_claim_that_stands_twice_is_none(bench: Bench) -> None:
    once = json.dumps(tokens.claims(qsh(WEBHOOK)))
    for twice in (once[:-1] + ', "iss": "another-tenant"}', '{"iss": "another-tenant", ' + once[1:]):
        refused(bench, WEBHOOK, tokens.handmade({"alg": "HS256"}, twice.encode()))


def test_a_name_that_stands_twice_in_an_install_is_refused(bench: Bench) -> None:
    body = json.dumps(tokens.install_payload())[:-1] + ', "sharedSecret": "mine, all mine, and long enough for it"}'
    refused(bench, "/installed", install_token(), body, status=400)


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


# Installs


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"sharedSecret": None}, 400),
        ({"sharedSecret": ""}, 400),
        ({"sharedSecret": 5}, 400),
        ({"key": "another-app"}, 400),
        ({"clientKey": "another-tenant"}, 401),
        ({"clientKey": None}, 401),
        ({"baseUrl": "http://burrow.atlassian.net"}, 403),
        ({"baseUrl": "https://evil.example.com"}, 403),
        ({"baseUrl": "https://burrow.atlassian.net.evil.example.com"}, 403),
        ({"baseUrl": "https://burrow.atlassian.net@evil.example.com"}, 403),
        ({"baseUrl": "https://evil.example.com/.atlassian.net"}, 403),
        ({"baseUrl": "https://evil.example.com#.atlassian.net"}, 403),
        ({"baseUrl": "https://evilatlassian.net"}, 403),
        ({"baseUrl": "https://burrow.аtlassian.net"}, 403),  # noqa: RUF001 - a Cyrillic letter is the point
        ({"baseUrl": "https://169.254.169.254/latest/meta-data"}, 403),
        ({"baseUrl": "file:///etc/passwd"}, 403),
        ({"baseUrl": None}, 400),
    ],
    ids=str,
)
def test_an_install_from_elsewhere_or_for_another_is_refused(
    bench: Bench, changes: dict[str, Any], status: int
) -> None:
    refused(bench, "/installed", install_token(), tokens.install_payload(**changes), status=status)


def test_lifecycle_calls_that_are_played_again_out_of_order_change_nothing(bench: Bench) -> None:
    now = time.time()
    late_install = install_token(now=now - 100)
    old_uninstall = install_token("/uninstalled", now=now - 50)
    old_payload = tokens.install_payload("uninstalled", sharedSecret=None)
    assert bench.call("POST", "/uninstalled", old_uninstall, old_payload)[0] == 204
    assert bench.tenants.get(tokens.CLIENT_KEY).installed  # type: ignore[union-attr]

    bench.uninstall(at=now + 1)
    before = state(bench)
    stolen = tokens.install_payload(sharedSecret=OTHER_SECRET)
    assert bench.call("POST", "/installed", late_install, stolen)[0] == 409
    assert state(bench) == before


def test_disabled_after_uninstalled_still_needs_its_token(bench: Bench) -> None:
    bench.uninstall()
    payload = tokens.install_payload("disabled", sharedSecret=None)
    refused(bench, "/disabled", None, payload)
    refused(bench, "/disabled", server_token("/disabled", OTHER_SECRET), payload)
    assert bench.call("POST", "/disabled", server_token("/disabled"), payload)[0] == 204


def test_a_tenant_that_has_left_reads_and_writes_nothing_any_more(bench: Bench) -> None:
    bench.uninstall()
    refused(bench, WEBHOOK, server_token(), {})
    refused(bench, "/api/data", tokens.symmetric(tokens.claims("context-qsh", sub="account-1")))


# Users


def test_what_a_page_asks_for_is_the_issue_in_the_token_and_no_other(bench: Bench) -> None:
    context = {"jira": {"issue": {"id": "10001"}}}
    token = tokens.symmetric(tokens.claims("context-qsh", sub="account-a", context=context))
    answer = bench.call("GET", "/api/data?issue=10002&issueId=10002", token, resource="/api/data")
    assert answer == (200, {"issue": "10001", "account": "account-a"})
