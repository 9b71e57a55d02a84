"""Limits that let so much through in a second, and somewhat more at once."""

from __future__ import annotations


class Bucket:
    """Lets `rate` a second through, and at most `burst` at once (a token bucket)."""

    def __init__(self, rate: float, burst: float) -> None:
        self._rate = rate
        self._burst = burst
        self._left = burst
        self._since = 0.0
        self.refused = 0

    def take(self, now: float, number: float = 1.0) -> bool:
        """Whether `number` may pass at `now`, all or none."""
        self._left = min(self._burst, self._left + (now - self._since) * self._rate)
        self._since = now
        if self._left < number:
            self.refused += 1
            return False
        self._left -= number
        return True
