"""Webhooks in the shapes that Jira sends, about an issue that nobody has."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

CREATED = 1_795_510_800_000
"""When the issue was created, milliseconds since the epoch."""

MINUTE = 60_000

NAMES = {"1": "To Do", "3": "In Progress", "4": "In Review", "5": "Done"}


def written(at: int) -> str:
    """An instant as Jira writes it."""
    moment = datetime.fromtimestamp(at / 1000, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{at % 1000:03}+0000"


def webhook(event: str, at: int, status: str, **more: Any) -> dict[str, Any]:
    """A webhook of the issue, which is in `status` when it is made `at`."""
    fields = {
        "summary": "Dig a tunnel",
        "created": written(CREATED),
        "updated": written(at),
        "status": {"id": status, "name": NAMES[status]},
        "project": {"id": "10000", "key": "BUR"},
    }
    issue = {"id": "10001", "key": "BUR-1", "fields": fields}
    return {"timestamp": at + 45, "webhookEvent": event, "issue": issue, **more}


def created(status: str = "1") -> dict[str, Any]:
    """The webhook of the creation: its changelog holds a status item that comes from nowhere."""
    item = {
        "field": "Status",
        "fieldtype": "jira",
        "fieldId": "status",
        "from": None,
        "fromString": None,
        "to": status,
        "toString": NAMES[status],
    }
    return webhook("jira:issue_created", CREATED, status, changelog={"id": "500", "items": [item]})


def moved(history: int, at: int, *way: str) -> dict[str, Any]:
    """The webhook of one changelog entry that led the issue through the statuses of `way`."""
    items = [
        {
            "field": "status",
            "fieldtype": "jira",
            "fieldId": "status",
            "from": start,
            "fromString": NAMES[start],
            "to": end,
            "toString": NAMES[end],
        }
        for start, end in pairwise(way)
    ]
    return webhook("jira:issue_updated", at, way[-1], changelog={"id": str(history), "items": items})


def edited(history: int, at: int, status: str) -> dict[str, Any]:
    """The webhook of a change that moved nothing."""
    item = {"field": "summary", "fieldtype": "jira", "fieldId": "summary", "fromString": "Dig", "toString": "Dig on"}
    return webhook("jira:issue_updated", at, status, changelog={"id": str(history), "items": [item]})
