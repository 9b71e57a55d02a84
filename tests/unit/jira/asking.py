"""Requests to a stand-in over HTTP: as its own page, or as an app, makes them."""

from __future__ import annotations

import json
import time
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlencode, urlsplit

import jwt
from atlassian_jwt.url_utils import hash_url

from devkit.jira.host import JiraHost
from devkit.jira.installations import Installation

V3 = "/rest/api/3"


class Asking:
    """Requests to a stand-in, as its own page makes them unless said otherwise."""

    def __init__(self, jira: JiraHost) -> None:
        self.jira = jira
        self.port = urlsplit(jira.url).port
        self.own = {"Origin": jira.url}

    def ask(
        self, method: str, path: str, body: object = None, headers: dict[str, str] | None = None
    ) -> tuple[int, Any, dict[str, str]]:
        """Status, JSON (or text) and headers of the answer."""
        connection = HTTPConnection("127.0.0.1", self.port or 0, timeout=5)
        content = None if body is None else body if isinstance(body, str) else json.dumps(body)
        given = self.own if headers is None else headers
        connection.request(method, path, content, {"Host": f"localhost:{self.port}", **given})
        answer = connection.getresponse()
        text = answer.read().decode()
        found = {name.lower(): value for name, value in answer.getheaders()}
        connection.close()
        return answer.status, json.loads(text) if "json" in found.get("content-type", "") else text, found

    def create(self, summary: str = "A burrow") -> str:
        """The key of a new issue."""
        fields = {"summary": summary, "project": {"key": "BUR"}, "issuetype": {"name": "Bug"}}
        status, made, _ = self.ask("POST", f"{V3}/issue", {"fields": fields})
        assert status == 201
        return str(made["key"])

    def as_app(
        self, installation: Installation, method: str, path: str, *, at: float | None = None, **claims: object
    ) -> dict[str, str]:
        """The headers of a call that an app signs, now or at another time."""
        now = int(at or time.time())
        key = installation.descriptor["key"]
        whole = {"iss": key, "iat": now, "exp": now + 180, "qsh": hash_url(method, path), **claims}
        return {"Authorization": f"JWT {jwt.encode(whole, installation.shared_secret)}"}

    def by_app(self, installation: Installation, method: str, path: str, body: object = None) -> tuple[int, Any]:
        """Status and JSON of the answer to an app."""
        status, shown, _ = self.ask(method, path, body, self.as_app(installation, method, path))
        return status, shown

    def by_app_at(
        self, at: float, installation: Installation, method: str, path: str, body: object = None
    ) -> tuple[int, Any]:
        """The same, at another time."""
        status, shown, _ = self.ask(method, path, body, self.as_app(installation, method, path, at=at))
        return status, shown

    def assertion(self, installation: Installation, account_id: str, secret: str = "", **claims: object) -> str:
        """What an app shows in order to act as a user."""
        now = int(time.time())
        whole = {
            "iss": f"urn:atlassian:connect:clientid:{installation.oauth_client_id}",
            "sub": f"urn:atlassian:connect:useraccountid:{account_id}",
            "tnt": self.jira.url,
            "aud": self.jira.url,
            "iat": now,
            "exp": now + 60,
            **claims,
        }
        return jwt.encode(whole, secret or installation.shared_secret)

    def grant(self, assertion: str, **more: str) -> tuple[int, Any]:
        """Status and JSON of the answer to an assertion."""
        form = {"grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer", "assertion": assertion, **more}
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        status, shown, _ = self.ask("POST", "/oauth2/token", urlencode(form), headers)
        return status, shown
