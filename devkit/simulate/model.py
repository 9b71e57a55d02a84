"""The way of every webhook of a day, by Jira, API Gateway, the route, SQS and the worker, and what becomes of it."""

from __future__ import annotations

import random
from collections import Counter, deque

from chalicelib.connect.batches import LONGEST_DELAY, MOST_TRIES
from devkit.simulate.assumptions import Assumptions
from devkit.simulate.clock import Clock
from devkit.simulate.functions import Account, Function
from devkit.simulate.limits import Bucket
from devkit.simulate.outcome import Outcome
from devkit.simulate.queue import FairQueue, Webhook
from devkit.simulate.traffic import Traffic


class Model:
    """One day; `run` returns what came of it, the same for every `seed`."""

    def __init__(self, assumed: Assumptions, seed: int = 1) -> None:
        self._assumed = assumed
        self._clock = Clock()
        # What happens in Jira hangs on the seed alone, and not on how the app copes with it.
        self._days_chance, self._chance = (random.Random(f"{seed} {of}") for of in ("day", "app"))  # noqa: S311
        account = Account(assumed.account)
        self._route, self._worker = (
            Function(account, ramp=assumed.ramp, ramp_seconds=10, kept=assumed.kept) for _ in range(2)
        )
        self._gateway = Bucket(assumed.gateway, 2 * assumed.gateway)
        self._table = Bucket(assumed.table_writes, assumed.table_writes)
        self._partitions: dict[int, Bucket] = {}
        self._queue = FairQueue()
        self._outcome = Outcome(assumed, self._route, self._worker, self._queue)
        self._at_jira: dict[int, deque[Webhook]] = {}
        self._under_way: Counter[int] = Counter()
        self._pollers = float(assumed.first_pollers)
        self._pollers_since = 0.0
        self._is_polled = False

    def run(self) -> Outcome:
        """Lets the day go by, until nothing of it is left on its way."""
        Traffic(self._assumed, self._clock, self._days_chance, self._happened).begin()
        self._clock.run()
        return self._outcome

    def _happened(self, tenant: int, number: int) -> None:
        waiting = self._at_jira.setdefault(tenant, deque())
        for _ in range(number):
            poison = self._chance.random() < self._assumed.poison
            waiting.append(Webhook(tenant, self._clock.now, is_poison=poison))
        self._outcome.happened += number
        self._send_on(tenant)

    def _send_on(self, tenant: int) -> None:
        """Jira sends what waits, as many at once as it ever does."""
        waiting = self._at_jira.get(tenant)
        while waiting and self._under_way[tenant] < self._assumed.at_once:
            self._under_way[tenant] += 1
            self._clock.at(self._clock.now + self._assumed.round_trip / 2, self._arrive, waiting.popleft())

    def _arrive(self, webhook: Webhook) -> None:
        now = self._clock.now
        self._outcome.requests += 1
        if not self._gateway.take(now):
            self._outcome.refused += 1
            return self._answer(webhook, accepted=False)
        cold = self._route.begin(now)
        if cold is None:
            return self._answer(webhook, accepted=False)
        seconds = self._assumed.cold_route if cold else self._assumed.route_seconds
        return self._clock.at(now + seconds, self._received, webhook, seconds)

    def _received(self, webhook: Webhook, seconds: float) -> None:
        webhook.received = self._clock.now
        self._route.end(self._clock.now, seconds)
        self._outcome.accepted += 1
        self._put(webhook)
        self._answer(webhook, accepted=True)

    def _answer(self, webhook: Webhook, *, accepted: bool) -> None:
        self._clock.at(self._clock.now + self._assumed.round_trip / 2, self._answered, webhook, accepted)

    def _answered(self, webhook: Webhook, accepted: bool) -> None:
        self._under_way[webhook.tenant] -= 1
        if not self._under_way[webhook.tenant]:
            del self._under_way[webhook.tenant]
        if not accepted:
            webhook.attempt += 1
            if webhook.attempt > self._assumed.retries:
                self._outcome.swept += 1
            else:
                self._clock.at(self._clock.now + self._chance.uniform(300, 900), self._again, webhook)
        self._send_on(webhook.tenant)

    def _again(self, webhook: Webhook) -> None:
        self._at_jira.setdefault(webhook.tenant, deque()).append(webhook)
        self._send_on(webhook.tenant)

    def _put(self, webhook: Webhook) -> None:
        self._queue.put(webhook)
        if not self._is_polled:
            self._is_polled = True
            self._clock.at(self._clock.now + self._assumed.poll, self._poll)

    def _poll(self) -> None:
        """Lambda takes from the queue what the workers that may run can be given."""
        self._is_polled = False
        while self._queue and self._worker.running < self._most_workers():
            cold = self._worker.begin(self._clock.now)
            if cold is None:
                # Of the account no function is left; Lambda tries again.
                self._is_polled = True
                return self._clock.at(self._clock.now + 1, self._poll)
            self._work(self._queue.take(self._assumed.batch), cold)
        return None

    def _most_workers(self) -> int:
        """How many batches Lambda has under way: ever more while the queue is not empty, up to the app's setting."""
        now, assumed = self._clock.now, self._assumed
        idle = not self._worker.running
        grown = assumed.first_pollers if idle else self._pollers + (now - self._pollers_since) * assumed.more_pollers
        self._pollers, self._pollers_since = min(float(assumed.workers), grown), now
        return int(self._pollers)

    def _work(self, batch: list[Webhook], cold: bool) -> None:
        began = at = self._clock.now
        for number, webhook in enumerate(batch):
            at += self._assumed.cold_worker if cold and not number else self._assumed.worker_seconds
            self._clock.at(at, self._tried, webhook)
        self._clock.at(at, self._worked, at - began)
        self._outcome.batches += 1

    def _worked(self, seconds: float) -> None:
        self._worker.end(self._clock.now, seconds)
        self._poll()

    def _tried(self, webhook: Webhook) -> None:
        now = self._clock.now
        self._queue.done(webhook)
        webhook.tries += 1
        self._outcome.tries += 1
        if self._is_written(webhook, now) and not webhook.is_poison and self._chance.random() >= self._assumed.failing:
            self._outcome.handled(webhook, now)
        elif webhook.tries >= MOST_TRIES:
            self._outcome.dead += 1
        else:
            self._clock.at(now + self._pause(webhook.tries), self._put, webhook)

    def _is_written(self, webhook: Webhook, now: float) -> bool:
        """Whether DynamoDB takes what a delivery writes, from the table and from the site's partition."""
        most = self._assumed.tenant_writes
        partition = self._partitions.setdefault(webhook.tenant, Bucket(most, most))
        if partition.take(now) and self._table.take(now, self._assumed.worker_writes):
            return True
        self._outcome.throttled_writes += 1
        return False

    def _pause(self, tries: int) -> float:
        """As `chalicelib.connect.batches.backoff`, by the chance of this model."""
        return min(float(LONGEST_DELAY), 3.0 ** min(tries, 9) * self._chance.uniform(0.75, 1.25))
