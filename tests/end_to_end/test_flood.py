"""Under attack: what a flood of bad requests costs, beside good ones.

``.venv/bin/python -m pytest tests/end_to_end/test_flood.py -s --bad-requests=10000`` prints the figures.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from uuid import uuid4

import pytest

from chalicelib.connect.storage.memory import FRESH_AT_ONCE
from tests import tokens
from tests.api_gateway import rest_event
from tests.end_to_end.client import JiraClient
from tests.end_to_end.counting import EVENT, Counter, webhook
from tests.loaded_app import LoadedApp

Send = Callable[[], int]


def bad_requests(app: LoadedApp, jira: JiraClient) -> dict[str, Send]:
    """Ways to send a request that opens nothing, by what is wrong with it."""
    stranger = JiraClient(jira.base_url, str(uuid4()))
    forger = JiraClient(jira.base_url, jira.client_key, "a secret that belongs to another site altogether")
    path = f"/webhooks/{EVENT}"
    unsigned = tokens.symmetric(tokens.claims("x", iss=jira.client_key), "", alg="none")

    def with_token(token: str | None) -> int:
        headers = {} if token is None else {"Authorization": f"JWT {token}"}
        event = rest_event("POST", path, resource="/webhooks/{event}", headers=headers, body="{}")
        return app.request(event)[0]

    def install(kid: str) -> int:
        token = tokens.asymmetric(tokens.claims("x", iss=jira.client_key, aud=[jira.base_url]), kid)
        event = rest_event(
            "POST", "/installed", headers={"Authorization": f"JWT {token}"}, body='{"clientKey": "x", "baseUrl": "x"}'
        )
        return app.request(event)[0]

    return {
        "no token": lambda: with_token(None),
        "no JWT": lambda: with_token("a.b.c"),
        "100 KB of token": lambda: with_token("a" * 100_000),
        "unknown tenant": lambda: webhook(app, stranger),
        "known tenant, forged": lambda: webhook(app, forger),
        "known tenant, alg none": lambda: with_token(unsigned),
        "install, kid is a path": lambda: install("../../etc/passwd"),
    }


def most_calls(kind: str, seconds: float) -> float:
    """How many calls to AWS a flood of this kind may cost that lasts so long."""
    match kind:
        case "unknown tenant":
            return 1 + seconds / 60
        case "known tenant, forged":
            return 2 + FRESH_AT_ONCE + seconds
        case "known tenant, alg none":
            return 1 + seconds / 60
    return 0


def test_a_flood_of_bad_requests_costs_next_to_no_calls(
    calls: Counter, jira: JiraClient, monkeypatch: pytest.MonkeyPatch, pytestconfig: pytest.Config
) -> None:
    number = int(pytestconfig.getoption("--bad-requests"))
    rows: list[tuple[str, int, float, int]] = []

    def flood(kind: str, send: Send, times: int, status: int) -> list[str]:
        calls.taken()
        started = time.monotonic()
        assert {send() for _ in range(times)} == {status}
        seconds = time.monotonic() - started
        made = calls.taken()
        rows.append((kind, times, seconds / times * 1000, len(made)))
        return made

    for kind in bad_requests(LoadedApp(monkeypatch), jira):
        app = LoadedApp(monkeypatch)
        started = time.monotonic()
        made = flood(kind, bad_requests(app, jira)[kind], number, 401)
        assert len(made) <= most_calls(kind, time.monotonic() - started), kind
        assert set(made) <= {"dynamodb.GetItem"}
    app = LoadedApp(monkeypatch)
    flood("a good webhook", lambda: webhook(app, jira), max(number // 20, 10), 204)

    print(f"\n{'request':24} {'number':>7} {'ms each':>8} {'AWS calls':>10}")  # noqa: T201 - the figures are what it is for
    for kind, times, milliseconds, made_calls in rows:
        print(f"{kind:24} {times:7,} {milliseconds:8.2f} {made_calls:10,}")  # noqa: T201
