"""A run of a job: what is kept of it between its slices, and how it changes. Pure values, as tenants are.

waiting ──claim──> running ──end──> done
   │                 │ ^ └─fail───> failed ──claim (a replay)──> running
   └─────cancel──────┴─┼─────────-> cancelled
                       └ released, and claimed again for the next slice
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from enum import Enum
from typing import Any, Final

SYSTEM: Final = "all tenants"
"""Stands for the tenant of the framework's own jobs; no client key has a space in it."""

KEPT_SECONDS = 30 * 86_400
"""How long a run is kept after its last change: longer than any message of it."""

LONGEST_PAUSE = 13 * 3_600
"""How long nothing may be heard of a run that is under way, in seconds: SQS hides a message for twelve hours at most
(https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-visibility-timeout.html)."""

Value = Mapping[str, Any]


class State(Enum):
    """How far a run has come."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_over(self) -> bool:
        """Whether another run may begin."""
        return self not in (State.WAITING, State.RUNNING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One run of a job, as it is stored."""

    id: str
    state: State = State.WAITING
    input: Value = field(default_factory=dict)
    place: Value = field(default_factory=dict)
    """Where the next slice goes on."""
    before: Value = field(default_factory=dict)
    """The place at which the run before this one ended."""
    progress: Value = field(default_factory=dict)
    """What pages may show of it."""
    holder: str = ""
    """Which worker is at it."""
    lease_until: float = 0
    """Until when that worker is believed to be at it, seconds since the epoch."""
    tries: int = 0
    """How often it was tried from this place."""
    error: str = ""
    """How the last try ended, for a person; empty where it went well."""
    began_at: float
    changed_at: float

    def may_be_claimed(self, now: float) -> bool:
        """Whether a worker may take it: none has it, and it is not over. One that failed may be tried again."""
        return self.lease_until < now and self.state in (State.WAITING, State.RUNNING, State.FAILED)

    def is_forgotten(self, now: float) -> bool:
        """Whether a run is under way, and no message can be on its way that would take it further."""
        return self.state is State.RUNNING and max(self.lease_until, self.changed_at) + LONGEST_PAUSE < now

    def claimed(self, holder: str, now: float, lease: float, error: str) -> Run:
        """The run in the hands of `holder` for `lease` seconds, with one more try; `error` holds until that ends."""
        return replace(
            self,
            state=State.RUNNING,
            holder=holder,
            lease_until=now + lease,
            tries=self.tries + 1,
            error=error,
            changed_at=now,
        )

    def at(self, place: Value, progress: Value, now: float) -> Run:
        """The run after a step: from here on its tries count anew."""
        return replace(self, place=dict(place), progress=dict(progress), tries=1, changed_at=now)

    def released(self, error: str, tries: int, now: float) -> Run:
        """The run for whoever comes next; `tries` is how many are to stand."""
        return replace(self, holder="", lease_until=0, tries=tries, error=error, changed_at=now)

    def over(self, state: State, error: str, now: float) -> Run:
        """The run at its end."""
        return replace(self, state=state, holder="", lease_until=0, tries=0, error=error, changed_at=now)

    def to_record(self) -> dict[str, Any]:
        """This run as a JSON object; `expires_at` is when the storage may forget it, seconds since the epoch."""
        record = {each.name: getattr(self, each.name) for each in fields(self)}
        return {**record, "version": 1, "state": self.state.value, "expires_at": int(self.changed_at) + KEPT_SECONDS}

    @classmethod
    def from_record(cls, record: Value) -> Run:
        """The run that `to_record` made `record` of."""
        known = {each.name: record[each.name] for each in fields(cls) if each.name in record}
        return cls(**{**known, "state": State(record["state"])})
