"""What came of a day: how much, how old, how many at a time, and for how many dollars."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence

from devkit.cost import prices
from devkit.cost.webhook import LOG_BYTES, POLLERS, WORKER_CALLS
from devkit.simulate.assumptions import Assumptions
from devkit.simulate.functions import Function
from devkit.simulate.queue import FairQueue, Webhook
from devkit.simulate.traffic import BULK_TENANT, DAY

SHARES = (0.5, 0.9, 0.99, 0.999, 1.0)


class Outcome:
    """The counts of one day; all ages are in seconds from the moment at which the route had taken a webhook in."""

    def __init__(self, assumed: Assumptions, route: Function, worker: Function, queue: FairQueue) -> None:
        self._assumed = assumed
        self.route = route
        self.worker = worker
        self.queue = queue
        self.happened = self.requests = self.refused = self.accepted = self.swept = 0
        self.batches = self.tries = self.dead = self.throttled_writes = 0
        self.ages = {"noisy": array("f"), "others": array("f")}
        """Of those that were handled: from the route's receipt to the end of the handler."""
        self.delays = {"noisy": array("f"), "others": array("f")}
        """The same from the moment at which it happened in Jira."""

    def handled(self, webhook: Webhook, now: float) -> None:
        """A webhook was handled."""
        who = "noisy" if webhook.tenant == BULK_TENANT else "others"
        self.ages[who].append(now - webhook.received)
        self.delays[who].append(now - webhook.happened)

    @property
    def number_handled(self) -> int:
        """How many were handled."""
        return sum(map(len, self.ages.values()))

    def dollars(self) -> dict[str, float]:
        """What the day costs at list prices, by part: those of `devkit.cost.prices`."""
        seconds = self.route.seconds + self.worker.seconds
        calls = self.route.calls + self.worker.calls
        reads = sum("Get" in call for call in WORKER_CALLS)
        polls = DAY / 20 * POLLERS
        return {
            "API Gateway": self.requests * prices.API_REQUEST,
            "Lambda": calls * prices.LAMBDA_REQUEST + seconds * self._assumed.memory_gb * prices.LAMBDA_GB_SECOND,
            "SQS": (self.accepted + 2 * self.batches) * prices.SQS_FAIR + polls * prices.SQS_REQUEST,
            "DynamoDB": self.tries * self._assumed.worker_writes * prices.DYNAMODB_WRITE
            + (self.tries * reads + self.accepted) * prices.DYNAMODB_READ,
            "CloudWatch logs": self.accepted * LOG_BYTES / 1e9 * prices.LOG_GB,
        }


def quantiles(values: Sequence[float]) -> Iterator[float]:
    """The values below which the `SHARES` of all are; the last is the largest."""
    ordered = sorted(values)
    for share in SHARES:
        yield ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0
