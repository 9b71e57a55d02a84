"""Faults at a click and by API (``/stand-in/faults``, ``/stand-in/bursts``)."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from devkit.jira.console_answers import body_of
from devkit.jira.deliveries import Deliveries
from devkit.jira.faults import Faults
from devkit.jira.happenings import SiteFault
from devkit.jira.model import Json
from devkit.jira.webhooks import Webhooks

MOST_AT_ONCE = 10_000


class FaultConsole:
    """What pages and tests ask about faults."""

    def __init__(self, faults: Faults, deliveries: Deliveries, webhooks: Webhooks) -> None:
        self._faults = faults
        self._deliveries = deliveries
        self._webhooks = webhooks

    async def list(self, request: web.Request) -> list[Json]:
        """All kinds, with what is on."""
        return self._faults.shown()

    async def set(self, request: web.Request) -> Any:
        """Switches one on: ``{"kind": "drop", "times": 3, "amount": 1}``; times null is until it is taken back."""
        asked = await body_of(request)
        times, amount = asked.get("times", 1), asked.get("amount")
        if times is not None and type(times) is not int:
            raise SiteFault("times must be a number, or null.")
        if amount is not None and type(amount) not in (int, float):
            raise SiteFault("amount must be a number.")
        self._faults.set(str(asked.get("kind")), times, amount)
        return self._faults.shown()

    async def clear(self, request: web.Request) -> Any:
        """Takes back the kind of the query, or all."""
        self._faults.clear(request.query.get("kind"))
        return self._faults.shown()

    async def burst(self, request: web.Request) -> Json:
        """Sends so many webhooks like the last one, or like that of an id: ``{"count": 100, "like": "…"}``."""
        asked = await body_of(request)
        count = asked.get("count")
        if type(count) is not int or not 0 < count <= MOST_AT_ONCE:
            raise SiteFault(f"count must be a number from 1 to {MOST_AT_ONCE}.")
        sent = [each for each in self._deliveries.all() if each.kind == "webhook"]
        like = next((each for each in reversed(sent) if asked.get("like") in (None, each.id)), None)
        if like is None:
            raise SiteFault("No webhook has been sent yet that a burst could be made of.")
        self._webhooks.burst(like, count)
        return {"sent": count}
