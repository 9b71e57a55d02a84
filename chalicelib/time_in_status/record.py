"""What the app keeps of an issue: when it was created, its status, and the changelog entries that moved it.

Webhooks come more than once, late and in any order. So they are not applied one after another; what they tell is
gathered, entry by entry, and the way of the issue is worked out from all of it (see `visits`). Whatever the order, the
same webhooks make the same record. Nothing about a person is kept: no names, no account ids, no summaries.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from chalicelib.time_in_status import changelog
from chalicelib.time_in_status.changelog import History, Json, Move, Status

Record = Mapping[str, Any]
"""JSON: ``{"created": ms, "status": [id, name], "statusAt": ms, "histories": {id: [ms, [[from, name, to, name]]]}}``,
where an entry that Jira's REST told ends in ``"rest"``; with ``"whole": true`` once all is known from before the first
webhook; or ``{"deleted": true}``, which nothing ever changes again."""

DELETED: Record = {"deleted": True}


def merged(record: Record | None, body: Json) -> Record:
    """The record after a webhook of a created or changed issue."""
    if record is not None and record.get("deleted"):
        return record
    # Of an issue that was created under the app's eyes there is no history to read.
    whole = {"whole": True} if body.get("webhookEvent") == "jira:issue_created" else {}
    known = record or {}
    return {**_with_histories(known, body), **_status(known, body), **_created(known, body), **whole}


def filled(record: Record | None, issue: Json, entries: Iterable[History]) -> Record:
    """The record after Jira's REST has told of an issue, and of its changelog."""
    known = record or {}
    if known.get("deleted"):
        return known
    told = dict(known.get("histories", {}))
    for entry in entries:
        told[entry.id] = _newer(told.get(entry.id), [entry.at, _plain(entry), "rest"])
    body = {"issue": issue}
    return {**known, "histories": told, "whole": True, **_status(known, body), **_created(known, body)}


def is_whole(record: Record) -> bool:
    """Whether all is known that happened to the issue before its first webhook."""
    return bool(record.get("whole"))


def histories(record: Record) -> list[History]:
    """The changelog entries in the order in which they happened."""
    found = [
        History(identity, at, tuple(Move(Status(a, b), Status(c, d)) for a, b, c, d in moves))
        for identity, (at, moves, *_) in record.get("histories", {}).items()
    ]
    return sorted(found, key=lambda each: (each.at, _numeric(each.id)))


def created_at(record: Record) -> int | None:
    """When the issue was created, milliseconds since the epoch."""
    return record.get("created")


def last_status(record: Record) -> tuple[Status, int] | None:
    """The status that the newest webhook showed the issue in, and when that was."""
    if "status" not in record:
        return None
    identity, name = record["status"]
    return Status(identity, name), record["statusAt"]


def _with_histories(record: Record, body: Json) -> dict[str, Any]:
    known = dict(record.get("histories", {}))
    entry = changelog.history(body)
    if entry is not None:
        known[entry.id] = _newer(known.get(entry.id), [entry.at, _plain(entry)])
    return {**record, "histories": known}


def _plain(entry: History) -> list[list[str]]:
    return [[move.start.id, move.start.name, move.end.id, move.end.name] for move in entry.moves]


def _newer(known: list[Any] | None, told: list[Any]) -> list[Any]:
    # REST knows the time of an entry, where a webhook tells that of the issue's last update. Else two that tell of one
    # entry say the same; should they not, the greater one is kept, so that order stays free.
    return told if known is None else max(known, told, key=lambda each: (len(each), each))


def _status(record: Record, body: Json) -> dict[str, Any]:
    status, at = changelog.status_now(body), changelog.happened_at(body)
    if status is None or at is None:
        return {}
    newer = max([record.get("statusAt", -1), record.get("status", ["", ""])], [at, [status.id, status.name]])
    return {"statusAt": newer[0], "status": newer[1]}


def _created(record: Record, body: Json) -> dict[str, Any]:
    created = changelog.instant(changelog.fields(body).get("created"))
    known = [at for at in (record.get("created"), created) if at is not None]
    return {"created": min(known)} if known else {}


def _numeric(identity: str) -> tuple[int, str]:
    return (int(identity), "") if identity.isdecimal() else (0, identity)
