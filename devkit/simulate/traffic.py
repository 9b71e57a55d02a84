"""What happens on the sites in a day: a stream of webhooks with its busy hours, bursts, and one bulk edit."""

from __future__ import annotations

import math
import random
from bisect import bisect
from collections.abc import Callable, Iterator
from itertools import accumulate

from devkit.simulate.assumptions import Assumptions
from devkit.simulate.clock import Clock

DAY = 86_400.0
BULK_AT = 10 * 3_600.0
BULK_TENANT = 0
"""The site of the bulk edit; it has no other webhooks, so that its own are told from all others'."""

Happened = Callable[[int, int], None]
"""Is told the site, and how many webhooks it has to send from now on."""


class Traffic:
    """Tells `happened` of all that a day brings."""

    def __init__(self, assumed: Assumptions, clock: Clock, chance: random.Random, happened: Happened) -> None:
        self._assumed = assumed
        self._clock = clock
        self._chance = chance
        self._happened = happened
        # Few sites are large and many small: the n-th has a share as 1/n (Zipf), but for the one of the bulk edit.
        self._shares = list(accumulate(1 / (rank + 10) for rank in range(1, assumed.tenants)))

    def begin(self) -> None:
        """Puts the day onto the clock; it happens bit by bit."""
        if self._assumed.webhooks:
            self._next_webhook(0.0)
        for at, number in self._bursts():
            self._clock.at(at, self._happened, self._site(), number)
        if self._assumed.bulk:
            self._clock.at(BULK_AT, self._happened, BULK_TENANT, self._assumed.bulk)

    def rate(self, at: float) -> float:
        """Webhooks a second at a moment of the day, bursts apart: a cosine about the mean, highest at noon.

        Where it would fall below nothing at night it is cut off, and all of it made smaller to keep the mean.
        """
        mean = self._assumed.webhooks / DAY
        swing = (self._assumed.busiest - 1) * math.cos((at / DAY - 0.5) * 2 * math.pi)
        return max(0.0, mean * (1 + swing) / self._norm())

    def _norm(self) -> float:
        """The mean of the curve where its night is cut off at nothing."""
        swing = self._assumed.busiest - 1
        if swing <= 1:
            return 1.0
        edge = math.acos(-1 / swing)
        return (edge + swing * math.sin(edge)) / math.pi

    def _next_webhook(self, at: float) -> None:
        # Thinning: moments at the busiest rate, of which as many are kept as the hour has.
        most = self.rate(DAY / 2)
        while (at := at + self._chance.expovariate(most)) < DAY:
            if self._chance.random() * most < self.rate(at):
                self._clock.at(at, self._stream, at)
                return

    def _stream(self, at: float) -> None:
        self._happened(self._site(), 1)
        self._next_webhook(at)

    def _bursts(self) -> Iterator[tuple[float, int]]:
        for _ in range(self._assumed.bursts):
            at = self._chance.gauss(DAY / 2, DAY / 8) % DAY
            yield at, int(20 * 100 ** (self._chance.random() ** 2))

    def _site(self) -> int:
        return 1 + bisect(self._shares, self._chance.random() * self._shares[-1]) if self._shares else BULK_TENANT
