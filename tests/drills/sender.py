"""A site that sends webhooks as Jira does: many at a time, and again when the answer asks for it.

Source: https://developer.atlassian.com/cloud/jira/platform/webhooks/ (the sections on retries and on concurrency)
"""

from __future__ import annotations

import json
import random
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from heapq import heappop, heappush
from threading import Condition, Event, Thread
from typing import Any

import urllib3

from chalicelib.connect.protocol.query_hash import query_hash
from tests import tokens

RETRIES = 5
"""How often Jira sends a webhook again."""

RETRIED = frozenset({408, 409, 425, 429})
"""The answers, beside all of 500 and more, after which Jira sends it again; it never does after another 4xx."""

MINUTE = 1.0
"""What stands for a minute of Jira's, in seconds: between two attempts Jira lets five to fifteen of them pass."""

SENDERS = 8
"""How many webhooks are on their way at a time: Jira's own limit is 20 per site, on more than the two cores here."""


@dataclass(frozen=True, slots=True, order=True)
class Attempt:
    """A webhook that is to be sent at `due` (of the monotonic clock), for the `number`-th time (from 0)."""

    due: float
    id: str = field(compare=False)
    body: Any = field(compare=False)
    number: int = field(compare=False, default=0)


class Sender:
    """Sends webhooks of one site, each until it is accepted or given up; what becomes of them is in its counts."""

    def __init__(self, url: str, path: str, client_key: str, secret: Callable[[], str]) -> None:
        """`url` is that of the webhooks' route, whose path for the query hash is `path`."""
        self.accepted: Counter[str] = Counter()
        self.refused: dict[str, int] = {}
        self.given_up: list[str] = []
        self.answers: Counter[int | str] = Counter()
        self._url = url
        self._qsh = query_hash("POST", path, {})
        self._client_key = client_key
        self._secret = secret
        self._waiting: list[Attempt] = []
        self._open = 0
        self._over = Event()
        self._changed = Condition()
        self._http = urllib3.PoolManager(retries=False, timeout=10, maxsize=SENDERS, block=True)

    def send(self, webhooks: Iterable[tuple[str, Any]]) -> None:
        """Send webhooks, each an id and a body, in this order; return when nothing is left to be sent."""
        self._waiting = [Attempt(place * 1e-9, *webhook) for place, webhook in enumerate(webhooks)]
        self._open = len(self._waiting)
        threads = [Thread(target=self._work, daemon=True) for _ in range(SENDERS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self._over.set()

    @property
    def is_over(self) -> bool:
        """Whether everything was sent; not so before it was begun."""
        return self._over.is_set()

    def _work(self) -> None:
        while (attempt := self._next()) is not None:
            again = self._attempt(attempt)
            with self._changed:
                if again is None:
                    self._open -= 1
                else:
                    heappush(self._waiting, again)
                self._changed.notify_all()

    def _next(self) -> Attempt | None:
        with self._changed:
            while self._open:
                pause = self._waiting[0].due - time.monotonic() if self._waiting else None
                if pause is not None and pause <= 0:
                    return heappop(self._waiting)
                self._changed.wait(pause)
            return None

    def _attempt(self, attempt: Attempt) -> Attempt | None:
        answer = self._post(attempt)
        self.answers[answer] += 1
        if isinstance(answer, int) and 200 <= answer < 300:
            self.accepted[attempt.id] += 1
        elif isinstance(answer, int) and answer < 500 and answer not in RETRIED:
            self.refused[attempt.id] = answer
        elif attempt.number == RETRIES:
            self.given_up.append(attempt.id)
        else:
            pause = random.uniform(5, 15) * MINUTE  # noqa: S311 - no secret hangs on it
            return Attempt(time.monotonic() + pause, attempt.id, attempt.body, attempt.number + 1)
        return None

    def _post(self, attempt: Attempt) -> int | str:
        token = tokens.symmetric(tokens.claims(self._qsh, iss=self._client_key), self._secret())
        headers = {
            "Authorization": f"JWT {token}",
            "Content-Type": "application/json",
            "X-Atlassian-Webhook-Identifier": attempt.id,
            "X-Atlassian-Webhook-Flow": "Primary",
            **({"X-Atlassian-Webhook-Retry": str(attempt.number)} if attempt.number else {}),
        }
        try:
            return self._http.request("POST", self._url, body=json.dumps(attempt.body), headers=headers).status
        except urllib3.exceptions.HTTPError as error:
            return type(error).__name__
