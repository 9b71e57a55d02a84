"""How much of Jira's quota is left to the app, as Jira's own answers tell it.

Jira counts points by the hour and says with each answer how many are left. A job that looks at them slows down before
Jira says no, and leaves something over for the webhooks and pages that come in the meantime.
Source: https://developer.atlassian.com/cloud/jira/platform/rate-limiting/
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass

from chalicelib.connect.jira.rate_limits import WINDOW, Headers, instant, reason

NEAR_LIMIT = 0.2
"""What is left when Jira says that the limit is near, as a share of the whole."""

_MEMBER = re.compile(r'"([^"]{1,100})"([^",]*)')
_PARAMETER = re.compile(r";\s*([a-z]{1,10})\s*=\s*([0-9]{1,15})(?![^;\s])", re.ASCII)
_NUMBER = re.compile(r"\s*([0-9]{1,15})\s*", re.ASCII)


@dataclass(frozen=True, slots=True)
class Budget:
    """What was left when Jira last spoke of it; all None as long as it has not."""

    remaining: int | None = None
    limit: int | None = None
    resets_at: float | None = None
    """When it is whole again, seconds since the epoch."""
    near_limit: bool = False
    """Whether Jira itself says that little is left."""

    def share(self, now: float) -> float:
        """What is left as a share of the whole, from 0 to 1; 1 when it is not known."""
        if self.resets_at is not None and self.resets_at <= now:
            return 1.0
        if self.remaining is not None and self.limit:
            return min(1.0, self.remaining / self.limit)
        if self.remaining == 0:
            return 0.0
        return NEAR_LIMIT if self.near_limit else 1.0

    def pause(self, now: float, reserve: float) -> int:
        """How many seconds a job should wait so that the share `reserve` is left for others; 0: it may go on."""
        if self.share(now) > reserve:
            return 0
        resets_at = self.resets_at if self.resets_at is not None else _next_hour(now)
        return max(1, math.ceil(min(resets_at - now, WINDOW)))


def budget(headers: Headers, now: float) -> Budget | None:
    """What the headers of an answer say is left; None when they say nothing of it.

    Jira has limits by the second as well, for one endpoint or one issue: what an answer that was refused for one of
    them says is left, is not left of the quota. Nor is what ``X-RateLimit-Remaining`` says without a reset: so every
    answer tells of the limit by the second (https://community.developer.atlassian.com/t/97828). The quota's own headers
    count before the older ones. Whatever of them can not be read is passed over.
    """
    limit = reason(headers)
    if limit and "quota" not in limit:
        return None
    quotas = [found for prefix in ("", "beta-") for found in _quotas(headers, prefix, now)]
    if quotas:
        return min(quotas, key=lambda each: each.share(now))
    older = (_older(headers, prefix, now, is_quota=bool(limit)) for prefix in ("x-ratelimit-", "x-beta-ratelimit-"))
    return next((found for found in older if found), None)


def _quotas(headers: Headers, prefix: str, now: float) -> Iterator[Budget]:
    # As in https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/: "name";r=17842;t=2107
    limits = {name: values.get("q") for name, values in _members(headers.get(prefix + "ratelimit-policy", ""))}
    for name, values in _members(headers.get(prefix + "ratelimit", "")):
        if (remaining := values.get("r")) is not None:
            reset = now + values["t"] if "t" in values else None
            yield Budget(remaining, limits.get(name), _within_window(reset, now))


def _older(headers: Headers, prefix: str, now: float, *, is_quota: bool) -> Budget | None:
    reset = instant(headers.get(prefix + "reset", ""), now)
    remaining, limit = (_number(headers.get(prefix + name, "")) for name in ("remaining", "limit"))
    if reset is None and not is_quota:
        remaining = limit = None
    near = headers.get(prefix + "nearlimit", "").strip().lower() == "true"
    return Budget(remaining, limit, _within_window(reset, now), near) if near or remaining is not None else None


def _members(text: str) -> Iterator[tuple[str, dict[str, int]]]:
    for name, parameters in _MEMBER.findall(text):
        yield name, {key: int(value) for key, value in _PARAMETER.findall(parameters)}


def _number(text: str) -> int | None:
    found = _NUMBER.fullmatch(text)
    return int(found[1]) if found else None


def _within_window(reset: float | None, now: float) -> float:
    # The reset was seen to be wrong (https://community.developer.atlassian.com/t/97828); the hour is not.
    return _next_hour(now) if reset is None or not now < reset <= now + WINDOW else reset


def _next_hour(now: float) -> float:
    return (now // WINDOW + 1) * WINDOW
