"""The clock of a model: what is to happen, in its order.

A loop of its own instead of simpy: a day has some millions of happenings, and simpy's generators take several times as
long for each as a heap of calls does; nothing else of simpy would be used.
"""

from __future__ import annotations

from collections.abc import Callable
from heapq import heappop, heappush
from typing import Any


class Clock:
    """Time in seconds from the beginning of the model."""

    def __init__(self) -> None:
        self.now = 0.0
        self._count = 0
        self._waiting: list[tuple[float, int, Callable[..., None], tuple[Any, ...]]] = []

    def at(self, moment: float, what: Callable[..., None], *arguments: Any) -> None:
        """Calls `what` at `moment`, or now where that is over; things of one moment happen as they were asked for."""
        self._count += 1
        heappush(self._waiting, (max(moment, self.now), self._count, what, arguments))

    def run(self) -> None:
        """Goes on until nothing waits any more."""
        while self._waiting:
            self.now, _, what, arguments = heappop(self._waiting)
            what(*arguments)
