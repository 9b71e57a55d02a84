"""Tokens and requests that are to be refused, and the proof that they are."""

from __future__ import annotations

from typing import Any

from chalicelib.connect.protocol.query_hash import query_hash
from tests import tokens
from tests.unit.bench import BASE_URL, Bench

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
