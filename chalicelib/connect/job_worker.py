"""How jobs are run: slice by slice, each a message that stays on the queue until the job is over.

A slice claims its run, so that repeated messages are harmless; the claim ends with the function's own time, so that a
killed function is just another slice. Every place that a job yields is stored under that claim: whoever has lost it, or
finds the run cancelled, stops there.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from chalicelib.connect import observability
from chalicelib.connect.batches import MOST_TRIES, SECONDS_TO_SETTLE, Batches, Received, backoff, no_try, outcome
from chalicelib.connect.errors import DeliveryError, GiveUp, NewerVersionError, RetryLater
from chalicelib.connect.jobs import Job, JobFunction, SystemFunction, SystemJob, Value
from chalicelib.connect.protocol.job_messages import JobMessage
from chalicelib.connect.runs import SYSTEM, Run, State
from chalicelib.connect.starter import job_id
from chalicelib.connect.storage.ports import CUT_SHORT

if TYPE_CHECKING:
    from chalicelib.connect.storage.ports import JobQueue, Runs, Tenants
    from chalicelib.connect.tenants import Tenant
    from chalicelib.connect.tools import Tools

SECONDS_FOR_A_STEP = 15.0
"""With less than this left, or less than twice what the longest step took, a slice ends where it is."""

LONGEST_STAY = 7 * 86_400
"""How old a call may become, in seconds, before a fresh one takes its place: SQS deletes it after fourteen days."""

MOST_RECEIVES = 500
"""How often a call may come before a fresh one takes its place: SQS buries it after a thousand receipts."""


class JobWorker:
    """Runs the jobs of an app, and the framework's own."""

    def __init__(
        self,
        functions: Callable[[str], JobFunction],
        system: Mapping[str, SystemFunction],
        tenants: Tenants,
        runs: Runs,
        queue: JobQueue,
        tools: Callable[[Tenant, Callable[[], float]], Tools],
        *,
        partial_batches: bool,
        clock: Callable[[], float] = time.time,
        stopwatch: Callable[[], float] = time.monotonic,
    ) -> None:
        self._functions = functions
        self._system = system
        self._tenants = tenants
        self._runs = runs
        self._queue = queue
        self._tools = tools
        self._clock = clock
        self._stopwatch = stopwatch
        self._batches = Batches(
            queue, partial_batches=partial_batches, longest_stay=LONGEST_STAY, too_old=self._renew, clock=clock
        )

    def run(self, event: Mapping[str, Any], seconds_left: Callable[[], float]) -> dict[str, Any]:
        """Do a slice for each message in a Lambda event of SQS; `seconds_left` is what remains of its time."""
        return self._batches.run(event, lambda received: self._slice(received, seconds_left))

    def _slice(self, received: Received, seconds_left: Callable[[], float]) -> None:
        try:
            message = JobMessage.decode(received.text)
        except NewerVersionError as error:
            raise no_try(backoff(received.receives), str(error)) from error
        except ValueError as error:
            raise GiveUp(f"The message can not be read: {error}") from error
        observability.add(tenant=message.client_key, job=message.name, run=message.run)
        early = message.not_before - self._clock()
        if early > 0:
            raise no_try(int(early) + 1, "it is to begin later")
        lease = seconds_left()
        if lease < SECONDS_TO_SETTLE:
            raise no_try(0, "no time was left in this batch")
        claimed = self._claim(message, lease)
        if claimed is None:
            observability.info("job over", tenant=message.client_key, job=message.name, run=message.run)
            return
        try:
            self._try(message, claimed, seconds_left)
        except RetryLater as wait:
            if received.receives < MOST_RECEIVES:
                raise
            self._renew(received, wait.seconds, str(wait))

    def _claim(self, message: JobMessage, lease: float) -> Run | None:
        """The run in our hands; None when it is over. Raises `RetryLater` while another worker has it."""
        now, holder = self._clock(), uuid4().hex

        def claim(run: Run | None) -> Run | None:
            mine = run is not None and run.id == message.run and run.may_be_claimed(now)
            return run.claimed(holder, now, lease, CUT_SHORT) if run is not None and mine else None

        claimed = self._change(message, claim)
        if claimed is not None:
            return claimed
        run = self._runs.get(message.client_key, job_id(message.name, message.key))
        if run is not None and run.id == message.run and run.state is State.RUNNING:
            raise no_try(max(0, int(run.lease_until - now)) + 1, "another worker has it")
        return None

    def _try(self, message: JobMessage, run: Run, seconds_left: Callable[[], float]) -> None:
        if run.tries > MOST_TRIES:
            # The last try was killed, and so could not say that it was the last.
            raise self._failed(message, run, run.error, None)
        try:
            went_on = self._advance(message, run, seconds_left)
        except Exception as error:
            raise self._failed(message, run, f"{type(error).__name__} in {message.name}", error) from error
        if went_on:
            raise no_try(0, "it goes on in the next slice")

    def _advance(self, message: JobMessage, run: Run, seconds_left: Callable[[], float]) -> bool:
        """Do what the time allows of a run; whether more is to do."""
        job = self._job(message, run, seconds_left)
        if job is None:
            return self._end(message, run, State.CANCELLED)
        steps = self._steps(message.name, job)
        began, longest = self._stopwatch(), 0.0
        for place in steps:
            now = self._stopwatch()
            began, longest = now, max(longest, now - began)
            stays = seconds_left() < max(SECONDS_FOR_A_STEP, 2 * longest)
            if not self._save(message, run, place, job.progress, release=stays):
                return self._is_with_another(message, run)
            if stays:
                return True
            if isinstance(job, Job) and not self._is_here(message.client_key):
                return self._end(message, run, State.CANCELLED)
        return self._end(message, run, State.DONE, job.progress)

    def _job(self, message: JobMessage, run: Run, seconds_left: Callable[[], float]) -> Job | SystemJob | None:
        """What the function is given; None when the tenant has left."""
        progress = dict(run.progress)
        if message.client_key == SYSTEM:
            return SystemJob(input=run.input, place=run.place, progress=progress, seconds_left=seconds_left)
        # Fresh: one read for each slice, and the next one knows at once that the site has removed the app.
        tenant = self._tenants.get(message.client_key, fresh=True)
        if tenant is None or not tenant.installed:
            return None
        tools = self._tools(tenant, seconds_left)
        return Job(
            tenant=tenant,
            key=message.key,
            input=run.input,
            place=run.place,
            before=run.before,
            progress=progress,
            seconds_left=seconds_left,
            records=tools.records,
            jira=tools.jira,
            jobs=tools.jobs,
        )

    def _steps(self, name: str, job: Job | SystemJob) -> Iterator[Value]:
        if isinstance(job, SystemJob):
            return self._system[name](job)
        return self._functions(name)(job) or iter(())

    def _is_here(self, client_key: str) -> bool:
        tenant = self._tenants.get(client_key)
        return tenant is not None and tenant.installed

    def _save(self, message: JobMessage, run: Run, place: Value, progress: Value, *, release: bool) -> bool:
        """Store how far the run has come; whether it is still ours."""
        now = self._clock()

        def save(stored: Run | None) -> Run | None:
            if not _is_held(stored, run):
                return None
            at = stored.at(place, progress, now) if stored else None
            return at.released("", 0, now) if at and release else at

        return self._change(message, save) is not None

    def _is_with_another(self, message: JobMessage, run: Run) -> bool:
        """Whether a run that we have lost goes on, in the hands of another worker: that one needs the message."""
        stored = self._runs.get(message.client_key, job_id(message.name, message.key))
        goes_on = stored is not None and stored.id == run.id and not stored.state.is_over
        if not goes_on:
            observability.info("job stopped", tenant=message.client_key, job=message.name, run=run.id)
        return goes_on

    def _end(self, message: JobMessage, run: Run, state: State, progress: Value | None = None) -> bool:
        """End a run; whether there is more to do all the same, since another worker has it now."""
        now = self._clock()

        def end(stored: Run | None) -> Run | None:
            if stored is None or not _is_held(stored, run):
                return None
            return stored.at(stored.place, progress or stored.progress, now).over(state, "", now)

        if self._change(message, end) is None:
            return self._is_with_another(message, run)
        observability.info(f"job {state.value}", tenant=message.client_key, job=message.name, run=run.id)
        return False

    def _failed(self, message: JobMessage, run: Run, ending: str, error: Exception | None) -> GiveUp | RetryLater:
        """Note how a try has ended; returns what is to become of the message."""
        now = self._clock()
        stored = self._runs.get(message.client_key, job_id(message.name, message.key))
        # A step that was stored in this slice counts the tries anew. Slices are receipts too: they say nothing here.
        becomes = outcome(stored.tries if stored and _is_held(stored, run) else run.tries, 1, ending, error)

        def note(stored: Run | None) -> Run | None:
            if stored is None or not _is_held(stored, run):
                return None
            if isinstance(becomes, GiveUp):
                return stored.over(State.FAILED, str(becomes), now)
            return stored.released(ending, stored.tries if becomes.is_try else stored.tries - 1, now)

        self._change(message, note)
        if not isinstance(error, DeliveryError):
            observability.error("job failed", tenant=message.client_key, job=message.name, run=run.id, ending=ending)
        return becomes

    def _renew(self, received: Received, seconds: int, reason: str) -> None:
        """Put a fresh call in the place of an old one: SQS keeps none for ever. If both come, one gets the run."""
        self._queue.send(JobMessage.decode(received.text), seconds)

    def _change(self, message: JobMessage, change: Callable[[Run | None], Run | None]) -> Run | None:
        return self._runs.update(message.client_key, job_id(message.name, message.key), change)


def _is_held(stored: Run | None, run: Run) -> bool:
    return stored is not None and (stored.id, stored.holder) == (run.id, run.holder)
