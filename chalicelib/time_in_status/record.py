"""What the app keeps of an issue: when it was created, its status, and the changelog entries that moved it.

Webhooks come more than once, late and in any order. So they are not applied one after another; what they tell is
gathered, entry by entry, and the way of the issue is worked out from all of it (see `visits`). Whatever the order, the
same webhooks make the same record. Nothing about a person is kept: no names, no account ids, no summaries.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chalicelib.time_in_status import changelog
from chalicelib.time_in_status.changelog import History, Json, Move, Status

Record = Mapping[str, Any]
"""JSON: ``{"created": ms, "status": [id, name], "statusAt": ms, "histories": {id: [ms, [[from, name, to, name]]]}}``;
or ``{"deleted": true}``, which nothing ever changes again."""

DELETED: Record = {"deleted": True}


def merged(record: Record | None, body: Json) -> Record:
    """The record after a webhook of a created or changed issue."""
    if record is not None and record.get("deleted"):
        return record
    return {**_with_histories(record or {}, body), **_status(record or {}, body), **_created(record or {}, body)}


def histories(record: Record) -> list[History]:
    """The changelog entries in the order in which they happened."""
    found = [
        History(identity, at, tuple(Move(Status(a, b), Status(c, d)) for a, b, c, d in moves))
        for identity, (at, moves) in record.get("histories", {}).items()
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
        moves = [[move.start.id, move.start.name, move.end.id, move.end.name] for move in entry.moves]
        # Two webhooks of one entry say the same; should they not, the greater one is kept, so that order stays free.
        known[entry.id] = max(known.get(entry.id, [entry.at, moves]), [entry.at, moves])
    return {**record, "histories": known}


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
