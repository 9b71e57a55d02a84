"""How deliveries are handled: a batch from the queue, one by one; what fails, fails alone.

A delivery is claimed before its handlers run, so that a repeated webhook, a repeated message and a second worker are
all harmless; a claim ends with the function's own time, so that a killed worker is just another retry. A handler that
has run to its end is not run again when another one failed.
"""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable, Mapping
from typing import Any

from chalicelib.connect import observability
from chalicelib.connect.errors import BatchFailed, GiveUp, RetryLater, UnavailableError
from chalicelib.connect.events import Delivery, Events, Handler
from chalicelib.connect.protocol.messages import Message
from chalicelib.connect.storage.ports import DeliveryLog, DeliveryQueue, Progress, Records, Tenants

LONGEST_DELAY = 900
"""The longest wait between two tries, in seconds, unless a handler asks for more."""

SECONDS_TO_SETTLE = 3.0
"""What is kept of the function's time to write down how far it came."""


class Worker:
    """Runs the handlers of an app for a batch of messages."""

    def __init__(
        self,
        events: Events,
        tenants: Tenants,
        log: DeliveryLog,
        queue: DeliveryQueue,
        records: Callable[[str], Records],
        *,
        partial_batches: bool,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._events = events
        self._tenants = tenants
        self._log = log
        self._queue = queue
        self._records = records
        self._partial_batches = partial_batches
        self._clock = clock

    def run(self, event: Mapping[str, Any], seconds_left: Callable[[], float]) -> dict[str, Any]:
        """Handle the batch in a Lambda event of SQS; `seconds_left` is what remains of the function's time.

        Returns which messages must come back, where the event source mapping reads that. Where it does not, Lambda
        would delete the whole batch after any return, and bring the whole batch back after any error: so the handled
        ones are deleted here and `BatchFailed` is raised for the others.
        Source: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
        """
        handled: list[Mapping[str, Any]] = []
        failed: list[Mapping[str, Any]] = []
        for record in event["Records"]:
            (handled if self._settle(record, seconds_left) else failed).append(record)
        if failed and not self._partial_batches:
            if handled:
                self._queue.delete([record["receiptHandle"] for record in handled])
            raise BatchFailed(f"{len(failed)} of {len(event['Records'])} messages must come back.")
        return {"batchItemFailures": [{"itemIdentifier": record["messageId"]} for record in failed]}

    def _settle(self, record: Mapping[str, Any], seconds_left: Callable[[], float]) -> bool:
        """Whether the message is done with; if not, it is hidden until it is due again."""
        try:
            self._handle(record["body"], seconds_left)
            return True
        except GiveUp as error:
            return self._bury(record, str(error))
        except RetryLater as error:
            return self._retry(record, error.seconds, str(error))
        except Exception as error:
            observability.error("delivery failed", message_id=record["messageId"])
            tries = int(record["attributes"]["ApproximateReceiveCount"])
            return self._retry(record, _backoff(tries), type(error).__name__)

    def _handle(self, text: str, seconds_left: Callable[[], float]) -> None:
        try:
            message = Message.decode(text)
            body = json.loads(message.body)
        except ValueError as error:
            raise GiveUp(f"The message can not be read: {error}") from error
        lease = seconds_left()
        if lease < SECONDS_TO_SETTLE:
            raise RetryLater(0, "no time was left in this batch")
        claim = self._log.begin(message.client_key, message.id, now=self._clock(), lease=lease)
        if claim.progress is Progress.RUNNING:
            raise RetryLater(claim.seconds + 1, "another worker has it")
        if claim.progress is Progress.BEGUN:
            self._run_handlers(message, body, claim.handled)

    def _run_handlers(self, message: Message, body: Mapping[str, Any], before: frozenset[str]) -> None:
        handled = set(before)
        try:
            if (delivery := self._delivery(message, body)) is not None:
                for handler in self._events.handlers(message.event):
                    if _name(handler) not in handled:
                        handler(delivery)
                        handled.add(_name(handler))
        except Exception:
            self._log.release(message.client_key, message.id, handled=handled, now=self._clock())
            raise
        self._log.finish(message.client_key, message.id, now=self._clock())
        observability.info("handled", tenant=message.client_key, delivery=message.id, event=message.event)

    def _delivery(self, message: Message, body: Mapping[str, Any]) -> Delivery | None:
        """What the handlers are given; None when the tenant has left in the meantime."""
        tenant = self._tenants.get(message.client_key)
        if tenant is None or not tenant.installed:
            observability.info("dropped", tenant=message.client_key, delivery=message.id, reason="uninstalled")
            return None
        return Delivery(
            tenant=tenant,
            id=message.id,
            event=message.event,
            body=body,
            attempt=message.attempt,
            received_at=message.received_at,
            records=self._records(tenant.client_key),
        )

    def _retry(self, record: Mapping[str, Any], seconds: int, reason: str) -> bool:
        observability.info("retried", message_id=record["messageId"], seconds=seconds, reason=reason)
        try:
            self._queue.delay(record["receiptHandle"], seconds)
        except UnavailableError:
            # Then it comes back when the queue's own visibility time-out ends: later, but not lost.
            observability.error("not delayed", message_id=record["messageId"])
        return False

    def _bury(self, record: Mapping[str, Any], reason: str) -> bool:
        observability.warning("given up", message_id=record["messageId"], reason=reason)
        try:
            self._queue.bury(record["body"], reason)
        except UnavailableError:
            observability.error("not buried", message_id=record["messageId"])
            return False
        return True


def _name(handler: Handler) -> str:
    return f"{handler.__module__}.{handler.__qualname__}"


def _backoff(tries: int) -> int:
    # Full growth with a little jitter, so that what failed together does not come back together.
    return min(LONGEST_DELAY, round(2.0**tries * random.uniform(0.75, 1.25)))  # noqa: S311 - no secret hangs on it
