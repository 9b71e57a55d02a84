"""A client that stands in Jira's place, over HTTP, with keys of its own."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import urllib3

from chalicelib.connect.protocol.query_hash import query_hash
from tests import tokens

HTTP = urllib3.PoolManager(retries=False, timeout=30, maxsize=32)


class JiraClient:
    """One Jira site that speaks to the app at `base_url`."""

    def __init__(self, base_url: str, client_key: str, secret: str = tokens.SECRET) -> None:
        self.base_url = base_url
        self.client_key = client_key
        self.secret = secret

    def call(
        self, method: str, path: str, token: str | None = None, body: Any = None, **headers: str
    ) -> tuple[int, Any, dict[str, str]]:
        """Status, JSON (or text) and headers of one call."""
        sent = {"Content-Type": "application/json", **{name.replace("_", "-"): text for name, text in headers.items()}}
        if token is not None:
            sent["Authorization"] = f"JWT {token}"
        data = body if isinstance(body, str | bytes | None) else json.dumps(body)
        answer = HTTP.request(method, self.base_url + path, body=data, headers=sent, redirect=False)
        text = answer.data.decode()
        is_json = answer.headers.get("content-type", "").startswith("application/json")
        found = {name.lower(): value for name, value in answer.headers.items()}
        return answer.status, json.loads(text) if text and is_json else text, found

    def install(self, event: str = "installed", *, now: float | None = None, **changes: Any) -> int:
        """The status of an install, or another event that Atlassian signs."""
        payload = tokens.install_payload(event, clientKey=self.client_key, sharedSecret=self.secret, **changes)
        claims = tokens.claims(query_hash("POST", f"/{event}", {}), now=now, iss=self.client_key, aud=[self.base_url])
        return self.call("POST", f"/{event}", tokens.asymmetric(claims), payload)[0]

    def server_token(self, path: str, **changes: Any) -> str:
        """A token for a POST to `path`."""
        return tokens.symmetric(
            tokens.claims(query_hash("POST", path, {}), **{"iss": self.client_key, **changes}), self.secret
        )

    def webhook(self, event: str, body: Any, delivery_id: str) -> int:
        """The status of a webhook."""
        path = f"/webhooks/{event}"
        status, _, _ = self.call(
            "POST", path, self.server_token(path), body, X_Atlassian_Webhook_Identifier=delivery_id
        )
        return status

    def context_token(self, issue_id: str, **changes: Any) -> str:
        """A token as the page beside an issue gets it."""
        context = {"jira": {"issue": {"id": issue_id, "key": "BUR-1"}, "project": {"id": "10000", "key": "BUR"}}}
        return tokens.symmetric(
            tokens.claims("context-qsh", **{"iss": self.client_key, "sub": "account-1", "context": context, **changes}),
            self.secret,
        )

    def time_in_status(self, issue_id: str) -> tuple[int, Any]:
        """What the page beside an issue is told."""
        status, answer, _ = self.call("GET", "/api/time-in-status", self.context_token(issue_id))
        return status, answer


def eventually(probe: Callable[[], Any], seconds: float = 20) -> Any:
    """What `probe` returns once that is true; it may take the queue a moment."""
    deadline = time.monotonic() + seconds
    while not (found := probe()):
        assert time.monotonic() < deadline, "it did not come to pass in time"
        time.sleep(0.1)
    return found


def base_path(base_url: str) -> str:
    """The path of a base URL."""
    return urlsplit(base_url).path
