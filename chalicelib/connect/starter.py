"""How jobs are started, looked at and cancelled, for one tenant."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from chalicelib.connect import observability
from chalicelib.connect.errors import UnknownJobError
from chalicelib.connect.jobs import JobStatus, Value
from chalicelib.connect.protocol.job_messages import JobMessage
from chalicelib.connect.runs import KEPT_SECONDS, Run, State

if TYPE_CHECKING:
    from chalicelib.connect.storage.ports import JobQueue, Runs

LONGEST_DELAY = KEPT_SECONDS - 86_400
"""How long a run can wait to begin, in seconds: the storage forgets one that has not changed for a day more."""


def job_id(name: str, key: str) -> str:
    """What a job is known by among those of its tenant."""
    return f"{name} {key}" if key else name


class Starter:
    """Starts the jobs of any tenant. At most one run of each is under way, however often it is started."""

    def __init__(
        self, names: Callable[[str], bool], runs: Runs, queue: JobQueue, clock: Callable[[], float] = time.time
    ) -> None:
        """`names` says whether there is a job of a name."""
        self._is_known = names
        self._runs = runs
        self._queue = queue
        self._clock = clock

    def start(self, client_key: str, name: str, key: str = "", input: Value | None = None, delay: int = 0) -> bool:
        """Begin a run after `delay` seconds, unless one is under way; whether it began.

        Raises `UnknownJobError`, and `UnavailableError` when the queue did not take it: then it is to be started again.
        """
        if not self._is_known(name):
            raise UnknownJobError(f"There is no job named {name!r}.")
        now = self._clock()
        fresh = Run(id=os.urandom(16).hex(), input=dict(input or {}), began_at=now, changed_at=now)

        def begin(run: Run | None) -> Run | None:
            if run is None:
                return fresh
            return replace(fresh, before=run.place or run.before) if run.state.is_over else None

        begun = self._runs.update(client_key, job_id(name, key), begin)
        run = begun or self._runs.get(client_key, job_id(name, key))
        began = run is not None and run.id == fresh.id
        if run is not None and (run.state is State.WAITING or run.is_forgotten(now)):
            # Stored first, sent after. Whoever finds it waiting sends it again: the first may have failed to.
            not_before = int(run.began_at) + delay
            self._queue.send(message(client_key, name, key, run.id, not_before), max(0, not_before - int(now)))
        if began:
            observability.info("job started", tenant=client_key, job=job_id(name, key))
        return began

    def status(self, client_key: str, name: str, key: str = "") -> JobStatus | None:
        """How far the newest run has come; None where there is none."""
        run = self._runs.get(client_key, job_id(name, key))
        return None if run is None else JobStatus.of(run)

    def cancel(self, client_key: str, name: str, key: str = "") -> bool:
        """End a run that is under way, before its next step; whether there was one."""

        def cancel(run: Run | None) -> Run | None:
            return None if run is None or run.state.is_over else run.over(State.CANCELLED, "", self._clock())

        return self._runs.update(client_key, job_id(name, key), cancel) is not None


def message(client_key: str, name: str, key: str, run: str, not_before: int = 0) -> JobMessage:
    """The call to go on with a run."""
    return JobMessage(client_key=client_key, name=name, key=key, run=run, not_before=not_before)


class TenantJobs:
    """The jobs of one tenant: there is no way from here to another's."""

    def __init__(self, client_key: str, starter: Callable[[], Starter]) -> None:
        """`starter` is asked for when it is first needed."""
        self._client_key = client_key
        self._starter = starter

    def start(self, name: str, key: str = "", input: Value | None = None, delay: int = 0) -> bool:
        """Begin a run of the job `name` after `delay` seconds, unless one of the same `key` is under way.

        Returns whether it began. `input` is a JSON object for `Job.input`. Raises `UnknownJobError`, `ValueError` for a
        longer delay than `LONGEST_DELAY`, and `UnavailableError` when the queue did not take it.
        """
        if delay > LONGEST_DELAY:
            raise ValueError(
                f"A job can be put off by {LONGEST_DELAY:,} seconds and no longer: a schedule starts it later."
            )
        return self._starter().start(self._client_key, name, key, input, delay)

    def status(self, name: str, key: str = "") -> JobStatus | None:
        """How far the newest run has come, for a page to show; None where there is none."""
        return self._starter().status(self._client_key, name, key)

    def cancel(self, name: str, key: str = "") -> bool:
        """End a run that is under way, before its next step; whether there was one."""
        return self._starter().cancel(self._client_key, name, key)
