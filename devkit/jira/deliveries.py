"""Every call to an app: made, timed, and written down for a person to read."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import aiohttp
from yarl import URL

from devkit.jira.model import Json, fields_of
from devkit.jira.store import Store
from devkit.jira.tokens import Signed
from devkit.jira.verdicts import verdict

KEPT = 500
"""How many deliveries are remembered."""

SHOWN = 4000
"""How many characters of an answer are remembered."""

ANSWER_SECONDS = 10.0
"""How long an app may take to answer. Atlassian names no figure; this is the one that apps are best made for."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One call, and what came of it: a `status`, or an `error` where there was no answer."""

    at: float
    ms: int
    status: int | None
    error: str
    answer: str
    claims: Json
    canonical: str
    retry: int = 0
    token: str = ""
    verdict: str = ""
    """What the answer means, and what may be the reason for it."""

    @property
    def is_good(self) -> bool:
        """Whether the app has taken it."""
        return self.status is not None and 200 <= self.status < 300


@dataclass(slots=True)
class Delivery:
    """One webhook or lifecycle call, with all attempts to bring it to the app."""

    id: str
    kind: str
    """``webhook`` or ``lifecycle``."""
    app_key: str
    event: str
    url: str
    body: str
    created: float
    headers: dict[str, str] = field(default_factory=dict)
    state: str = "waiting"
    """``waiting``, ``delivered``, ``failed``, ``dropped``."""
    note: str = ""
    subject: str = ""
    faults: list[str] = field(default_factory=list)
    """What was made to go wrong with it."""
    attempts: list[Attempt] = field(default_factory=list)

    def to_json(self) -> Json:
        """The delivery as a document for the store."""
        return {**fields_of(self), "attempts": [fields_of(attempt) for attempt in self.attempts]}

    @classmethod
    def from_json(cls, body: Json) -> Delivery:
        """The delivery out of a document of the store."""
        return cls(**{**body, "attempts": [Attempt(**attempt) for attempt in body["attempts"]]})


def new_delivery(kind: str, app_key: str, event: str, url: str, body: str, *, now: float, identity: str) -> Delivery:
    """A delivery that is yet to be made."""
    return Delivery(identity, kind, app_key, event, url, body, now)


class Deliveries:
    """Makes the calls, and keeps the newest of them in the store."""

    def __init__(self, store: Store, clock: Callable[[], float] = time.time, seconds: float = ANSWER_SECONDS) -> None:
        self._store = store
        self._clock = clock
        self._seconds = seconds
        self._known = {body["id"]: Delivery.from_json(body) for body in store.all("delivery")}
        self._client: aiohttp.ClientSession | None = None
        self.listeners: list[Callable[[Delivery], None]] = []

    def all(self) -> list[Delivery]:
        """All that are remembered, oldest first."""
        return list(self._known.values())

    def get(self, identity: str) -> Delivery | None:
        """One delivery, or None."""
        return self._known.get(identity)

    def record(self, delivery: Delivery) -> None:
        """Writes down how a delivery stands; lets go of the oldest ones."""
        self._known[delivery.id] = delivery
        self._store.put("delivery", delivery.id, delivery.to_json())
        while len(self._known) > KEPT:
            oldest = next(iter(self._known))
            del self._known[oldest]
            self._store.remove("delivery", oldest)
        for listener in self.listeners:
            listener(delivery)

    async def attempt(
        self, delivery: Delivery, signed: Signed | None, *, body: str | None = None, retry: int = 0
    ) -> Attempt:
        """Makes one call and writes it down; `body` replaces the one that is shown, where that hides a secret."""
        headers = {**delivery.headers, "Content-Type": "application/json; charset=UTF-8"}
        if signed:
            headers["Authorization"] = f"JWT {signed.token}"
        if retry:
            headers["X-Atlassian-Webhook-Retry"] = str(retry)
        at, started = self._clock(), time.monotonic()
        status, error, answer = await self._post(delivery.url, delivery.body if body is None else body, headers)
        ms = round((time.monotonic() - started) * 1000)
        made = Attempt(
            at=at,
            ms=ms,
            status=status,
            error=error,
            answer=answer[:SHOWN],
            claims=signed.claims if signed else {},
            canonical=signed.canonical if signed else "",
            retry=retry,
            token=signed.token if signed else "",
            verdict=verdict(status, error, delivery.kind, signed, ms),
        )
        delivery.attempts.append(made)
        return made

    async def _post(self, url: str, body: str, headers: Mapping[str, str]) -> tuple[int | None, str, str]:
        try:
            # A redirect would carry the token to a place that it was not made for: Jira follows none.
            target = URL(url, encoded=True)  # as it was signed
            async with self.client().post(target, data=body.encode(), headers=headers, allow_redirects=False) as answer:
                content = await answer.content.read(SHOWN * 4)
                return answer.status, "", content.decode(errors="replace")
        except TimeoutError:
            return None, f"no answer within {self._seconds:g} s", ""
        except (aiohttp.ClientError, OSError, ValueError) as fault:
            return None, str(fault) or type(fault).__name__, ""

    def client(self) -> aiohttp.ClientSession:
        """The HTTP client for all calls to apps."""
        if self._client is None:
            timeout = aiohttp.ClientTimeout(total=self._seconds)
            self._client = aiohttp.ClientSession(
                timeout=timeout,
                headers={"User-Agent": "Atlassian Webhook HTTP Client (stand-in)"},
                cookie_jar=aiohttp.DummyCookieJar(),
                connector=aiohttp.TCPConnector(limit=0),
            )
        return self._client

    async def close(self) -> None:
        """Closes the HTTP client."""
        if self._client is not None:
            await self._client.close()
            await asyncio.sleep(0)
