"""The way of an issue through its statuses, worked out from its record.

All instants and durations are whole milliseconds. The visits follow one another without a gap, from the creation to
the end of the report: their durations sum to exactly that span, whatever the webhooks left out or told twice.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from chalicelib.connect.values import frozen
from chalicelib.time_in_status.record import Record, created_at, histories, last_status

if TYPE_CHECKING:
    from chalicelib.time_in_status.changelog import Move, Status

BROKEN_CHAIN = "A move is missing between two others: the time before it is counted to the status before."
CLOCK_WENT_BACK = "A move is dated before the one that it follows: it is counted as taking no time."
MOVE_UNKNOWN = "The last move was not reported: the status is counted from the last time that it was seen."


@frozen
class Visit:
    """A stay in a status."""

    status: Status
    entered_at: int
    left_at: int | None
    """None while the issue is still there."""
    milliseconds: int


@frozen
class Total:
    """All stays in one status."""

    status: Status
    milliseconds: int
    visits: int
    first_entered_at: int
    current: bool


@frozen
class Way:
    """The visits of an issue in their order, and what is known to be missing, in words."""

    visits: tuple[Visit, ...]
    gaps: tuple[str, ...]


def way(record: Record, now: int) -> Way:
    """The way of the issue up to `now`; empty when nothing is known, or the issue is deleted."""
    entries, last = histories(record), last_status(record)
    if entries:
        first, seen = entries[0].moves[0].start, entries[0].at
    elif last is not None:
        first, seen = last
    else:
        return Way((), ())
    created = created_at(record)
    walk = _Walk(first, seen if created is None else created)
    for entry in entries:
        for move in entry.moves:
            walk.move(move, entry.at)
    if last is not None:
        walk.arrive(*last)
    return walk.ended(now)


def totals(visits: Iterable[Visit]) -> list[Total]:
    """The visits by status, in the order of the first visit. A status that was renamed has its newest name."""
    by_status: dict[str, list[Visit]] = {}
    for visit in visits:
        by_status.setdefault(visit.status.id, []).append(visit)
    return [
        Total(
            status=stays[-1].status,
            milliseconds=sum(stay.milliseconds for stay in stays),
            visits=len(stays),
            first_entered_at=stays[0].entered_at,
            current=stays[-1].left_at is None,
        )
        for stays in by_status.values()
    ]


class _Walk:
    """The visits as they come about, move by move."""

    def __init__(self, status: Status, at: int) -> None:
        self._status = status
        self._since = at
        self._visits: list[Visit] = []
        self._gaps: dict[str, None] = {}

    def move(self, move: Move, at: int) -> None:
        """Go from the running status to the end of `move`, wherever the move says that it began."""
        if move.start.id != self._status.id:
            self._gaps[BROKEN_CHAIN] = None
        self._leave_for(move.end, at)

    def arrive(self, status: Status, at: int) -> None:
        """Be in the status that the newest webhook showed."""
        if status.id == self._status.id:
            self._status = status
        elif at > self._since:
            # At one instant the changelog knows the order, and a webhook's view of the issue does not.
            self._gaps[MOVE_UNKNOWN] = None
            self._leave_for(status, at)

    def ended(self, now: int) -> Way:
        """The way up to `now`, in the last status of which the issue still is."""
        self._visits.append(Visit(self._status, self._since, None, max(now, self._since) - self._since))
        return Way(tuple(self._visits), tuple(self._gaps))

    def _leave_for(self, status: Status, at: int) -> None:
        if at < self._since:
            self._gaps[CLOCK_WENT_BACK] = None
        left = max(at, self._since)
        self._visits.append(Visit(self._status, self._since, left, left - self._since))
        self._status, self._since = status, left
