"""What the app's pages ask for."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from chalicelib.connect.errors import NotFoundError
from chalicelib.time_in_status.jobs import BACKFILL
from chalicelib.time_in_status.record import created_at, is_whole
from chalicelib.time_in_status.store import Issues
from chalicelib.time_in_status.visits import Total, Visit, totals, way

if TYPE_CHECKING:
    from chalicelib.connect.web.request import TenantRequest


def time_in_status(request: TenantRequest, clock: Callable[[], float] = time.time) -> dict[str, Any]:
    """How long the issue, beside which the page is shown, spent in each status; instants and spans in milliseconds.

    ``reading`` is how many issues of the site's history are read so far, where that of this issue may still come; else
    null. Raises `NotFoundError` when nothing is known of the issue yet.
    """
    record = Issues(request.records).find(request.issue_id)
    now = int(clock() * 1000)
    found = way(record, now) if record is not None else None
    if record is None or found is None or not found.visits:
        raise NotFoundError(_why_nothing(request))
    return {
        "issueId": request.issue_id,
        "asOf": now,
        "createdAt": created_at(record),
        "statuses": [_total(each) for each in totals(found.visits)],
        "visits": [_visit(each) for each in found.visits],
        "gaps": list(found.gaps),
        "reading": None if is_whole(record) else _reading(request),
    }


def _reading(request: TenantRequest) -> int | None:
    """How many issues the backfill has read; None where it is over."""
    status = request.jobs.status(BACKFILL)
    return None if status is None or status.state.is_over else int(status.progress.get("issues", 0))


def _why_nothing(request: TenantRequest) -> str:
    read = _reading(request)
    if read is None:
        return "Nothing is known of this issue yet: it has not changed since the app was installed."
    return f"The history of this site is being read: {read:,} issues so far. This one will be here soon."


def _total(total: Total) -> dict[str, Any]:
    return {
        "id": total.status.id,
        "name": total.status.name,
        "milliseconds": total.milliseconds,
        "visits": total.visits,
        "firstEnteredAt": total.first_entered_at,
        "current": total.current,
    }


def _visit(visit: Visit) -> dict[str, Any]:
    return {
        "id": visit.status.id,
        "name": visit.status.name,
        "enteredAt": visit.entered_at,
        "leftAt": visit.left_at,
        "milliseconds": visit.milliseconds,
    }
