"""How deliveries are handled: a batch from the queue, one by one; what fails, fails alone.

A delivery is claimed before its handlers run, so that a repeated webhook, a repeated message and a second worker are
all harmless; a claim ends with the function's own time, so that a killed worker is just another retry. A handler that
has run to its end is not run again when another one fails, or is killed.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import TYPE_CHECKING, Any, NoReturn

from chalicelib.connect import observability
from chalicelib.connect.batches import (
    MOST_TRIES,
    SECONDS_TO_SETTLE,
    Batches,
    Received,
    backoff,
    no_try,
    outcome,
)
from chalicelib.connect.errors import DeliveryError, GiveUp, NewerVersionError, RetryLater, UnavailableError
from chalicelib.connect.events import Delivery, Events, Handler, handler_name
from chalicelib.connect.protocol.messages import Message
from chalicelib.connect.protocol.strict_json import read_object
from chalicelib.connect.storage.ports import (
    Bodies,
    Claim,
    DeliveryLog,
    Progress,
    Queue,
    Tenants,
)

if TYPE_CHECKING:
    from chalicelib.connect.tenant_cap import TenantCap
    from chalicelib.connect.tenants import Tenant
    from chalicelib.connect.tools import Tools

LONGEST_STAY = 3 * 86_400
"""How long a message may go on waiting, in seconds from its sending: SQS deletes it after four days."""


PAUSES = (0.1, 0.3, 0.9, 2.0, 4.0)
"""The waits, in seconds, between attempts to note that a handler has run: where this is not noted, it would run again.
So it is worth more patience than the two attempts that every call to AWS has."""


class Worker:
    """Runs the handlers of an app for a batch of messages."""

    def __init__(
        self,
        events: Events,
        tenants: Tenants,
        log: DeliveryLog,
        queue: Queue,
        bodies: Bodies,
        tools: Callable[[Tenant, Callable[[], float]], Tools],
        *,
        cap: TenantCap,
        partial_batches: bool,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._events = events
        self._tenants = tenants
        self._log = log
        self._batches = Batches(
            queue, partial_batches=partial_batches, longest_stay=LONGEST_STAY, too_old=_too_old, clock=clock
        )
        self._bodies = bodies
        self._tools = tools
        self._cap = cap
        self._clock = clock
        self._sleep = sleep
        self._longest = 0.0
        """How many seconds the longest delivery of this batch has taken: another one may take as long."""

    def run(self, event: Mapping[str, Any], seconds_left: Callable[[], float]) -> dict[str, Any]:
        """Handle the batch in a Lambda event of SQS; `seconds_left` is what remains of the function's time."""
        self._longest = 0.0
        try:
            return self._batches.run(event, lambda received: self._handle(received, seconds_left))
        finally:
            self._cap.leave()

    def _handle(self, received: Received, seconds_left: Callable[[], float]) -> None:
        try:
            message = Message.decode(received.text)
        except NewerVersionError as error:
            raise no_try(backoff(received.receives), str(error)) from error
        except ValueError as error:
            raise GiveUp(f"The message can not be read: {error}") from error
        observability.add(tenant=message.client_key, delivery=message.id)
        lease = seconds_left()
        if lease < SECONDS_TO_SETTLE + self._longest:
            raise no_try(0, "no time was left in this batch")
        if not self._cap.enter(message.client_key, lease):
            raise no_try(backoff(received.receives), "as many workers as are allowed handle deliveries of its tenant")
        claim = self._log.begin(message.client_key, message.id, now=self._clock(), lease=lease)
        if claim.progress is Progress.RUNNING:
            raise no_try(claim.seconds + 1, "another worker has it")
        if claim.progress is Progress.BEGUN:
            try:
                self._try(message, claim, received.receives, seconds_left)
            finally:
                self._longest = max(self._longest, lease - seconds_left())

    def _try(self, message: Message, claim: Claim, receives: int, seconds_left: Callable[[], float]) -> None:
        handled, running = set(claim.handled), "no handler"
        if claim.tries > MOST_TRIES:
            # The last try was killed, and so could not say that it was the last.
            raise self._failed(message, claim, receives, handled, claim.error, seconds_left)
        try:
            if (delivery := self._delivery(message, seconds_left)) is not None:
                for running, handler in self._waiting(message, claim, handled, seconds_left):
                    handler(delivery)
                    handled.add(running)
        except Exception as error:
            ending = f"{type(error).__name__} in {running}"
            raise self._failed(message, claim, receives, handled, ending, seconds_left, error) from error
        now = self._clock()
        if not self._insist(
            seconds_left, lambda: self._log.finish(message.client_key, message.id, claim.holder, now=now)
        ):
            raise _lost()
        age = max(0, int(self._clock() * 1000) - message.received_at)
        observability.info("handled", metrics={"Handled": 1, "DeliveryAge": age}, event=message.event)

    def _waiting(
        self, message: Message, claim: Claim, handled: set[str], seconds_left: Callable[[], float]
    ) -> Iterator[tuple[str, Handler]]:
        """The handlers that have not run yet, by their names; before the next is handed out, the last one is noted."""
        noted = len(handled)
        for handler in self._events.handlers(message.event):
            name = handler_name(handler)
            if name in handled:
                continue
            if len(handled) > noted:
                # Whoever is killed in the next one could not say any more what has run.
                if not self._insist(
                    seconds_left,
                    lambda: self._log.note(message.client_key, message.id, claim.holder, handled=handled),
                ):
                    raise _lost()
                noted = len(handled)
            yield name, handler

    def _insist(self, seconds_left: Callable[[], float], write: Callable[[], bool]) -> bool:
        """Make a note, again and again if need be; raises `UnavailableError` when there is no time left for it.

        Returns whether the delivery was still claimed by who makes it.
        """
        for pause in PAUSES:
            try:
                return write()
            except UnavailableError:
                if seconds_left() < SECONDS_TO_SETTLE + pause:
                    raise
            self._sleep(pause)
        return write()

    def _failed(
        self,
        message: Message,
        claim: Claim,
        receives: int,
        handled: Collection[str],
        ending: str,
        seconds_left: Callable[[], float],
        error: Exception | None = None,
    ) -> GiveUp | RetryLater:
        """Note how a try has ended; returns what is to become of the message."""
        becomes = outcome(claim.tries, receives, ending, error)
        stand = 0 if isinstance(becomes, GiveUp) else claim.tries if becomes.is_try else claim.tries - 1
        self._insist(
            seconds_left,
            lambda: self._log.release(
                message.client_key,
                message.id,
                claim.holder,
                handled=handled,
                error=ending,
                now=self._clock(),
                tries=stand,
            ),
        )
        if not isinstance(error, DeliveryError):
            observability.error("delivery failed", ending=ending)
        return becomes

    def _delivery(self, message: Message, seconds_left: Callable[[], float]) -> Delivery | None:
        """What the handlers are given; None when the tenant has left in the meantime."""
        tenant = self._tenants.get(message.client_key)
        if tenant is None:
            # It may have been unknown here a moment ago, and the route has taken its webhook since.
            tenant = self._tenants.get(message.client_key, fresh=True)
        if tenant is None or not tenant.installed:
            observability.info("dropped", reason="uninstalled")
            return None
        body, tools = self._body(message), self._tools(tenant, seconds_left)
        return Delivery(
            tenant=tenant,
            id=message.id,
            event=message.event,
            body=body,
            attempt=message.attempt,
            occurred_at=_occurred_at(body, message.received_at),
            received_at=message.received_at,
            records=tools.records,
            jira=tools.jira,
            jobs=tools.jobs,
        )

    def _body(self, message: Message) -> Mapping[str, Any]:
        text = self._bodies.get(message.client_key, message.stored) if message.stored else message.body
        if text is None:
            raise GiveUp("Its body was too large for the queue, and is not kept any more.")
        try:
            return read_object(text)
        except ValueError as error:
            raise GiveUp(f"Its body can not be read: {error}") from error


def _occurred_at(body: Mapping[str, Any], otherwise: int) -> int:
    # Source: https://developer.atlassian.com/cloud/jira/platform/webhooks/#example-callback-for-an-issue-related-event
    at = body.get("timestamp")
    return at if isinstance(at, int) and not isinstance(at, bool) and at > 0 else otherwise


def _lost() -> RetryLater:
    return no_try(1, "its claim has ended, and another worker has it")


def _too_old(received: Received, seconds: int, reason: str) -> NoReturn:
    raise GiveUp(f"It has waited for days; the last time: {reason}")
