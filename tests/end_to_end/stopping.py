"""AWS that stops answering at a chosen call, to see what a command leaves, and whether it goes on from there."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from itertools import count
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError

from devkit.cloud import CREDENTIALS, REGION
from devkit.cloud.embedded import EmbeddedCloud

MOST_CALLS = 200

READS = ("Describe", "Get", "Head", "List")
"""How calls begin that change nothing: to stop at one leaves what to stop after the change before it leaves."""


class Stopped(BotoCoreError):
    """The call at which AWS was told to stop, as when the network is gone."""

    fmt = "AWS was told to stop at this call."


class StoppingAws:
    """The embedded AWS until its change number `last`, which fails: before anything is done, or, `late`, after it."""

    def __init__(self, cloud: EmbeddedCloud, last: int, *, late: bool = False) -> None:
        self.environment = cloud.environment
        self.changes: list[str] = []
        self._cloud, self._last = cloud, last
        self._event = "after-call" if late else "before-call"
        self.client = cache(self._client)

    def _client(self, service: str) -> Any:
        session = boto3.session.Session(CREDENTIALS, CREDENTIALS, region_name=REGION)
        client = session.client(service, endpoint_url=self._cloud.endpoint)  # type: ignore[call-overload]
        client.meta.events.register(self._event, self._count)
        return client

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
        aws = StoppingAws(cloud, last, late=late)
        try:
            run(aws)
        except Stopped:
            continue
        return len(aws.changes)
    raise AssertionError("unreachable")
