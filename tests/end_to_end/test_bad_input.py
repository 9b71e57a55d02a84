"""What no good Jira would send, over HTTP: always a 4xx in one shape, in time, and nothing stored."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import pytest

from chalicelib.connect.protocol.query_hash import query_hash
from chalicelib.connect.settings import Resources
from devkit.cloud.embedded import EmbeddedCloud
from tests import tokens
from tests.end_to_end.client import JiraClient, eventually

REFUSED = {"Code": "UnauthorizedError", "Message": "The request carries no token that opens this route."}
WEBHOOK = "/webhooks/jira:issue_updated"


@contextmanager
def nothing_stored(cloud: EmbeddedCloud) -> Iterator[None]:
    """Check that the tables are the same afterwards, and that no message waits."""
    eventually(lambda: is_at_rest(cloud))
    before = stored(cloud)
    yield
    assert stored(cloud) == before


def is_at_rest(cloud: EmbeddedCloud) -> bool:
    """Whether the worker has nothing to do any more that other tests gave it."""
    sqs = cloud.client("sqs")
    url = sqs.get_queue_url(QueueName=Resources("local").deliveries_queue)["QueueUrl"]
    counts = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    return all(int(count) == 0 for name, count in counts.items() if name.startswith("ApproximateNumberOfMessages"))


def stored(cloud: EmbeddedCloud) -> list[Any]:
    """All that the app keeps."""
    names = Resources("local")
    tables = (names.tenants_table, names.deliveries_table, names.records_table)
    return [cloud.client("dynamodb").scan(TableName=table)["Items"] for table in tables]


def server_tokens(jira: JiraClient, path: str) -> dict[str, str]:
    """Tokens for a POST to `path`, each wrong in one way."""
    qsh = query_hash("POST", path, {})
    good = tokens.claims(qsh, iss=jira.client_key)

    def signed(**changes: Any) -> str:
        return tokens.symmetric({**good, **changes}, jira.secret)

    return {
        "malformed": "not.a.token",
        "no dots": "abc",
        "empty parts": "..",
        "expired": signed(iat=1_700_000_000, exp=1_700_000_180),
        "exp as text": signed(exp=str(good["exp"])),
        "unlimited": signed(exp=good["exp"] + 10**9),
        "iat missing": tokens.symmetric({k: v for k, v in good.items() if k != "iat"}, jira.secret),
        "foreign secret": tokens.symmetric(good, "a secret that belongs to another site altogether"),
        "unknown tenant": signed(iss=str(uuid4())),
        "iss a list": signed(iss=[jira.client_key]),
        "iss a number": signed(iss=7),
        "wrong audience": signed(aud="https://other.example.com"),
        "aud a number": signed(aud=7),
        "wrong hash": signed(qsh="0" * 64),
        "hash of another method": signed(qsh=query_hash("GET", path, {})),
        "hash with the base path": signed(qsh=query_hash("POST", "/base" + path, {})),
        "context token": signed(qsh="context-qsh"),
        "hash a number": signed(qsh=7),
        "sub a list": signed(sub=["x"]),
        "signed by Atlassian's key": tokens.asymmetric(good),
        "public key as a secret": tokens.symmetric(good, "x" * 40),
        "huge": "a" * 7_000 + "." + "b" * 3_000 + ".c",
    }


def test_every_bad_server_token_is_refused_in_the_same_words(jira: JiraClient, cloud: EmbeddedCloud) -> None:
    with nothing_stored(cloud):
        for path in (WEBHOOK, "/enabled", "/disabled"):
            for name, token in {**server_tokens(jira, path), "missing": None}.items():
                status, answer, _ = jira.call("POST", path, token, {"clientKey": jira.client_key})
                assert (status, answer) == (401, REFUSED), f"{path}: {name}"


def test_every_bad_install_token_is_refused_in_the_same_words(base_url: str, cloud: EmbeddedCloud) -> None:
    jira = JiraClient(base_url, str(uuid4()))
    payload = tokens.install_payload(clientKey=jira.client_key)
    good = tokens.claims(query_hash("POST", "/installed", {}), iss=jira.client_key, aud=[base_url])
    bad = {
        "missing": None,
        "symmetric": tokens.symmetric(good),
        "the public key as a shared secret": symmetric_with_public_key(good),
        "kid unknown": tokens.asymmetric(good, kid="no-such-key"),
        "kid a path": tokens.asymmetric(good, kid="../install-keys/" + tokens.KID),
        "kid a URL": tokens.asymmetric(good, kid="http://127.0.0.1:1/key"),
        "kid missing": tokens.asymmetric(good, kid=None),
        "audience of another app": tokens.asymmetric({**good, "aud": ["https://other.example.com"]}),
        "audience a prefix": tokens.asymmetric({**good, "aud": [base_url + "/more"]}),
        "audience missing": tokens.asymmetric({k: v for k, v in good.items() if k != "aud"}),
        "of another tenant": tokens.asymmetric({**good, "iss": "someone-else"}),
        "expired": tokens.asymmetric({**good, "iat": 1_700_000_000, "exp": 1_700_000_180}),
        "hash of uninstalled": tokens.asymmetric({**good, "qsh": query_hash("POST", "/uninstalled", {})}),
        "context": tokens.asymmetric({**good, "qsh": "context-qsh"}),
    }
    with nothing_stored(cloud):
        for name, token in bad.items():
            status, answer, _ = jira.call("POST", "/installed", token, payload)
            assert (status, answer) == (401, REFUSED), name


def symmetric_with_public_key(claims: dict[str, Any]) -> str:
    """An HS256 token whose secret is Atlassian's public key; PyJWT would not make one, so it is made by hand."""
    import base64
    import hashlib
    import hmac
    import json

    def part(value: Any) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()

    text = f"{part({'alg': 'HS256', 'typ': 'JWT', 'kid': tokens.KID})}.{part(claims)}"
    mac = hmac.new(tokens.public_pem().encode(), text.encode(), hashlib.sha256).digest()
    return f"{text}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"


def test_a_context_token_opens_data_alone_and_a_server_token_opens_no_data(jira: JiraClient) -> None:
    context = jira.context_token("10001")
    server = tokens.symmetric(
        tokens.claims(query_hash("GET", "/api/time-in-status", {}), iss=jira.client_key), jira.secret
    )

    assert jira.call("GET", "/api/time-in-status", server)[:2] == (401, REFUSED)
    assert jira.call("POST", WEBHOOK, context, {})[:2] == (401, REFUSED)


@pytest.mark.parametrize("body", ["", "no json", "[]", "null", '{"a": NaN}', "[" * 50_000, b"\xff\xfe{\x00}\x00"])
def test_a_body_that_is_no_json_object_is_refused(jira: JiraClient, cloud: EmbeddedCloud, body: str | bytes) -> None:
    install = tokens.claims(query_hash("POST", "/installed", {}), iss=jira.client_key, aud=[jira.base_url])
    with nothing_stored(cloud):
        for path, token in (
            (WEBHOOK, jira.server_token(WEBHOOK)),
            ("/enabled", jira.server_token("/enabled")),
            ("/installed", tokens.asymmetric(install)),
        ):
            status, answer, _ = jira.call("POST", path, token, body)
            assert (status, answer["Code"]) == (400, "BadRequestError"), path


def test_what_is_not_there_is_not_found(jira: JiraClient) -> None:
    path = "/webhooks/sprint_started"
    status, answer, _ = jira.call("POST", path, jira.server_token(path), {})
    assert (status, answer["Code"]) == (404, "NotFoundError")

    for page in ("no-such-page", "..", "issue-panel.html", "ISSUE-PANEL", "%2e%2e%2fapp", "a" * 300):
        status, answer, _ = jira.call("GET", f"/pages/{page}")
        assert status in (403, 404), page
    assert jira.call("GET", "/no/such/path")[0] == 403
    assert jira.call("DELETE", "/installed")[0] in (403, 405)


def test_another_kind_of_body_is_refused(jira: JiraClient) -> None:
    status, _, _ = jira.call("POST", WEBHOOK, jira.server_token(WEBHOOK), "{}", Content_Type="text/plain")
    assert status == 415


def test_an_install_is_answered_within_a_second_also_when_the_key_server_hangs(
    base_url: str, hanging_keys: list[socket.socket], cloud: EmbeddedCloud
) -> None:
    jira = JiraClient(base_url, str(uuid4()))
    jira.call("POST", "/installed", None, {})  # wakes the function
    payload = tokens.install_payload(clientKey=jira.client_key)
    claims = tokens.claims(query_hash("POST", "/installed", {}), iss=jira.client_key, aud=[base_url])
    with nothing_stored(cloud):
        for _ in range(3):
            started = time.monotonic()
            status, answer, _ = jira.call("POST", "/installed", tokens.asymmetric(claims, kid="hang"), payload)
            assert (status, answer) == (401, REFUSED)
            # Not a benchmark: the promise is a second, and the fixture never answers at all.
            assert time.monotonic() - started < 1.5
