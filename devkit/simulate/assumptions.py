"""All that the model takes for granted, in one table: the measured, the documented and the assumed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

from chalicelib.connect.settings import REQUESTS_PER_SECOND, WORKER_CONCURRENCY
from devkit.cost.webhook import CORE_GB, HANDLER_WRITES, MEMORY_GB, NETWORK_SECONDS, WORKER_CALLS

MEASURED = "measured by `make bench`"
APPS = "the app's own setting"


def _given(value: float, unit: str, what: str, source: str) -> Any:
    return field(default=value, metadata={"unit": unit, "what": what, "source": source})


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumptions:
    """The values stand for a machine on which `make bench` was not run; `measured` replaces what it finds."""

    tenants: int = _given(10_000, "sites", "with the app", "given")
    webhooks: int = _given(1_000_000, "webhooks", "a day, of all sites, beside bursts and the bulk edit", "given")
    bursts: int = _given(500, "bursts", "a day, on any site: 20 to 2,000 webhooks each, small ones more often", "given")
    bulk: int = _given(100_000, "webhooks", "of the bulk edit of one site, at 10:00", "given")
    busiest: float = _given(2.5, "x", "noon against the mean of the day, about; the night has the rest", "assumed")
    cold_route: float = _given(0.55, "s", "start of the route's function, first answer included", MEASURED)
    cold_worker: float = _given(0.55, "s", "start of the worker, first delivery included", MEASURED)
    route_cpu: float = _given(0.003, "s", "of a share of a core, for a webhook", MEASURED)
    worker_cpu: float = _given(0.006, "s", "of a share of a core, for a delivery", MEASURED)
    call: float = _given(NETWORK_SECONDS, "s", "a call to DynamoDB or SQS", "assumed, as in docs/cost.md")
    route_calls: int = _given(2, "calls", "a webhook: its tenant read (often remembered), and sent to SQS", "counted")
    worker_calls: int = _given(
        len(WORKER_CALLS) + len(HANDLER_WRITES), "calls", "a delivery, the handler's own included", "counted"
    )
    worker_writes: int = _given(3, "writes", "a delivery, the handler's own included", "counted")
    handler: float = _given(0.0, "s", "what a handler waits besides, such as for Jira", "given")
    round_trip: float = _given(0.08, "s", "between Jira and API Gateway, there and back", "assumed")
    at_once: int = _given(20, "webhooks", "Jira has under way to an app at a time, for a site", "Atlassian: webhooks")
    retries: int = _given(5, "times", "Jira sends a webhook again, after 5 to 15 minutes each", "Atlassian: webhooks")
    gateway: int = _given(REQUESTS_PER_SECOND, "1/s", "requests let through by API Gateway, twice that at once", APPS)
    workers: int = _given(WORKER_CONCURRENCY, "workers", "at a time", APPS)
    first_pollers: int = _given(5, "batches", "at a time that Lambda takes from a queue at first", "AWS: SQS scaling")
    more_pollers: float = _given(5, "1/s", "by which it takes more while there are messages", "AWS: SQS scaling")
    poll: float = _given(0.05, "s", "from a message on the queue to a worker", "assumed")
    batch: int = _given(10, "messages", "a worker is handed at most", APPS)
    account: int = _given(1_000, "functions", "at a time in the account", "AWS: Lambda quotas")
    ramp: int = _given(1_000, "functions", "more in 10 s, for each function", "AWS: Lambda scaling")
    kept: float = _given(600, "s", "an idle function is kept", "assumed; AWS does not say")
    table_writes: int = _given(4_000, "1/s", "writes to a new table on demand", "AWS: DynamoDB on-demand")
    tenant_writes: int = _given(
        1_000, "1/s", "writes to one partition: the records of a site", "AWS: DynamoDB partitions"
    )
    failing: float = _given(0.001, "of tries", "that fail by accident, such as of Jira or a time-out", "assumed")
    poison: float = _given(0.00001, "of webhooks", "that no handler can handle", "assumed")
    memory_gb: float = _given(MEMORY_GB, "GB", "of each function", APPS)

    def measured(self, facts: Mapping[str, float]) -> Assumptions:
        """The same with what the bench has found, as far as it has."""
        known: dict[str, Any] = {
            "cold_route": facts.get("cold_route_share_ms"),
            "cold_worker": facts.get("cold_worker_share_ms"),
            "route_cpu": _shared(facts.get("warm_route_ms"), self.memory_gb),
            "worker_cpu": _shared(facts.get("warm_worker_ms"), self.memory_gb),
        }
        return replace(self, **{name: value / 1000 for name, value in known.items() if value is not None})

    @property
    def route_seconds(self) -> float:
        """How long a warm route takes."""
        return self.route_cpu + self.route_calls * self.call

    @property
    def worker_seconds(self) -> float:
        """How long a warm worker takes for each delivery."""
        return self.worker_cpu + self.worker_calls * self.call + self.handler

    def rows(self) -> list[list[str]]:
        """The table: value, unit, what it is, where it comes from."""
        return [
            [f"{getattr(self, each.name):,.6g}", *(str(each.metadata[name]) for name in ("unit", "what", "source"))]
            for each in fields(self)
        ]


def _shared(milliseconds: float | None, memory_gb: float) -> float | None:
    """What took so long on a whole core, on the share of one that a function of this memory has."""
    return None if milliseconds is None else milliseconds * max(1.0, CORE_GB / memory_gb)
