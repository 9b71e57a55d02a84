"""What Jira's webhooks tell of an issue's way through its statuses, in the app's own few words.

A webhook is Jira's word, not the app's: whatever in it is not of the shape that Atlassian documents is passed over.
Source: https://developer.atlassian.com/cloud/jira/platform/webhooks/
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from chalicelib.connect.values import frozen

Json = Mapping[str, Any]

_ID = r"[0-9]{1,19}"


@frozen
class Status:
    """A status of a workflow. Two with one name are two; one whose name has changed is still one."""

    id: str
    name: str


@frozen
class Move:
    """An issue left one status for another."""

    start: Status
    end: Status


@frozen
class History:
    """One entry of an issue's changelog that moved the issue; it may hold several moves."""

    id: str
    at: int
    """Milliseconds since the epoch."""
    moves: tuple[Move, ...]


def instant(text: object) -> int | None:
    """Milliseconds since the epoch of a date as Jira writes it (``2026-11-24T10:00:00.000+0000``), else None."""
    if not isinstance(text, str):
        return None
    try:
        since = datetime.fromisoformat(text) - datetime(1970, 1, 1, tzinfo=UTC)
    except (ValueError, TypeError, OverflowError):
        # TypeError: a date without its offset is a time of day anywhere.
        return None
    return (since.days * 86_400 + since.seconds) * 1000 + since.microseconds // 1000


def issue_id(body: Json) -> str | None:
    """The id of the issue that a webhook is about; unlike its key, it stays when the issue moves to another project."""
    issue = body.get("issue")
    identity = issue.get("id") if isinstance(issue, dict) else None
    return str(identity) if re.fullmatch(_ID, str(identity)) else None


def fields(body: Json) -> Json:
    """The fields of the issue that a webhook is about."""
    issue = body.get("issue")
    found = issue.get("fields") if isinstance(issue, dict) else None
    return found if isinstance(found, dict) else {}


def status_now(body: Json) -> Status | None:
    """The status that the issue was in when the webhook was made."""
    status = fields(body).get("status")
    return _status(status.get("id"), status.get("name")) if isinstance(status, dict) else None


def happened_at(body: Json) -> int | None:
    """When it happened: the issue's own time of update, which is the changelog's; the webhook's clock runs behind."""
    at = instant(fields(body).get("updated"))
    stamp = body.get("timestamp")
    return at if at is not None or isinstance(stamp, bool) or not isinstance(stamp, int) else stamp


def history(body: Json) -> History | None:
    """The changelog entry in a webhook, when it moved the issue."""
    changelog = body.get("changelog")
    return _history(changelog, happened_at(body)) if isinstance(changelog, dict) else None


def histories(entries: Iterable[Json]) -> list[History]:
    """The entries of a changelog, as Jira's REST lists them, that moved the issue."""
    read = (_history(entry, instant(entry.get("created"))) for entry in entries)
    return [found for found in read if found is not None]


def _history(entry: Json, at: int | None) -> History | None:
    identity, items = str(entry.get("id")), entry.get("items")
    moves = tuple(_moves(items)) if isinstance(items, list) else ()
    return History(identity, at, moves) if moves and at is not None and re.fullmatch(_ID, identity) else None


def _moves(items: list[Any]) -> Iterator[Move]:
    for item in items:
        if isinstance(item, dict) and _is_status(item):
            start = _status(item.get("from"), item.get("fromString"))
            end = _status(item.get("to"), item.get("toString"))
            # The item of a creation comes from nowhere: it is no move, and REST's changelog does not have it.
            if start is not None and end is not None and start.id != end.id:
                yield Move(start, end)


def _is_status(item: Json) -> bool:
    # A custom field may be named Status too; older entries have no fieldId, and creations write it with a capital.
    if "fieldId" in item:
        return bool(item["fieldId"] == "status")
    return item.get("fieldtype") == "jira" and str(item.get("field")).lower() == "status"


def _status(identity: object, name: object) -> Status | None:
    if not isinstance(identity, str | int) or isinstance(identity, bool) or not str(identity):
        return None
    return Status(str(identity), name if isinstance(name, str) else "")
