"""Under attack: what a flood of bad requests costs, beside good ones.

``.venv/bin/python -m pytest tests/end_to_end/test_flood.py -s --bad-requests=10000`` prints the figures.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from uuid import uuid4

import pytest

from chalicelib.connect.protocol.query_hash import query_hash
from chalicelib.connect.storage.memory import FRESH_AT_ONCE
from tests import tokens
from tests.api_gateway import STAGE, STAGE_DOMAIN, rest_event
from tests.end_to_end.client import JiraClient
from tests.end_to_end.counting import EVENT, Counter, webhook
from tests.key_server import KeyServer
from tests.loaded_app import Context, LoadedApp

BASE_URL = f"https://{STAGE_DOMAIN}/{STAGE}"
"""Where the app is loaded that is flooded."""

KEY_OF_NOBODY = "install, kid of nobody"
"""The one kind that has a key looked up: nothing tells it from an install before its key is known."""

Send = Callable[[], int]


def bad_requests(app: LoadedApp, jira: JiraClient) -> dict[str, Send]:
    """Ways to send a request that opens nothing, by what is wrong with it."""
    stranger = JiraClient(jira.base_url, str(uuid4()))
    forger = JiraClient(jira.base_url, jira.client_key, "a secret that belongs to another site altogether")
    path = f"/webhooks/{EVENT}"
    right = tokens.claims(query_hash("POST", path, {}), iss=jira.client_key)
    expired = {**right, "iat": right["iat"] - 400, "exp": right["iat"] - 220}
    installing = tokens.claims(query_hash("POST", "/installed", {}), aud=[BASE_URL])

    def with_token(token: str | None) -> int:
        headers = {} if token is None else {"Authorization": f"JWT {token}"}
        event = rest_event("POST", path, resource="/webhooks/{event}", headers=headers, body="{}")
        return app.request(event)[0]

    def install(kid: str) -> int:
        headers = {"Authorization": f"JWT {tokens.handmade({'alg': 'RS256', 'kid': kid}, installing)}"}
        event = rest_event("POST", "/installed", headers=headers, body=json.dumps(tokens.install_payload()))
        return app.request(event)[0]

    return {
        "no token": lambda: with_token(None),
        "no JWT": lambda: with_token("a.b.c"),
        "100 KB of token": lambda: with_token("a" * 100_000),
        "unknown tenant": lambda: webhook(app, stranger),
        "known tenant, forged": lambda: webhook(app, forger),
        "known tenant, alg none": lambda: with_token(tokens.handmade({"alg": "none"}, right)),
        "known tenant, expired": lambda: with_token(tokens.symmetric(expired, jira.secret)),
        "install, kid is a path": lambda: install("../../etc/passwd"),
        KEY_OF_NOBODY: lambda: install(uuid4().hex),
    }


def page(app: LoadedApp, name: str) -> int:
    """The status of a page."""
    answer: dict[str, int] = app.app(rest_event("GET", f"/pages/{name}", resource="/pages/{page}"), Context())
    return answer["statusCode"]


def most_calls(kind: str, seconds: float) -> float:
    """How many calls to AWS a flood of this kind may cost that lasts so long."""
    match kind:
        case "unknown tenant":
            return 1 + seconds / 60
        case "known tenant, forged":
            return 2 + FRESH_AT_ONCE + seconds
    return 0


def test_a_flood_of_bad_requests_costs_next_to_no_calls(
    calls: Counter,
    jira: JiraClient,
    key_server: KeyServer,
    monkeypatch: pytest.MonkeyPatch,
    pytestconfig: pytest.Config,
) -> None:
    number = int(pytestconfig.getoption("--bad-requests"))
    rows: list[tuple[str, int, float, int, int]] = []

    def loaded() -> LoadedApp:
        return LoadedApp(monkeypatch, CONNECT_INSTALL_KEYS_URL=key_server.url)

    def flood(kind: str, send: Send, times: int, status: int) -> list[str]:
        calls.taken()
        key_server.asked.clear()
        started = time.monotonic()
        assert {send() for _ in range(times)} == {status}
        seconds = time.monotonic() - started
        made = calls.taken()
        rows.append((kind, times, seconds / times * 1000, len(made), len(key_server.asked)))
        return made

    for kind in bad_requests(loaded(), jira):
        app = loaded()
        started = time.monotonic()
        made = flood(kind, bad_requests(app, jira)[kind], number, 401)
        assert len(made) <= most_calls(kind, time.monotonic() - started), kind
        assert set(made) <= {"dynamodb.GetItem"}
        assert not key_server.asked or kind == KEY_OF_NOBODY, kind
    app, started = loaded(), time.monotonic()
    made = flood("page of no name", lambda: page(app, uuid4().hex), number, 404)
    assert len(made) <= 1 + time.monotonic() - started
    assert set(made) <= {"s3.GetObject"}
    assert page(app, "issue-panel") == 200, "one that the descriptor names is found all the same"
    app = loaded()
    flood("a good page", lambda: page(app, "issue-panel"), max(number // 20, 10), 200)
    app = loaded()
    flood("a good webhook", lambda: webhook(app, jira), max(number // 20, 10), 204)

    head = ("request", "number", "ms each", "AWS calls", "look-ups of keys")
    print("\n{:24} {:>7} {:>8} {:>10} {:>17}".format(*head))  # noqa: T201 - the figures are what it is for
    for row in rows:
        print("{:24} {:7,} {:8.2f} {:10,} {:17,}".format(*row))  # noqa: T201
