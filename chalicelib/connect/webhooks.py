"""How a webhook is taken in: put on the queue, and only then answered. No handler runs in front of Jira.

Source: https://developer.atlassian.com/cloud/jira/platform/webhooks/
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Collection
from typing import TYPE_CHECKING

from chalicelib.connect import observability
from chalicelib.connect.errors import NotFoundError
from chalicelib.connect.protocol.event_names import event_name
from chalicelib.connect.protocol.messages import Message, delivery_id

if TYPE_CHECKING:
    from chalicelib.connect.storage.ports import DeliveryQueue
    from chalicelib.connect.web.request import TenantRequest


class Webhooks:
    """The webhooks that the app asked for, for the route that has verified them."""

    def __init__(self, events: Collection[str], queue: DeliveryQueue, clock: Callable[[], float] = time.time) -> None:
        self._events = events
        self._queue = queue
        self._clock = clock

    def receive(self, request: TenantRequest) -> None:
        """Put the webhook on the queue; once this returns, it is safe.

        Raises `NotFoundError` for an event that has no handler, `BadRequestError` for a body that is no JSON object,
        and `UnavailableError` when the queue did not take it: then Jira sends it again.
        """
        http = request.http
        event = event_name(http.parameters["event"], http.json_object())
        if event not in self._events:
            raise NotFoundError("No handler waits for this event.")
        sent_id = http.headers.get("x-atlassian-webhook-identifier", "")
        retry = http.headers.get("x-atlassian-webhook-retry", "")
        message = Message(
            client_key=request.tenant.client_key,
            id=delivery_id(sent_id, event, http.body),
            event=event,
            body=http.body.decode(),
            attempt=int(retry) if re.fullmatch(r"[0-9]{1,3}", retry) else 0,
            received_at=int(self._clock() * 1000),
        )
        observability.add(tenant=message.client_key, delivery=message.id)
        self._queue.send(message)
        observability.info("accepted", metrics={"Accepted": 1}, event=event, attempt=message.attempt)
