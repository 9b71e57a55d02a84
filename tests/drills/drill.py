"""A drill: a site sends webhooks to the drilled stack, something fails meanwhile, and then everything is counted."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread
from typing import Any
from uuid import uuid4

from chalicelib.connect.protocol.messages import Message
from tests.drills.drilled_handlers import EVENT
from tests.drills.relay import Relay
from tests.drills.report import Report
from tests.drills.sender import Sender
from tests.drills.stack import Stack
from tests.end_to_end.client import JiraClient

PATH = f"/webhooks/{EVENT}"

COMMENTS_PER_ISSUE = 10

PATIENCE = 1_200
"""For how many seconds no message may move: longer than the app itself ever waits between two tries."""


class Drill:
    """One site with the app, and the webhooks that it has to send: `number` comments on a tenth as many issues."""

    def __init__(self, stack: Stack, number: int) -> None:
        self.stack = stack
        self.number = number
        self.site = JiraClient(stack.base_url, str(uuid4()))
        assert self.site.install() == 204
        self.webhooks = [self._webhook(comment) for comment in range(number)]
        self.secrets = [self.site.secret]
        self.sender = Sender(stack.base_url + PATH, PATH, self.site.client_key, self._secret)
        self.report: Report | None = None

    def tell(self, words: str, *, every: int, first: int = 0) -> set[str]:
        """Make the handlers read `words` in some of the comments; returns the ids of those."""
        chosen = self.webhooks[first::every]
        for _, body in chosen:
            body["comment"]["body"] = words
        return {identity for identity, _ in chosen}

    @contextmanager
    def under(self, fault: str, relay: Relay | None = None, *, killed: int = 0) -> Iterator[None]:
        """Send everything; the block runs meanwhile, and makes the `fault`. Then count, and check what always holds.

        Where the fault is that of a `relay`, the report says how many calls met it. Where it kills functions at a
        moment that nobody chose, each of those `killed` may have been between the end of a handler and the note of it.
        """
        started = time.monotonic()
        sending = Thread(target=self.sender.send, args=(self.webhooks,), daemon=True)
        sending.start()
        try:
            yield
        finally:
            sending.join()
        self._settle()
        self.report = self._count(fault, time.monotonic() - started, relay.faults if relay else 0)
        assert self.report.duplicated <= killed
        assert self.report.lost == 0

    def wait_for(self, share: float) -> None:
        """Return when this share of all webhooks has been accepted."""
        while len(self.sender.accepted) < share * self.number and not self.sender.is_over:
            time.sleep(0.02)

    def wait_until_handled(self, share: float) -> None:
        """Return when this share of all webhooks has been handled, or nothing is left to be."""
        while len(self.stack.ledger(self.site.client_key)) < share * self.number:
            if self.sender.is_over and not self.stack.on_queue():
                return
            time.sleep(0.2)

    def _settle(self) -> None:
        before, since = -1, time.monotonic()
        while left := self.stack.on_queue():
            if left != before:
                before, since = left, time.monotonic()
            assert time.monotonic() - since < PATIENCE, f"{left} messages do not leave the queue"
            time.sleep(0.5)

    def _count(self, fault: str, seconds: float, faults: int) -> Report:
        accepted = set(self.sender.accepted)
        done = self.stack.done(self.site.client_key)
        dead = self._dead()
        runs: Counter[str] = Counter()
        for (identity, _), times in self.stack.ledger(self.site.client_key).items():
            runs[identity] += times
        self._check_effects(done, runs)
        return Report(
            fault=fault,
            webhooks=self.number,
            sent=self.sender.answers.total(),
            unaccepted=len(self.sender.refused) + len(self.sender.given_up),
            accepted=len(accepted),
            handled=len(done & accepted),
            duplicated=sum(times - 1 for times in runs.values()),
            dead=Counter(reason for identity, reason in dead.items() if identity in accepted - done),
            faults=faults,
            seconds=seconds,
        )

    def _dead(self) -> dict[str, str]:
        """The reasons of this site's dead letters, by delivery."""
        found = {}
        for text, reason in self.stack.take_dead_letters():
            try:
                message = Message.decode(text)
            except ValueError:
                continue
            if message.client_key == self.site.client_key:
                found[message.id] = reason
        return found

    def _check_effects(self, done: set[str], runs: Counter[str]) -> None:
        """Whether what is said to be handled has left its effects, in whatever order it came."""
        assert done <= set(runs), "what is done was counted"
        records = self.stack.records(self.site.client_key)
        latest: dict[str, list[Any]] = {}
        for identity, body in self.webhooks:
            issue, comment = body["issue"]["id"], body["comment"]["id"]
            if identity in done:
                assert comment in records[issue]["seen"], "what is done is remembered"
            if identity in runs:
                latest[issue] = max(latest.get(issue, []), [body["timestamp"], comment])
        assert {issue: record["latest"] for issue, record in records.items()} == latest

    def _secret(self) -> str:
        return random.choice(self.secrets)  # noqa: S311 - no secret hangs on which of them it is

    def _webhook(self, number: int) -> tuple[str, dict[str, Any]]:
        issues = max(1, self.number // COMMENTS_PER_ISSUE)
        return str(uuid4()), {
            "timestamp": 1_760_000_000_000 + number,
            "webhookEvent": EVENT,
            "comment": {"id": str(10_000 + number), "body": "It works on my machine."},
            "issue": {"id": str(20_000 + number % issues), "key": f"BUR-{number % issues + 1}"},
        }
