"""Every page of an app that was opened in a frame: its token, whether its bridge stood, and what was said over it.

The browser asks the app for the page; the stand-in made the URL, and its own page tells it what came of it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Final
from urllib.parse import parse_qs, urlsplit

import jwt

from devkit.jira.happenings import SiteFault
from devkit.jira.model import Json
from devkit.jira.tokens import canonical_request, query_hash

KEPT: Final = 300
"""How many frames are remembered."""

SAID: Final = 300
"""How many messages of each are."""

LOADING, STANDING, SILENT = "loading", "standing", "silent"
"""Nothing known yet; the bridge has reported; the page is there and its bridge has not."""

_LINE = ("id", "at", "app", "module", "kind", "user", "cacheable", "state", "ms")


@dataclass(slots=True)
class FrameLoad:
    """One frame; `ms` is how long it took until its bridge stood, `said` the messages of its bridge, oldest first."""

    id: str
    at: float
    app: str
    module: str
    kind: str
    user: str
    cacheable: bool
    url: str
    header: Json
    claims: Json
    canonical: str
    expected_qsh: str
    state: str = LOADING
    ms: int | None = None
    complaints: list[str] = field(default_factory=list)
    said: deque[Json] = field(default_factory=lambda: deque(maxlen=SAID))

    def to_json(self) -> Json:
        """All of it."""
        return {**asdict(self), "said": list(self.said)}

    def summary(self) -> Json:
        """One line of the list."""
        return {**{name: getattr(self, name) for name in _LINE}, "complaints": len(self.complaints)}


class FrameLoads:
    """The newest frames; they are not kept over a start."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._known: dict[str, FrameLoad] = {}
        self.listeners: list[Callable[[FrameLoad], None]] = []

    def all(self) -> list[FrameLoad]:
        """All that are remembered, oldest first."""
        return list(self._known.values())

    def get(self, identity: str) -> FrameLoad:
        """One of them; raises `SiteFault`."""
        found = self._known.get(identity)
        if found is None:
            raise SiteFault("This frame is not remembered any more.", status=404)
        return found

    def add(self, frame: Json, user: str) -> None:
        """Writes down a frame as the page is about to open it, for a user of a name."""
        header, claims = _token(frame["url"])
        canonical = canonical_request("GET", frame["url"], frame["baseUrl"]) if claims else ""
        load = FrameLoad(
            id=frame["id"],
            at=self._clock(),
            app=frame["appKey"],
            module=frame["moduleKey"],
            kind=frame["kind"],
            user=user,
            cacheable=frame["cacheable"],
            url=frame["url"],
            header=header,
            claims=claims,
            canonical=canonical,
            expected_qsh=query_hash(canonical) if canonical else "",
        )
        self._known[load.id] = load
        while len(self._known) > KEPT:
            del self._known[next(iter(self._known))]
        self._tell(load)

    def stands(self, load: FrameLoad, ms: int) -> None:
        """The page's bridge has reported."""
        load.state, load.ms = STANDING, ms
        self._tell(load)

    def is_silent(self, load: FrameLoad, complaints: list[str]) -> None:
        """The page's bridge has not reported, for these reasons."""
        if load.state != STANDING:
            load.state, load.complaints = SILENT, complaints
        self._tell(load)

    def hear(self, load: FrameLoad, said: list[Json]) -> None:
        """Messages between the page and its host."""
        load.said.extend(said)
        self._tell(load)

    def _tell(self, load: FrameLoad) -> None:
        for listener in self.listeners:
            listener(load)


def _token(url: str) -> tuple[Json, Json]:
    """Header and claims of the token in a URL; both empty where it has none."""
    token = parse_qs(urlsplit(url).query).get("jwt", [""])[0]
    if not token:
        return {}, {}
    return jwt.get_unverified_header(token), jwt.decode(token, options={"verify_signature": False})
