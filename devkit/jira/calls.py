"""Every call that apps make to the stand-in, as it was understood: who, with which token, and why it was refused.

Not only those to REST: also for tokens, for the keys of installs, and to the plug-in manager.
"""

from __future__ import annotations

import itertools
import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from typing import Final, cast

import jwt
from aiohttp import web

from devkit.jira.guards import Handler
from devkit.jira.model import Json
from devkit.jira.qsh_hints import Slip, slip
from devkit.jira.tokens import canonical_request, query_hash

KEPT: Final = 500
"""How many calls are remembered."""

SHOWN: Final = 20_000
"""How many characters of a body are remembered."""

_HIDDEN: Final = {"cookie", "host", "connection", "accept-encoding"}


@dataclass(frozen=True, slots=True)
class AppCall:
    """One call. `claims` and `header` are those of its token, unverified; `canonical` is what its qsh should be of."""

    id: int
    at: float
    ms: int
    app: str
    user: str
    method: str
    url: str
    headers: dict[str, str]
    body: str
    status: int
    answer: str
    answer_headers: dict[str, str]
    header: Json
    claims: Json
    canonical: str
    expected_qsh: str
    hashed: str
    """What its qsh is of instead, as far as that was found out."""
    hint: str

    def to_json(self) -> Json:
        """All of it."""
        return asdict(self)

    def summary(self) -> Json:
        """One line of the list."""
        names = ("id", "at", "ms", "app", "user", "method", "url", "status")
        return {name: getattr(self, name) for name in names}


class Calls:
    """The newest calls; they are not kept over a start."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._known: deque[AppCall] = deque(maxlen=KEPT)
        self._ids = itertools.count(1)
        self.listeners: list[Callable[[AppCall], None]] = []

    def all(self) -> list[AppCall]:
        """All that are remembered, oldest first."""
        return list(self._known)

    def get(self, identity: int) -> AppCall | None:
        """One call, or None."""
        return next((call for call in self._known if call.id == identity), None)

    def watched(self, routes: Iterable[web.RouteDef]) -> list[web.RouteDef]:
        """The same routes; whatever is asked of them is written down."""
        return [web.route(each.method, each.path, self._watched(cast(Handler, each.handler))) for each in routes]

    def _watched(self, handler: Handler) -> Handler:
        async def handle(request: web.Request) -> web.StreamResponse:
            at, started = self._clock(), time.monotonic()
            answered = cast(web.Response, await handler(request))
            ms, body = round((time.monotonic() - started) * 1000), (await request.read()).decode(errors="replace")
            self.add(request, answered, body=body, at=at, ms=ms, app="", user="")
            return answered

        return handle

    def add(
        self, request: web.Request, answered: web.Response, *, body: str, at: float, ms: int, app: str, user: str
    ) -> None:
        """Writes down one call and its answer."""
        header, claims = _token(request)
        canonical = canonical_request(request.method, request.raw_path) if "qsh" in claims else ""
        expected = query_hash(canonical) if canonical else ""
        fits = not canonical or claims.get("qsh") == expected
        found = Slip() if fits else slip(claims.get("qsh"), request.method, request.raw_path)
        call = AppCall(
            id=next(self._ids),
            at=at,
            ms=ms,
            app=app or str(claims.get("iss", "")),
            user=user,
            method=request.method,
            url=str(request.url.origin()) + request.raw_path,
            headers={name: value for name, value in request.headers.items() if name.lower() not in _HIDDEN},
            body=body[:SHOWN],
            status=answered.status,
            answer=(answered.text or "")[:SHOWN],
            answer_headers=dict(answered.headers),
            header=header,
            claims=claims,
            canonical=canonical,
            expected_qsh=expected,
            hashed=found.hashed,
            hint=found.words,
        )
        self._known.append(call)
        for listener in self.listeners:
            listener(call)


def _token(request: web.Request) -> tuple[Json, Json]:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    token = token.strip() if scheme else request.query.get("jwt", "")
    try:
        return jwt.get_unverified_header(token), jwt.decode(token, options={"verify_signature": False})
    except jwt.PyJWTError:
        return {}, {}
