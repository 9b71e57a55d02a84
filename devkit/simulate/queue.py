"""A standard queue of SQS with fair groups: who has much in flight waits behind those who have little.

Source: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-fair-queues-detailed.html
"""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass

NOISY_AT = 30
"""From so many in flight on a group may be noisy. AWS names no figure in general, and this one for small batches."""

NOISY_SHARE = 0.1
"""And where it has this share of all that is in flight; assumed."""


@dataclass(slots=True)
class Webhook:
    """One webhook, from Jira to its end."""

    tenant: int
    happened: float
    attempt: int = 0
    """How often Jira has sent it again."""
    received: float = 0.0
    """When the route had it on the queue."""
    tries: int = 0
    """How often a worker has tried it."""
    is_poison: bool = False
    """Whether no try can succeed."""


class FairQueue:
    """Messages in the order of their coming, but for the noisy groups', which come when no others wait."""

    def __init__(self) -> None:
        self._quiet: deque[Webhook] = deque()
        self._noisy: deque[Webhook] = deque()
        self._in_flight: Counter[int] = Counter()
        self._all_in_flight = 0
        self.longest = 0

    def __len__(self) -> int:
        return len(self._quiet) + len(self._noisy)

    def put(self, message: Webhook) -> None:
        """Takes a message in."""
        self._quiet.append(message)
        self.longest = max(self.longest, len(self))

    def take(self, most: int) -> list[Webhook]:
        """Up to so many messages, which are in flight until `done`."""
        taken: list[Webhook] = []
        while len(taken) < most and self._quiet:
            message = self._quiet.popleft()
            if self._is_noisy(message.tenant):
                self._noisy.append(message)
            else:
                self._fly(message, taken)
        while len(taken) < most and self._noisy:
            self._fly(self._noisy.popleft(), taken)
        return taken

    def done(self, message: Webhook) -> None:
        """A message is not in flight any more."""
        self._in_flight[message.tenant] -= 1
        self._all_in_flight -= 1
        if not self._in_flight[message.tenant]:
            del self._in_flight[message.tenant]

    def _fly(self, message: Webhook, taken: list[Webhook]) -> None:
        taken.append(message)
        self._in_flight[message.tenant] += 1
        self._all_in_flight += 1

    def _is_noisy(self, tenant: int) -> bool:
        own = self._in_flight.get(tenant, 0)
        return own >= NOISY_AT and own >= NOISY_SHARE * self._all_in_flight
