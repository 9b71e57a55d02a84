"""The headers of every kind of answer that the deployed app gives, as the table in docs/security.md has them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple
from uuid import uuid4

from chalicelib.connect.protocol.query_hash import query_hash
from tests import tokens
from tests.end_to_end.client import JiraClient, eventually
from tests.unit.time_in_status.webhooks import created

SECTION = re.compile(r"(?<=<!-- headers -->\n)(.*?)(?=<!-- end of headers -->)", re.DOTALL)
WEBHOOKS, PAGES, DESCRIPTOR = "/webhooks/{event}", "/pages/{page}", "/atlassian-connect.json"
FILLED = {WEBHOOKS: "/webhooks/jira:issue_created", PAGES: "/pages/issue-panel"}
"""Paths that routes with a parameter are asked at."""

TENANT = "https://burrow.atlassian.net"
"""Where the sites of these tests are."""


class Given(NamedTuple):
    """One answer."""

    asked: str
    status: int
    headers: Mapping[str, str]


def table(answers: list[Given], known: Mapping[str, str]) -> str:
    """A row for what has the same headers; `known` are texts that differ from stage to stage, and what stands for them.

    Three headers are the same in all answers, and so not in the table.
    """
    rows: dict[tuple[str, str, str], set[int]] = {}
    for each in answers:
        cached, policy = each.headers["cache-control"], each.headers["content-security-policy"]
        for text, name in known.items():
            cached, policy = cached.replace(text, name), policy.replace(text, name)
        rows.setdefault((each.asked, cached, policy), set()).add(each.status)
    lines = ["| request | answers | Cache-Control | Content-Security-Policy |", "|---|---|---|---|"]
    for (asked, cached, policy), statuses in rows.items():
        lines.append(f"| {asked} | {', '.join(map(str, sorted(statuses)))} | `{cached}` | `{policy}` |")
    return "\n".join(lines) + "\n"


def answers(base_url: str, methods: Mapping[str, str]) -> Iterator[Given]:
    """The answers of every route, whose one or first method `methods` has by its path, and of none."""
    jira = JiraClient(base_url, str(uuid4()))
    for path, method in methods.items():
        token, body = _good(jira, path)
        filled = FILLED.get(path, path)

        def ask(
            token: str | None,
            body: Any,
            method: str = method,
            at: str = filled,
            asked: str = f"{method} `{path}`",
            **more: str,
        ) -> Given:
            status, _, headers = jira.call(method, at, token, body, **more)
            return Given(asked, status, headers)

        yield (good := ask(token, body))
        if method == "GET" and token is None:
            yield ask(None, None, asked=good.asked, method="HEAD")
            yield ask(None, None, asked=good.asked, If_None_Match=good.headers["etag"])
        else:
            yield ask(None, body)
            yield ask(tokens.symmetric(tokens.claims("x", iss="nobody")), body)
        if method == "POST":
            yield ask(token, "no json")
            yield ask(token, body, Content_Type="text/plain")
        if path == "/installed":
            yield ask(token, {**body, "baseUrl": "https://evil.example.com"})
        if path == PAGES:
            yield ask(None, None, at="/pages/no-such-page")
        if token and method == "GET":
            yield ask(jira.context_token("0"), None)
        if path == WEBHOOKS:
            eventually(lambda: jira.time_in_status("10001")[0] == 200)
            none = "/webhooks/sprint_started"
            yield ask(jira.server_token(none), {}, at=none)
        yield ask(token, body, method="PUT", asked="another method")
    for method in ("GET", "POST"):
        status, _, headers = jira.call(method, "/no/such/path", None, None if method == "GET" else {})
        yield Given("another path", status, headers)


def _good(jira: JiraClient, path: str) -> tuple[str | None, Any]:
    """The token and the body of a request that the route `path` takes. Raises `KeyError` for a route that is new."""
    payload = tokens.install_payload(path[1:], clientKey=jira.client_key, sharedSecret=jira.secret)
    install = tokens.claims(query_hash("POST", path, {}), iss=jira.client_key, aud=[jira.base_url])
    return {
        DESCRIPTOR: (None, None),
        "/installed": (tokens.asymmetric(install), payload),
        "/uninstalled": (tokens.asymmetric(install), payload),
        "/enabled": (jira.server_token(path), payload),
        "/disabled": (jira.server_token(path), payload),
        WEBHOOKS: (jira.server_token(FILLED[WEBHOOKS]), created()),
        PAGES: (None, None),
        "/api/time-in-status": (jira.context_token("10001"), None),
    }[path]
