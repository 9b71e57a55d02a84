"""How deliveries are handled: a batch from the queue, one by one; what fails, fails alone.

A delivery is claimed before its handlers run, so that a repeated webhook, a repeated message and a second worker are
all harmless; a claim ends with the function's own time, so that a killed worker is just another retry. A handler that
has run to its end is not run again when another one failed.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Collection, Mapping
from typing import TYPE_CHECKING, Any

from chalicelib.connect import observability
from chalicelib.connect.errors import BatchFailed, DeliveryError, GiveUp, JiraError, RetryLater, UnavailableError
from chalicelib.connect.events import Delivery, Events, handler_name
from chalicelib.connect.protocol.messages import Message
from chalicelib.connect.protocol.strict_json import read_object
from chalicelib.connect.storage.ports import (
    Bodies,
    Claim,
    DeliveryLog,
    DeliveryQueue,
    Progress,
    Records,
    Tenants,
)
from chalicelib.connect.tenant_cap import TenantCap
from chalicelib.connect.tenants import Tenant

if TYPE_CHECKING:
    from chalicelib.connect.jira.client import JiraClient

MOST_TRIES = 8
"""How often a delivery is tried before it goes to the dead letters: over half an hour, with the waits in between.

The tries are counted in the log, and not by SQS: a message is also received, and not tried, when another worker has its
delivery, when its batch has no time left, when a poison message kills the function under the whole batch, and while
DynamoDB is down. SQS's own limit is far above (`maxReceiveCount`), for what no worker gets to see.
"""

LONGEST_DELAY = 900
"""The longest wait between two tries, in seconds, unless a handler asks for more."""

LONGEST_STAY = 3 * 86_400
"""How long a message may go on waiting, in seconds from its sending: SQS deletes it after four days."""

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
        bodies: Bodies,
        records: Callable[[str], Records],
        jira: Callable[[Tenant, Callable[[], float]], JiraClient],
        *,
        cap: TenantCap,
        partial_batches: bool,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._events = events
        self._tenants = tenants
        self._log = log
        self._queue = queue
        self._bodies = bodies
        self._records = records
        self._jira = jira
        self._cap = cap
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
        try:
            for record in event["Records"]:
                (handled if self._settle(record, seconds_left) else failed).append(record)
        finally:
            self._cap.leave()
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
            # What is no try has no end but this: the more often it has come, the longer it waits.
            least = 0 if error.is_try else _backoff(int(record["attributes"]["ApproximateReceiveCount"]))
            return self._retry(record, max(error.seconds, least), str(error))
        except Exception as error:
            observability.error("delivery not tried", message_id=record["messageId"])
            receives = int(record["attributes"]["ApproximateReceiveCount"])
            return self._retry(record, _backoff(receives), type(error).__name__)

    def _handle(self, text: str, seconds_left: Callable[[], float]) -> None:
        try:
            message = Message.decode(text)
        except ValueError as error:
            raise GiveUp(f"The message can not be read: {error}") from error
        lease = seconds_left()
        if lease < SECONDS_TO_SETTLE:
            raise RetryLater(0, "no time was left in this batch")
        self._cap.enter(message.client_key, lease)
        claim = self._log.begin(message.client_key, message.id, now=self._clock(), lease=lease)
        if claim.progress is Progress.RUNNING:
            raise RetryLater(claim.seconds + 1, "another worker has it")
        if claim.progress is Progress.BEGUN:
            self._try(message, claim, seconds_left)

    def _try(self, message: Message, claim: Claim, seconds_left: Callable[[], float]) -> None:
        handled, running = set(claim.handled), "no handler"
        if claim.tries > MOST_TRIES:
            # The last try was killed, and so could not say that it was the last.
            raise self._failed(message, claim, handled, claim.error)
        try:
            if (delivery := self._delivery(message, seconds_left)) is not None:
                for handler in self._events.handlers(message.event):
                    running = handler_name(handler)
                    if running not in handled:
                        handler(delivery)
                        handled.add(running)
        except Exception as error:
            raise self._failed(message, claim, handled, f"{type(error).__name__} in {running}", error) from error
        self._log.finish(message.client_key, message.id, now=self._clock())
        observability.info("handled", tenant=message.client_key, delivery=message.id, event=message.event)

    def _failed(
        self, message: Message, claim: Claim, handled: Collection[str], ending: str, error: Exception | None = None
    ) -> GiveUp | RetryLater:
        """Note how a try has ended; returns what is to become of the message."""
        outcome = _outcome(claim.tries, ending, error)
        stand = 0 if isinstance(outcome, GiveUp) else claim.tries if outcome.is_try else claim.tries - 1
        self._log.release(message.client_key, message.id, handled=handled, error=ending, now=self._clock(), tries=stand)
        if not isinstance(error, DeliveryError):
            observability.error("delivery failed", tenant=message.client_key, delivery=message.id, ending=ending)
        return outcome

    def _delivery(self, message: Message, seconds_left: Callable[[], float]) -> Delivery | None:
        """What the handlers are given; None when the tenant has left in the meantime."""
        tenant = self._tenants.get(message.client_key)
        if tenant is None or not tenant.installed:
            observability.info("dropped", tenant=message.client_key, delivery=message.id, reason="uninstalled")
            return None
        body = self._body(message)
        return Delivery(
            tenant=tenant,
            id=message.id,
            event=message.event,
            body=body,
            attempt=message.attempt,
            occurred_at=_occurred_at(body, message.received_at),
            received_at=message.received_at,
            records=self._records(tenant.client_key),
            jira=self._jira(tenant, seconds_left),
        )

    def _body(self, message: Message) -> Mapping[str, Any]:
        text = self._bodies.get(message.stored) if message.stored else message.body
        if text is None:
            raise GiveUp("Its body was too large for the queue, and is not kept any more.")
        try:
            return read_object(text)
        except ValueError as error:
            raise GiveUp(f"Its body can not be read: {error}") from error

    def _retry(self, record: Mapping[str, Any], seconds: int, reason: str) -> bool:
        sent = int(record["attributes"]["SentTimestamp"]) / 1000
        if self._clock() + seconds > sent + LONGEST_STAY:
            return self._bury(record, f"It has waited for days; the last time: {reason}")
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


def _occurred_at(body: Mapping[str, Any], otherwise: int) -> int:
    # Source: https://developer.atlassian.com/cloud/jira/platform/webhooks/#example-callback-for-an-issue-related-event
    at = body.get("timestamp")
    return at if isinstance(at, int) and not isinstance(at, bool) and at > 0 else otherwise


def _outcome(tries: int, ending: str, error: Exception | None) -> GiveUp | RetryLater:
    if isinstance(error, GiveUp):
        return error
    if isinstance(error, JiraError) and not error.retry:
        return GiveUp(f"{ending}: {error}")
    if isinstance(error, RetryLater) and not error.is_try:
        return error
    if tries >= MOST_TRIES:
        return GiveUp(f"Tried {MOST_TRIES} times; the last time: {ending}.")
    return error if isinstance(error, RetryLater) else RetryLater(_backoff(tries), ending)


def _backoff(tries: int) -> int:
    # Full growth with a little jitter, so that what failed together does not come back together.
    return min(LONGEST_DELAY, round(3.0 ** min(tries, 9) * random.uniform(0.75, 1.25)))  # noqa: S311 - no secret hangs on it
