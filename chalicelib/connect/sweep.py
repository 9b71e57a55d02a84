"""The sweep: what Jira could not deliver, as during an outage of hours, is fetched and handled after all.

Jira tries a webhook up to six times within about an hour, gives it up, and lists it for up to 72 hours. What the list
holds goes through the same queue as if it had come by itself, under the same name: what did come, and only its answer
was lost, is known by the log of deliveries and handled no second time.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chalicelib.connect import observability
from chalicelib.connect.jira.failed_webhooks import FailedWebhook, failed_webhooks
from chalicelib.connect.protocol.event_names import event_name_of_url
from chalicelib.connect.protocol.messages import Message, delivery_id
from chalicelib.connect.protocol.strict_json import read_object

if TYPE_CHECKING:
    from chalicelib.connect.jira.client import JiraClient
    from chalicelib.connect.storage.ports import DeliveryQueue

KEPT = 72 * 3_600_000
"""How long Jira lists what has failed, in milliseconds."""

OVERLAP = 600_000
"""How far before the end of the last sweep the next one begins, in milliseconds: Jira's servers may note a failure a
little late. What is read twice is handled once."""


@dataclass(frozen=True, slots=True)
class Swept:
    """One page of the list, done with."""

    place: int
    """Where the next sweep goes on: milliseconds since the epoch, for a job to save."""
    sent: int
    """How many webhooks are on the queue now."""
    passed_over: int
    """How many were not: no handler waits for their event, or what they held can not be had."""


class Sweep:
    """Puts the webhooks that Jira could not deliver on the queue."""

    def __init__(self, events: Collection[str], queue: DeliveryQueue, clock: Callable[[], float] = time.time) -> None:
        self._events = events
        self._queue = queue
        self._clock = clock

    def run(self, jira: JiraClient, place: int = 0) -> Iterator[Swept]:
        """Sweep page by page from `place` on, which an earlier run has left; 0 is as far back as Jira remembers.

        Raises a `JiraError`, or `UnavailableError` when the queue takes no more: what was yielded before is safe.
        """
        oldest = int(self._clock() * 1000) - KEPT
        for page in failed_webhooks(jira, max(place - OVERLAP, oldest)):
            sent = sum([self._send(jira.tenant.client_key, each) for each in page])
            place = max(place, *(each.failed_at for each in page))
            observability.info("swept", tenant=jira.tenant.client_key, sent=sent, passed_over=len(page) - sent)
            yield Swept(place, sent, len(page) - sent)

    def _send(self, client_key: str, failed: FailedWebhook) -> bool:
        text = failed.body or ""
        try:
            raw = text.encode()
            body = read_object(raw)
        except ValueError:
            observability.error(
                "lost",
                tenant=client_key,
                delivery=failed.id,
                url=failed.url,
                failed_at=failed.failed_at,
                reason=failed.why_lost or "what it held is no JSON",
            )
            return False
        event = event_name_of_url(failed.url, body)
        if event not in self._events:
            return False
        self._queue.send(
            Message(
                client_key=client_key,
                id=delivery_id(failed.id, event, raw),
                event=event,
                body=text,
                # Jira does not say how often it has tried; once at least.
                attempt=1,
                received_at=failed.failed_at,
            )
        )
        return True
