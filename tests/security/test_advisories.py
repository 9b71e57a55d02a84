"""Every published mistake of this field, tried on the routes: each opens nothing and changes nothing.

Sources: the advisories of atlassian-connect-express and atlassian-connect-spring-boot, Atlassian's security
requirements for cloud apps, and the reports of those who broke apps.
"""

from __future__ import annotations

import hashlib
import json
import time
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key

from chalicelib.connect.protocol.query_hash import query_hash
from tests import tokens
from tests.security.refusals import OTHER_SECRET, WEBHOOK, install_token, qsh, refused, server_token, state
from tests.unit.bench import BASE_URL, Bench

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


@pytest.mark.parametrize(("begins", "ends"), [(-240, -60), (60, 240), (0, 3_601)])
def test_a_token_of_a_minute_ago_or_of_the_future_or_for_more_than_an_hour_is_refused(
    bench: Bench, begins: int, ends: int
) -> None:
    now = int(time.time())
    refused(bench, WEBHOOK, server_token(iat=now + begins, exp=now + ends))
    refused(bench, "/installed", install_token(iat=now + begins, exp=now + ends))


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


def test_a_secret_of_another_tenant_opens_nothing(bench: Bench) -> None:
    bench.install(clientKey="other", sharedSecret=OTHER_SECRET)
    refused(bench, WEBHOOK, server_token(secret=OTHER_SECRET))
    refused(bench, WEBHOOK, tokens.handmade({"alg": "HS256"}, tokens.claims(qsh(WEBHOOK)), ""))


def test_a_secret_that_an_install_has_replaced_opens_for_a_day_and_no_longer(bench: Bench) -> None:
    began = time.time()
    bench.clock = lambda: began + 1
    bench.install(sharedSecret=OTHER_SECRET)
    for later, status in ((86_000, 204), (86_800, 401)):
        bench.clock = lambda later=later: began + later  # type: ignore[misc]
        assert bench.webhook(tokens.SECRET) == status
        assert bench.webhook(OTHER_SECRET) == 204


def test_a_claim_that_stands_twice_is_none(bench: Bench) -> None:
    once = json.dumps(tokens.claims(qsh(WEBHOOK)))
    for twice in (once[:-1] + ', "iss": "another-tenant"}', '{"iss": "another-tenant", ' + once[1:]):
        refused(bench, WEBHOOK, tokens.handmade({"alg": "HS256"}, twice.encode()))
    refused(bench, WEBHOOK, tokens.handmade(b'{"alg": "none", "alg": "HS256"}', once.encode()))


def test_a_name_that_stands_twice_in_a_lifecycle_call_is_refused(bench: Bench) -> None:
    body = json.dumps(tokens.install_payload())[:-1] + ', "sharedSecret": "mine, all mine, and long enough for it"}'
    refused(bench, "/installed", install_token(), body, status=400)
    body = '{"clientKey": "another-tenant", ' + json.dumps(tokens.install_payload("enabled"))[1:]
    refused(bench, "/enabled", server_token("/enabled"), body, status=400)


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


@pytest.mark.parametrize("event", ["uninstalled", "enabled", "disabled"])
def test_a_lifecycle_call_for_another_tenant_or_app_is_refused(bench: Bench, event: str) -> None:
    path = f"/{event}"
    token = install_token(path) if event == "uninstalled" else server_token(path)
    if event == "disabled":
        bench.signed("/enabled", tokens.install_payload("enabled"))
    for changes, status in (({"clientKey": "other"}, 401), ({"clientKey": None}, 401), ({"key": "other"}, 400)):
        refused(bench, path, token, tokens.install_payload(event, **changes), status=status)


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
