"""AWS that stops answering at a chosen call, to see what a command leaves, and whether it goes on from there."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from itertools import count
from typing import Any, Self

from botocore.exceptions import BotoCoreError

from devkit.cloud.embedded import EmbeddedCloud

MOST_CALLS = 200

READS = ("Describe", "Get", "Head", "List")
"""How calls begin that change nothing: to stop at one leaves what to stop after the change before it leaves."""


class Stopped(BotoCoreError):
    """The call at which AWS was told to stop, as when the network is gone."""

    fmt = "AWS was told to stop at this call."


class StoppingAws:
    """The embedded AWS until its change number `last`, which fails: before anything is done, or, `late`, after it.

    It listens to the embedded AWS's own clients until it is closed: to make new ones for each stop takes far longer
    than all that is asked of them.
    """

    def __init__(self, cloud: EmbeddedCloud, last: int, *, late: bool) -> None:
        self.environment = cloud.environment
        self.changes: list[str] = []
        self._cloud, self._last = cloud, last
        self._event = "after-call" if late else "before-call"
        self._heard: dict[str, Any] = {}

    def client(self, service: str) -> Any:
        """The client of `service`, whose changes are counted from now on."""
        client = self._cloud.client(service)
        if service not in self._heard:
            client.meta.events.register(self._event, self._count)
            self._heard[service] = client
        return client

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for client in self._heard.values():
            client.meta.events.unregister(self._event, self._count)

    def _count(self, **call: Any) -> None:
        name = call["model"].name
        if not name.startswith(READS):
            self.changes.append(name)
            if len(self.changes) == self._last:
                raise Stopped


def stopped_at_each_call(cloud: EmbeddedCloud, run: Callable[[StoppingAws], object], *, late: bool = False) -> int:
    """Runs `run` until it comes to its end, each time with AWS that stops one change later; returns how many changes
    the last run made."""
    for last in count(1):
        assert last < MOST_CALLS, "it does not get on"
        with StoppingAws(cloud, last, late=late) as aws, suppress(Stopped):
            run(aws)
            return len(aws.changes)
    raise AssertionError("unreachable")
