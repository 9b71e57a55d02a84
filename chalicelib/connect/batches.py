"""How a function takes a batch of messages from SQS: one by one, and what fails, fails alone.

What is to be done with a message is somebody else's; here is only what becomes of the message afterwards: it is done
with, it comes back later, or it goes to the dead letters.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from chalicelib.connect import observability
from chalicelib.connect.errors import BatchFailed, GiveUp, JiraError, RetryLater, UnavailableError
from chalicelib.connect.values import frozen

if TYPE_CHECKING:
    from chalicelib.connect.storage.ports import Queue

MOST_TRIES = 8
"""How often a thing is tried before it goes to the dead letters: over half an hour, with the waits in between.

The tries are counted by who tries, and not by SQS: a message is also received, and not tried, when another worker has
it, when its batch has no time left, when a poison message kills the function under the whole batch, and while DynamoDB
is down. SQS's own limit is far above (`maxReceiveCount`), for what no worker gets to see.
"""

LONGEST_DELAY = 900
"""The longest wait between two tries, in seconds, unless a handler asks for more."""

SECONDS_TO_SETTLE = 3.0
"""What is kept of the function's time to write down how far it came."""


@frozen
class Received:
    """A message as it has come."""

    text: str
    receives: int
    """How often it has come, this time included."""
    sent_at: float
    """When it was put on the queue, seconds since the epoch."""


class Batches:
    """Takes batches from `queue`.

    A message that has waited for `longest_stay` seconds waits no longer: SQS would delete it one day. It is given to
    `too_old`, which puts it somewhere else and returns, or raises `GiveUp`.
    """

    def __init__(
        self,
        queue: Queue,
        *,
        partial_batches: bool,
        longest_stay: float,
        too_old: Callable[[Received, int, str], None],
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._queue = queue
        self._partial_batches = partial_batches
        self._longest_stay = longest_stay
        self._too_old = too_old
        self._clock = clock

    def run(self, event: Mapping[str, Any], handle: Callable[[Received], None]) -> dict[str, Any]:
        """Give each message in a Lambda event of SQS to `handle`, which raises `RetryLater` or `GiveUp` as it likes.

        Returns which messages must come back, where the event source mapping reads that. Where it does not, Lambda
        would delete the whole batch after any return, and bring the whole batch back after any error: so the handled
        ones are deleted here and `BatchFailed` is raised for the others.
        Source: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
        """
        handled: list[Mapping[str, Any]] = []
        failed: list[Mapping[str, Any]] = []
        for record in event["Records"]:
            with observability.about(message_id=record["messageId"]):
                (handled if self._settle(record, handle) else failed).append(record)
        if failed and not self._partial_batches:
            if handled:
                self._queue.delete([record["receiptHandle"] for record in handled])
            raise BatchFailed(f"{len(failed)} of {len(event['Records'])} messages must come back.")
        return {"batchItemFailures": [{"itemIdentifier": record["messageId"]} for record in failed]}

    def _settle(self, record: Mapping[str, Any], handle: Callable[[Received], None]) -> bool:
        """Whether the message is done with; if not, it is hidden until it is due again."""
        attributes = record["attributes"]
        received = Received(
            record["body"], int(attributes["ApproximateReceiveCount"]), int(attributes["SentTimestamp"]) / 1000
        )
        try:
            try:
                handle(received)
            except RetryLater as error:
                return self._wait(record, received, error.seconds, str(error), is_try=error.is_try)
            return True
        except GiveUp as error:
            return self._bury(record, str(error))
        except Exception as error:
            observability.error("message not tried")
            return self._retry(record, backoff(received.receives), type(error).__name__, is_try=False)

    def _wait(self, record: Mapping[str, Any], received: Received, seconds: int, reason: str, *, is_try: bool) -> bool:
        if self._clock() + seconds > received.sent_at + self._longest_stay:
            self._too_old(received, seconds, reason)
            return True
        return self._retry(record, seconds, reason, is_try=is_try)

    def _retry(self, record: Mapping[str, Any], seconds: int, reason: str, *, is_try: bool) -> bool:
        metrics = {"Retried": 1} if is_try else {"PutOff": 1}
        observability.info("retried" if is_try else "put off", metrics=metrics, seconds=seconds, reason=reason)
        try:
            self._queue.delay(record["receiptHandle"], seconds)
        except UnavailableError:
            # Then it comes back when the queue's own visibility time-out ends: later, but not lost.
            observability.error("not delayed")
        return False

    def _bury(self, record: Mapping[str, Any], reason: str) -> bool:
        try:
            self._queue.bury(record["body"], reason)
        except UnavailableError:
            observability.error("not buried", reason=reason)
            return False
        observability.warning("given up", metrics={"DeadLettered": 1}, reason=reason)
        return True


def outcome(tries: int, receives: int, ending: str, error: Exception | None) -> GiveUp | RetryLater:
    """What becomes of a thing whose try number `tries` has failed with `error`; None: it was killed, and never said."""
    if isinstance(error, GiveUp):
        return error
    if isinstance(error, JiraError) and not error.retry:
        return GiveUp(f"{ending}: {error}")
    if isinstance(error, RetryLater) and not error.is_try:
        return no_try(max(error.seconds, backoff(receives)), str(error))
    if tries >= MOST_TRIES:
        return GiveUp(f"Tried {MOST_TRIES} times; the last time: {ending}.")
    return error if isinstance(error, RetryLater) else RetryLater(backoff(tries), ending)


def no_try(seconds: int, reason: str) -> RetryLater:
    """A wait that does not count as a try."""
    wait = RetryLater(seconds, reason)
    wait.is_try = False
    return wait


def backoff(tries: int) -> int:
    """How many seconds to wait after so many tries."""
    # Full growth with a little jitter, so that what failed together does not come back together.
    return min(LONGEST_DELAY, round(3.0 ** min(tries, 9) * random.uniform(0.75, 1.25)))  # noqa: S311 - no secret hangs on it
