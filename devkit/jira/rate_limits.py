"""How much an app may ask of REST in an hour: its points, the headers that tell of them, and the answer when they end.

Source: https://developer.atlassian.com/cloud/jira/platform/rate-limiting/
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

POINTS: Final = 65_000
"""What an app may spend in an hour, in the first tier."""

HOUR: Final = 3600
NEAR: Final = 0.2
"""Below which part of its points an app is told that it comes near the end of them."""


class RateLimits:
    """The points that each app has left in this hour of the clock."""

    def __init__(self, clock: Callable[[], float] = time.time, points: int = POINTS) -> None:
        self._clock = clock
        self._points = points
        self._spent: dict[str, tuple[int, int]] = {}

    def spend(self, app_key: str, points: int) -> None:
        """Counts what a call has cost."""
        hour, spent = self._so_far(app_key)
        self._spent[app_key] = (hour, spent + points)

    def left(self, app_key: str) -> int:
        """How many points an app has left."""
        return max(0, self._points - self._so_far(app_key)[1])

    def headers(self, app_key: str) -> dict[str, str]:
        """What every answer tells the app."""
        left = self.left(app_key)
        reset = datetime.fromtimestamp((self._hour() + 1) * HOUR, UTC)
        near = {"X-RateLimit-NearLimit": "true"} if left < self._points * NEAR else {}
        return {
            "X-RateLimit-Limit": str(self._points),
            "X-RateLimit-Remaining": str(left),
            "X-RateLimit-Reset": f"{reset:%Y-%m-%dT%H:%MZ}",
            **near,
        }

    def refusal_headers(self, app_key: str) -> dict[str, str]:
        """What the app is told when it has none left, beside the usual."""
        wait = (self._hour() + 1) * HOUR - self._clock()
        return {"Retry-After": str(max(1, round(wait))), "RateLimit-Reason": "jira-quota-global-based"}

    def _hour(self) -> int:
        return int(self._clock() // HOUR)

    def _so_far(self, app_key: str) -> tuple[int, int]:
        hour, spent = self._spent.get(app_key, (0, 0))
        return (self._hour(), spent if hour == self._hour() else 0)


def cost(*, reads: bool, objects: int) -> int:
    """The points of one call: one, and one for each object that it gives where it `reads`."""
    return 1 + (objects if reads else 0)
