"""Every call to an app: made, timed, and written down for a person to read."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import aiohttp
from yarl import URL

from devkit.jira.model import Json, fields_of
from devkit.jira.store import Store
from devkit.jira.tokens import Signed
from devkit.jira.verdicts import verdict, wrong

KEPT = 500
"""How many deliveries are remembered."""

SHOWN = 4000
"""How many characters of an answer are remembered."""

ANSWER_SECONDS = 10.0
"""How long an app may take to answer. Atlassian names no figure; this is the one that apps are best made for."""

READ = "read"
"""The kind of a delivery that brings the app nothing, but reads its descriptor or a page."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What an app has answered; where it has not, its `status` is None and its `error` says why."""

    status: int | None
    error: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    """By name in any case; one that came more than once has several items."""
    content: bytes = b""
    redirected: str = ""
    """The URL that has answered in the end, where that is another one."""

    @property
    def text(self) -> str:
        """The content, whatever it is."""
        return self.content.decode(errors="replace")

    def shown_headers(self) -> dict[str, str]:
        """The same by name, with all values of each."""
        shown: dict[str, str] = {}
        for name, value in self.headers.items():
            shown[name] = f"{shown[name]}, {value}" if name in shown else value
        return shown


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
    answer_headers: dict[str, str] = field(default_factory=dict)

    @property
    def is_good(self) -> bool:
        """Whether the app has taken it."""
        return self.status is not None and 200 <= self.status < 300


@dataclass(slots=True)
class Delivery:
    """One webhook, lifecycle call or reading of a page, with all attempts to make it."""

    id: str
    kind: str
    """``webhook``, ``lifecycle`` or ``read``."""
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
    method: str = "POST"

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
        at, content = self._clock(), (delivery.body if body is None else body).encode()
        answer, ms = await self._ask("POST", delivery.url, headers, content)
        made = Attempt(
            at=at,
            ms=ms,
            status=answer.status,
            error=answer.error,
            answer=answer.text[:SHOWN],
            claims=signed.claims if signed else {},
            canonical=signed.canonical if signed else "",
            retry=retry,
            token=signed.token if signed else "",
            verdict=verdict(answer.status, answer.error, delivery.kind, signed, ms, wrong(signed, delivery.faults, at)),
            answer_headers=answer.shown_headers(),
        )
        delivery.attempts.append(made)
        return made

    async def read(
        self, app_key: str, what: str, url: str, *, most: int, canonical: str = "", typed: bool = False
    ) -> tuple[Delivery, Answer]:
        """Reads `what` an app has at a URL, at most so many bytes; the reader notes what it finds, and has it recorded.

        `canonical` is what the token in the URL was made of. A URL that somebody has `typed` is encoded where it is
        not, and redirects are followed. What could not be read a moment ago is one more attempt of the same.
        """
        at, newest = self._clock(), next(reversed(self._known.values()), None)
        if newest and newest.kind == READ and newest.url == url and newest.state == "failed":
            asked = newest
        else:
            # By chance, not by the seed: in which order pages answer is not the same in every run.
            asked = Delivery(secrets.token_hex(16), READ, app_key, what, url, "", at, method="GET")
            asked.headers = {"Accept": "application/json" if typed else "text/html"}
        answer, ms = await self._ask("GET", url, asked.headers, most=most, typed=typed)
        text, shown = answer.text[:SHOWN], answer.shown_headers()
        made = Attempt(at, ms, answer.status, answer.error, text, {}, canonical, answer_headers=shown)
        asked.attempts.append(made)
        asked.state = "delivered" if made.is_good else "failed"
        return asked, answer

    async def _ask(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        content: bytes | None = None,
        *,
        most: int = SHOWN * 4,
        typed: bool = False,
    ) -> tuple[Answer, int]:
        """The answer, and after how many milliseconds it was there."""
        started = time.monotonic()
        try:
            # A redirect would carry the token to a place that it was not made for: Jira follows none.
            async with self.client().request(
                method, URL(url, encoded=not typed), data=content, headers=headers, allow_redirects=typed
            ) as given:
                redirected = str(given.url) if given.history else ""
                body = await _at_most(given.content, most)
                answer = Answer(given.status, "", given.headers, body, redirected)
        except TimeoutError:
            answer = Answer(None, f"no answer within {self._seconds:g} s")
        except (aiohttp.ClientError, OSError, ValueError) as fault:
            words = str(fault).replace(" ssl:default", "")  # aiohttp says so of every connection that it can not make
            answer = Answer(None, words or type(fault).__name__)
        return answer, round((time.monotonic() - started) * 1000)

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


async def _at_most(stream: aiohttp.StreamReader, most: int) -> bytes:
    """The first bytes of a body, in however many pieces it comes."""
    content = b""
    while len(content) < most and (piece := await stream.read(most - len(content))):
        content += piece
    return content
