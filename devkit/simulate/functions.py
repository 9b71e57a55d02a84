"""Lambda: environments that start cold, stay for a while, and may not become too many too fast.

Sources: https://docs.aws.amazon.com/lambda/latest/dg/lambda-concurrency.html and
https://docs.aws.amazon.com/lambda/latest/dg/scaling-behavior.html
"""

from __future__ import annotations

from devkit.simulate.limits import Bucket


class Account:
    """What all functions of an account share: so many at a time."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.running = 0


class Function:
    """One function; its environments are given out newest first, as Lambda seems to do."""

    def __init__(self, account: Account, *, ramp: int, ramp_seconds: float, kept: float) -> None:
        """It may grow by `ramp` environments in `ramp_seconds`; an idle one is `kept` for so many seconds."""
        self._account = account
        self._growth = Bucket(ramp / ramp_seconds, ramp)
        self._kept = kept
        self._idle: list[float] = []
        self.running = self.calls = self.cold = self.throttled = 0
        self.seconds = 0.0
        """What is billed, starts included."""
        self.peaks: dict[int, int] = {}
        """The most that ran at a time, by minute."""

    def begin(self, now: float) -> bool | None:
        """Whether an environment that begins now starts cold; None where none may begin."""
        if self._account.running >= self._account.most:
            self.throttled += 1
            return None
        if self._idle and now - self._idle[-1] > self._kept:
            self._idle.clear()  # the newest has been idle for too long, and so all have
        cold = not self._idle
        if cold and not self._growth.take(now):
            self.throttled += 1
            return None
        if not cold:
            self._idle.pop()
        self._account.running += 1
        self.running += 1
        self.calls += 1
        self.cold += cold
        minute = int(now // 60)
        self.peaks[minute] = max(self.peaks.get(minute, 0), self.running)
        return cold

    def end(self, now: float, seconds: float) -> None:
        """An environment is done, after so many billed seconds."""
        self._account.running -= 1
        self.running -= 1
        self.seconds += seconds
        self._idle.append(now)
