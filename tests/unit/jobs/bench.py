"""A worker of jobs over fakes, with a queue that brings back what it is told to."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from chalicelib.connect.job_worker import JobWorker
from chalicelib.connect.jobs import Job, Jobs, SystemFunction, Value
from chalicelib.connect.protocol.job_messages import JobMessage
from chalicelib.connect.runs import Run
from chalicelib.connect.starter import Starter, TenantJobs, job_id
from chalicelib.connect.storage.ports import Tenants
from chalicelib.connect.tenants import Tenant
from chalicelib.connect.tools import Tools
from tests.fakes import FakeJobQueue, FakeRecords, FakeRuns, FakeTenants, no_jira

NOW = 1_700_000_000.0

ALL = list(range(1, 11))
"""What the job counts."""

TENANT = Tenant(
    client_key="tenant-1", shared_secret="s" * 40, base_url="https://burrow.atlassian.net", lifecycle_at=int(NOW)
)


class Bench:
    """One job named ``count``, which counts to ten by steps that take `step_seconds` each."""

    def __init__(
        self,
        system: dict[str, SystemFunction] | None = None,
        memory: Callable[[Tenants], Tenants] = lambda tenants: tenants,
    ) -> None:
        """`memory` is what the worker has of the tenants."""
        self.now = NOW
        self.seconds_left = 100.0
        self.step_seconds = 20.0
        self.before_step: Callable[[int], None] = lambda number: None
        self.counted: list[int] = []
        self.given: list[Job] = []
        self.jobs = Jobs()
        self.jobs.job("count")(self._count)
        self.tenants = FakeTenants(TENANT)
        self.runs = FakeRuns()
        self.queue = FakeJobQueue()
        self.records = FakeRecords()
        self.starter = Starter(lambda name: name in ("count", *(system or {})), self.runs, self.queue, self._clock)
        self.system = dict(system or {})
        self.worker = JobWorker(
            lambda name: self.jobs.function(name),
            self.system,
            memory(self.tenants),
            self.runs,
            self.queue,
            self._tools,
            partial_batches=True,
            clock=self._clock,
            stopwatch=self._clock,
        )

    def _clock(self) -> float:
        return self.now

    def _tools(self, tenant: Tenant, seconds_left: Callable[[], float]) -> Tools:
        jobs = TenantJobs(tenant.client_key, lambda: self.starter)
        return Tools(self.records, no_jira(tenant, seconds_left), jobs)

    def _count(self, job: Job) -> Iterator[Value]:
        self.given.append(replace(job))
        for number in range(job.place.get("next", 1), 11):
            self.before_step(number)
            self.now += self.step_seconds
            self.seconds_left -= self.step_seconds
            self.counted.append(number)
            job.progress["done"] = number
            yield {"next": number + 1}

    def start(self, **more: Any) -> bool:
        """Start the job for the tenant."""
        return self.starter.start(TENANT.client_key, "count", **more)

    def call(self, number: int = -1) -> JobMessage:
        """One of the calls that were sent, the last one unless told."""
        return self.queue.sent[number][0]

    def slice(
        self,
        message: JobMessage | str | None = None,
        *,
        receives: int = 1,
        sent_at: float | None = None,
        seconds: float = 100.0,
    ) -> bool:
        """Whether the message is done with after one slice of so many `seconds`."""
        self.seconds_left = seconds
        self.queue.delayed.clear()
        given = self.call() if message is None else message
        record = {
            "messageId": "m",
            "receiptHandle": "r",
            "body": given if isinstance(given, str) else given.encode(),
            "attributes": {
                "ApproximateReceiveCount": str(receives),
                "SentTimestamp": str(int((sent_at or self.now) * 1000)),
            },
        }
        return not self.worker.run({"Records": [record]}, lambda: self.seconds_left)["batchItemFailures"]

    def uninstall(self) -> None:
        """The tenant removes the app."""
        self.tenants.update(TENANT.client_key, lambda tenant: tenant and tenant.uninstalled(int(NOW) + 1))

    def purge(self) -> None:
        """The tenant is not there any more."""
        assert self.tenants.remove(TENANT.listed)

    @property
    def run(self) -> Run:
        """The newest run."""
        run = self.runs.get(TENANT.client_key, job_id("count", ""))
        assert run
        return run
