"""How long Jira goes on with a host that takes no webhooks: after half an hour, each new one is sent to it only once.

The half hour is that of the pauses before retries, as they are at Jira, and not that of a clock: so it does not matter
how much faster retries come here, nor how slow an app is.
Source: https://developer.atlassian.com/cloud/jira/platform/webhooks/
"""

from __future__ import annotations

from collections import Counter
from typing import Final

SECONDS: Final = 1800.0


class Patience:
    """Which hosts are given up."""

    def __init__(self) -> None:
        self._answers: Counter[str] = Counter()
        self._given_up: set[str] = set()

    def answers(self, host: str) -> int:
        """How many webhooks a host has taken so far, or refused for good."""
        return self._answers[host]

    def answered(self, host: str) -> None:
        """A host has taken one, or refused it for good: it is there again."""
        self._answers[host] += 1
        self._given_up.discard(host)

    def failed(self, host: str, waited: float, answers: int) -> None:
        """A webhook was sent in vain again, after pauses of so many seconds; `answers` are those before its first."""
        if waited >= SECONDS and answers == self._answers[host]:
            self._given_up.add(host)

    def ends(self, host: str) -> bool:
        """Whether what is new is sent to a host only once."""
        return host in self._given_up
