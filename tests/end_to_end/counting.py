"""The app in this process, with every call to AWS counted on the wire."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

from tests.api_gateway import rest_event
from tests.end_to_end.client import JiraClient
from tests.loaded_app import LoadedApp

EVENT = "jira:issue_updated"
BODY = {"issue": {"id": "10001", "fields": {"created": "2026-11-20T09:00:00.000+0000", "status": {"id": "1"}}}}


class Counter:
    """The calls that boto3's default session sends."""

    def __init__(self) -> None:
        self._calls: list[str] = []

    def __call__(self, event_name: str, **_: Any) -> None:
        self._calls.append(event_name.removeprefix("before-send."))

    def taken(self) -> list[str]:
        """The calls since this was last asked."""
        calls, self._calls = self._calls, []
        return calls


def webhook(app: LoadedApp, jira: JiraClient, body: Any = BODY) -> int:
    """The status of a webhook that the app is given directly."""
    path = f"/webhooks/{EVENT}"
    headers = {"Authorization": f"JWT {jira.server_token(path)}", "X-Atlassian-Webhook-Identifier": str(uuid4())}
    event = rest_event("POST", path, resource="/webhooks/{event}", headers=headers, body=json.dumps(body))
    return app.request(event)[0]
