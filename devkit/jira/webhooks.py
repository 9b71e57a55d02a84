"""Webhooks: to every app that waits for what has happened, and again where the app could not take them.

Source: https://developer.atlassian.com/cloud/jira/platform/webhooks/
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from urllib.parse import urlsplit

from devkit.jira import payloads
from devkit.jira.address import Address
from devkit.jira.chance import Chance
from devkit.jira.deliveries import Attempt, Deliveries, Delivery, new_delivery
from devkit.jira.dynamic_webhooks import DynamicWebhooks
from devkit.jira.failed_webhooks import FailedWebhooks
from devkit.jira.faults import Faults
from devkit.jira.happenings import TRACE, Happening
from devkit.jira.installations import Installation, Installations
from devkit.jira.jql import NotUnderstood, Query
from devkit.jira.model import Json
from devkit.jira.patience import Patience
from devkit.jira.places import Place, filled_in
from devkit.jira.shapes import Shapes
from devkit.jira.site import Site
from devkit.jira.tokens import server_token

MOST_RETRIES = 5
RETRY_SECONDS = (300.0, 900.0)
"""Between these two, by chance, Jira waits before it tries again."""

AT_ONCE = {"Primary": 20, "Secondary": 10}
"""How many calls are made to the host of a webhook's URL at a time, by flow."""

MOST_BYTES = 25 * 1024 * 1024
"""A webhook with a larger body is never sent."""


class Webhooks:
    """The webhooks of the site; `lapse` times faster than at Jira where Jira would wait."""

    def __init__(
        self,
        site: Site,
        installations: Installations,
        deliveries: Deliveries,
        dynamic: DynamicWebhooks,
        failed: FailedWebhooks,
        faults: Faults,
        address: Address,
        *,
        lapse: float = 60.0,
        clock: Callable[[], float] = time.time,
        chance: Chance | None = None,
    ) -> None:
        self._site = site
        self._installations = installations
        self._deliveries = deliveries
        self._dynamic = dynamic
        self._failed = failed
        self._faults = faults
        self._held: list[Delivery] = []
        self._address = address
        self._lapse = lapse
        self._clock = clock
        self._chance = chance or Chance()
        self._tasks: set[asyncio.Task[None]] = set()
        self._slots: dict[tuple[str, str], asyncio.Semaphore] = {}
        self._patience = Patience()
        self._queries: dict[str, Query] = {}
        """The filters that were read so far, by their texts."""
        site.listeners.append(self.tell)

    def tell(self, happening: Happening) -> None:
        """Sends word of what has happened to all apps that wait for it; does not wait for them."""
        for installation, descriptor in self._installations.enabled():
            for module in descriptor.webhooks(happening.event):
                delivery = self._delivery(installation, descriptor.base_url, module, happening)
                if delivery is not None:
                    self._send(delivery)
            if matching := self._dynamic.matching(descriptor.key, happening):
                # One webhook for all that match: it says which ones.
                body = {**self._body(happening), "matchedWebhookIds": [webhook.id for webhook in matching]}
                self._send(self._made(descriptor.key, matching[0].url, body, happening))

    def resume(self) -> None:
        """Goes on with what was still waiting when the stand-in was stopped."""
        for delivery in self._deliveries.all():
            if delivery.kind == "webhook" and delivery.state == "waiting":
                self._start(delivery, retry=min(len(delivery.attempts), MOST_RETRIES))

    def redeliver(self, delivery: Delivery) -> None:
        """Sends a webhook once more, under the same identifier, as Jira may at any time."""
        delivery.state = "waiting"
        self._start(delivery)

    async def idle(self) -> None:
        """Waits until nothing is under way any more, retries included."""
        self.release()
        while self._tasks:
            await asyncio.gather(*self._tasks, return_exceptions=True)

    async def close(self) -> None:
        """Stops what is under way; it goes on with the next start."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _delivery(self, known: Installation, app_url: str, module: Json, happening: Happening) -> Delivery | None:
        keys, about = module.get("propertyKeys"), happening.property
        if keys and about and about["key"] not in keys:
            return None
        notes = ["The stand-in does not evaluate conditions of webhooks."] if module.get("conditions") else []
        if jql := module.get("filter"):
            wanted, note = self._wanted(jql, happening)
            if not wanted:
                return None
            notes += [note] if note else []
        url = app_url + filled_in(module["url"], self._place(happening), self._site)
        body = None if module.get("excludeBody") else self._body(happening)
        delivery = self._made(known.descriptor["key"], url, body, happening)
        delivery.note = " ".join(notes)
        return delivery

    def _wanted(self, jql: str, happening: Happening) -> tuple[bool, str]:
        """Whether a filter lets a webhook through, and what is to be said about that."""
        if happening.issue is None:
            return True, f"Jira filters what is about issues alone: {happening.event} was sent without regard to it."
        try:
            query = self._queries.get(jql) or Query(jql, self._site)
        except NotUnderstood as fault:
            return True, f"The stand-in does not understand the filter ({fault}): it was sent without regard to it."
        self._queries[jql] = query
        return query.matches(happening.issue), ""

    def _place(self, happening: Happening) -> Place:
        return Place.beside(happening.issue, self._site) if happening.issue else Place()

    def _made(self, app_key: str, url: str, body: Json | None, happening: Happening) -> Delivery:
        text = "" if body is None else json.dumps(body, ensure_ascii=False)
        delivery = self._new(app_key, happening.event, url, text)
        delivery.headers = {
            "X-Atlassian-Webhook-Identifier": delivery.id,
            "X-Atlassian-Webhook-Flow": "Secondary" if happening.secondary else "Primary",
        }
        if trace := TRACE.get():
            delivery.headers["X-Atlassian-Webhook-Trace"] = trace
        delivery.subject = happening.subject
        return delivery

    def _new(self, app_key: str, event: str, url: str, body: str) -> Delivery:
        now, identity = self._clock(), self._chance.identity()
        return new_delivery("webhook", app_key, event, url, body, now=now, identity=identity)

    def _body(self, happening: Happening) -> Json:
        return payloads.body(happening, Shapes(self._site, self._address.base, 2))

    def _send(self, delivery: Delivery) -> None:
        """Sends a webhook, or does with it what a fault asks for."""
        held, self._held = self._held, []
        if self._faults.take("drop"):
            delivery.faults.append("drop")
            delivery.state = "dropped"
        elif not held and self._faults.take("reorder"):  # else all would wait, each for the next, and keep their order
            delivery.faults.append("reorder")
            self._held.append(delivery)
        else:
            self._send_faulty(delivery, held)
            held = []
        self._deliveries.record(delivery)
        for waiting in held:
            self._start(waiting)

    def _send_faulty(self, delivery: Delivery, held: list[Delivery]) -> None:
        """`held` are those that were held back until this one has been sent."""
        wait = 0.0
        if fault := self._faults.take("delay"):
            delivery.faults.append("delay")
            wait = fault.amount
        if self._faults.take("wrong_token"):
            delivery.faults.append("wrong_token")
        if fault := self._faults.take("huge_body"):
            delivery.faults.append("huge_body")
            delivery.body = padded(delivery.body, round(fault.amount * 1024 * 1024))
        if len(delivery.body.encode()) > MOST_BYTES:
            delivery.state, delivery.note = "dropped", "Its body is larger than 25 MB: Jira never sends such a webhook."
            self._held.extend(held)
            return
        self._start(delivery, wait=wait, then=held)
        if self._faults.take("duplicate"):
            delivery.faults.append("duplicate")
            self._start(delivery, wait=wait)

    def burst(self, delivery: Delivery, count: int) -> None:
        """Sends so many webhooks like one that was sent before, each under an identifier of its own."""
        for _ in range(count):
            new = self._new(delivery.app_key, delivery.event, delivery.url, delivery.body)
            new.headers = {**delivery.headers, "X-Atlassian-Webhook-Identifier": new.id}
            new.subject, new.note = delivery.subject, "One of a burst."
            self._send(new)

    def release(self) -> None:
        """Sends what was held back for the next one, where no next one comes."""
        held, self._held = self._held, []
        for waiting in held:
            self._start(waiting)

    def _start(self, delivery: Delivery, retry: int = 0, wait: float = 0.0, then: Sequence[Delivery] = ()) -> None:
        """Begins to send a webhook, after some seconds; when it was sent for the first time, `then` others."""
        task = asyncio.get_running_loop().create_task(self._deliver(delivery, retry, wait, then))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _deliver(self, delivery: Delivery, retry: int, wait: float, then: Sequence[Delivery]) -> None:
        await asyncio.sleep(wait)
        flow, host = delivery.headers["X-Atlassian-Webhook-Flow"], urlsplit(delivery.url).netloc
        slots = self._slots.setdefault((host, flow), asyncio.Semaphore(AT_ONCE[flow]))
        answers, waited = self._patience.answers(host), 0.0
        while True:
            async with slots:
                made = await self._attempt(delivery, retry)
            for waiting in then:
                self._start(waiting)
            then = ()
            if made and _is_retried(made):
                self._patience.failed(host, waited, answers)
            elif made:
                self._patience.answered(host)
            if made is None or not _is_retried(made) or self._is_last(delivery, host, retry):
                return self._end(delivery, made)
            self._deliveries.record(delivery)
            retry += 1
            pause = self._chance.between(*RETRY_SECONDS)
            waited += pause
            await asyncio.sleep(pause / self._lapse)

    def _is_last(self, delivery: Delivery, host: str, retry: int) -> bool:
        """Whether an attempt that has failed is not followed by another one."""
        if retry == 0 and self._patience.ends(host):
            delivery.note = "Its host has failed for 30 minutes: then Jira tries each webhook only once."
            return True
        return retry == MOST_RETRIES

    def _end(self, delivery: Delivery, made: Attempt | None) -> None:
        """Writes down what has come of a webhook in the end."""
        delivery.state = "delivered" if made and made.is_good else "failed"
        if made and _is_retried(made):
            self._failed.add(delivery.id, delivery.app_key, delivery.url, delivery.body)
        self._deliveries.record(delivery)

    async def _attempt(self, delivery: Delivery, retry: int) -> Attempt | None:
        """One attempt, signed with the secret of now; None where the app has been removed or switched off."""
        known = self._installations.get(delivery.app_key)
        if known is None or not known.enabled:
            delivery.note = "The app was removed or switched off before it could be sent."
            return None
        descriptor = self._installations.descriptor(known)
        signed = None
        if descriptor.signs:
            secret = self._chance.secret() if "wrong_token" in delivery.faults else known.shared_secret
            now = self._clock() + self._faults.skew
            if self._faults.skew and "clock_skew" not in delivery.faults:
                delivery.faults.append("clock_skew")
            signed = server_token(known.client_key, secret, "POST", delivery.url, descriptor.base_url, now)
        return await self._deliveries.attempt(delivery, signed, retry=retry)


def padded(body: str, size: int) -> str:
    """A body made as large as `size` bytes, by one field more."""
    whole = json.loads(body) if body else {}
    rest = size - len(body.encode()) - len('"padding": "", ')
    return json.dumps({**whole, "padding": "x" * max(0, rest)}, ensure_ascii=False)


def _is_retried(made: Attempt) -> bool:
    return made.status is None or made.status in (408, 409, 425, 429) or made.status >= 500


async def settled(webhooks: Webhooks, seconds: float) -> bool:
    """Waits at most `seconds` until nothing is under way; says whether that came about."""
    with suppress(TimeoutError):
        await asyncio.wait_for(webhooks.idle(), seconds)
        return True
    return False
