"""Webhooks from the stand-in for Jira, so many under way at a time: each follows when one before it was answered."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from devkit.errors import DevkitError
from devkit.jira.deliveries import Delivery
from devkit.jira.edits import Changes
from devkit.jira.model import Issue
from devkit.jira.server import Server

AGE = re.compile(r'"DeliveryAge": (\d+)')
"""What the worker prints of each delivery that it has handled, in milliseconds."""

HANDLED_SECONDS = 90.0
"""How long the worker may take for what is on the queue when all is sent."""

LOOK_SECONDS = 0.1


@dataclass(slots=True)
class Flow:
    """What came of one run."""

    at_once: int
    bytes: int
    """The size of a webhook's body."""
    seconds: float = 0.0
    """Until the last one was answered."""
    handled_seconds: float = 0.0
    """Until the last one was handled."""
    answers: list[float] = field(default_factory=list)
    """How long the app took to answer each, milliseconds."""
    ages: list[float] = field(default_factory=list)
    """From the route's receipt to the end of the handler, milliseconds."""
    refused: int = 0
    """Attempts that the app did not answer with a 2xx: the stand-in sends those again."""


class Sender:
    """Makes one site send webhooks, by editing issues of its own."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._made: list[Delivery] = []
        self._is_making = False
        self._waiting: dict[str, asyncio.Event] = {}
        server.deliveries.listeners.append(self._hear)

    async def issues(self, number: int, size: int) -> list[Issue]:
        """So many new issues, each of whose webhooks then has about `size` bytes."""
        site, made = self._server.site, []
        for each in range(number):
            (sent,) = self._webhooks_of(lambda: made.append(site.create_issue("x", by=site.current_user)))
            await self._answered(sent)
            # The webhook of a creation is larger than those of edits, which are what is sent then.
            rest = size - len((await self.edit(made[-1], "y")).body.encode())
            if rest > 0:
                words = f"{each} " + "word " * (rest // 5)
                edited = self._webhooks_of(
                    lambda: site.edit(made[-1], Changes(description=words), by=site.current_user)  # noqa: B023 - called at once
                )
                await asyncio.gather(*map(self._answered, edited))
        return made

    async def edit(self, issue: Issue, summary: str) -> Delivery:
        """Edits an issue, and waits until the app has answered the webhook of that."""
        site = self._server.site
        (sent,) = self._webhooks_of(lambda: site.edit(issue, Changes(summary=summary), by=site.current_user))
        await self._answered(sent)
        return sent

    async def _answered(self, delivery: Delivery) -> None:
        await self._waiting[delivery.id].wait()
        del self._waiting[delivery.id]
        if delivery.state != "delivered":
            raise DevkitError(f"The app did not take a webhook: {delivery.attempts[-1].verdict}")

    def _webhooks_of(self, happening: Callable[[], object]) -> list[Delivery]:
        """The webhooks that are made of what `happening` does; nothing else happens meanwhile."""
        self._is_making, self._made = True, []
        try:
            happening()
        finally:
            self._is_making = False
        for delivery in self._made:
            self._waiting[delivery.id] = asyncio.Event()
        return self._made

    def _hear(self, delivery: Delivery) -> None:
        if delivery.kind != "webhook":
            return
        if self._is_making:
            self._made.append(delivery)
        elif delivery.state != "waiting" and delivery.id in self._waiting:
            self._waiting[delivery.id].set()


async def send(
    senders: Sequence[Sender], number: int, at_once: int, size: int, log: Path, *, still: float = 2.0
) -> Flow:
    """Has the sites send `number` webhooks, `at_once` under way at a time, and waits until all are handled.

    `log` is what the functions print; before the first webhook it must have been `still` for so many seconds. Raises
    `DevkitError` where the app does not take or handle them all.
    """
    flow, each = Flow(at_once, size), at_once // len(senders)
    slots = [(sender, issue) for sender in senders for issue in await sender.issues(each, size)]
    await _until_still(log, still)
    offset, began = log.stat().st_size, time.perf_counter()
    sizes: list[int] = []

    async def keep_sending(sender: Sender, issue: Issue, count: int) -> None:
        for turn in range(count):
            delivery = await sender.edit(issue, f"Edit {turn}")
            sizes.append(len(delivery.body.encode()))
            flow.answers.append(delivery.attempts[-1].ms)
            flow.refused += len(delivery.attempts) - 1

    await asyncio.gather(*(keep_sending(*slot, number // at_once) for slot in slots))
    flow.seconds, flow.bytes = time.perf_counter() - began, round(sum(sizes) / len(sizes))
    while len(flow.ages) < len(flow.answers):
        if time.perf_counter() - began > flow.seconds + HANDLED_SECONDS:
            raise DevkitError(f"Of {len(flow.answers)} webhooks {len(flow.ages)} were handled.")
        await asyncio.sleep(LOOK_SECONDS)
        flow.ages = list(ages(log, offset))
    flow.handled_seconds = time.perf_counter() - began
    return flow


def ages(log: Path, offset: int) -> Iterator[float]:
    """The ages of the deliveries that were handled since `log` had `offset` bytes, milliseconds."""
    with log.open("rb") as file:
        file.seek(offset)
        yield from (float(found) for found in AGE.findall(file.read().decode(errors="replace")))


async def _until_still(log: Path, seconds: float) -> None:
    """Waits until the functions print nothing any more: what was sent to prepare is then handled."""
    size = -1
    while size != (size := log.stat().st_size):
        await asyncio.sleep(seconds)
