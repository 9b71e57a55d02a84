"""What the stand-in's own pages ask about apps' frames: which there are, their URLs, tokens, and troubles."""

from __future__ import annotations

from aiohttp import web

from devkit.jira.address import Address
from devkit.jira.complaints import MOST_BYTES, complaints
from devkit.jira.console_answers import PREFIX, answering, body_of
from devkit.jira.deliveries import Deliveries
from devkit.jira.descriptor import Module
from devkit.jira.frame_loads import SILENT, STANDING, FrameLoad, FrameLoads
from devkit.jira.frames import Frames
from devkit.jira.happenings import SiteFault
from devkit.jira.installations import Installation
from devkit.jira.model import Json, fields_of
from devkit.jira.places import Place
from devkit.jira.site import Site
from devkit.jira.web_items import WebItems

_GONE = "The app or its module is not here any more, or is switched off."


class FrameConsole:
    """The answers about frames. A place is an issue or a project by key, and further context parameters by name."""

    def __init__(
        self,
        site: Site,
        frames: Frames,
        items: WebItems,
        loads: FrameLoads,
        deliveries: Deliveries,
        address: Address,
    ) -> None:
        self._site = site
        self._frames = frames
        self._items = items
        self._loads = loads
        self._deliveries = deliveries
        self._address = address

    def routes(self) -> list[web.AbstractRouteDef]:
        """All routes."""
        return [
            web.get(f"{PREFIX}/issues/{{issue}}/frames", answering(self._beside)),
            web.get(f"{PREFIX}/menu", answering(self._menu)),
            web.get(f"{PREFIX}/items", answering(self._list_items)),
            web.get(f"{PREFIX}/frame", answering(self._one)),
            web.post(f"{PREFIX}/token", answering(self._token)),
            web.get(f"{PREFIX}/frames", answering(self._list)),
            web.get(f"{PREFIX}/frames/{{id}}", answering(self._read)),
            web.post(f"{PREFIX}/frames/{{id}}", answering(self._report)),
            web.post(f"{PREFIX}/frames/{{id}}/answer", answering(self._ask)),
        ]

    async def _beside(self, request: web.Request) -> list[Json]:
        return [self._opened(frame) for frame in self._frames.beside(self._site.issue(request.match_info["issue"]))]

    async def _menu(self, request: web.Request) -> list[Json]:
        place = Place.of(self._site, request.query)
        if place.project is None:
            place = Place(project=next(iter(self._site.projects.values())))
        return self._frames.menu(place)

    async def _list_items(self, request: web.Request) -> list[Json]:
        """The web items on the part of a page that ``where`` names."""
        query = {name: value for name, value in request.query.items() if name != "where"}
        return self._items.at(request.query.get("where", ""), Place.of(self._site, query))

    async def _one(self, request: web.Request) -> Json:
        place = Place.of(self._site, request.query)
        known, module = self._found(request.query.get("app", ""), request.query.get("module", ""))
        if not self._frames.is_shown(known, module, place):
            raise SiteFault(f"The conditions of {module.name} do not hold for you here.", status=403)
        return self._opened(self._frames.frame(known, module, place))

    async def _token(self, request: web.Request) -> Json:
        asked = await body_of(request)
        return {"token": self._frames.token(str(asked.get("appKey")), self._place(asked))}

    def _opened(self, frame: Json) -> Json:
        self._loads.add(frame, self._site.current_user.name)
        return frame

    async def _list(self, request: web.Request) -> list[Json]:
        return [load.summary() for load in reversed(self._loads.all())]

    async def _read(self, request: web.Request) -> Json:
        return self._loads.get(request.match_info["id"]).to_json()

    async def _report(self, request: web.Request) -> Json:
        """What the page has seen of a frame: that its bridge stands, or does not, and what was said over it."""
        load, asked = self._loads.get(request.match_info["id"]), await body_of(request)
        said, ms = asked.get("said"), asked.get("ms")
        if isinstance(said, list):
            self._loads.hear(load, [each for each in said if isinstance(each, dict)])
        if asked.get("state") == STANDING:
            self._loads.stands(load, ms if type(ms) is int else 0)
        elif asked.get("state") == SILENT:
            self._loads.is_silent(load, await self._reasons(load))
        return {"complaints": load.complaints}

    async def _ask(self, request: web.Request) -> Json:
        """What the app answers to the same request now: what it answered the frame, the browser keeps to itself."""
        load = self._loads.get(request.match_info["id"])
        what, canonical = f"page {load.module}", load.canonical
        asked, _ = await self._deliveries.read(load.app, what, load.url, most=MOST_BYTES, canonical=canonical)
        self._deliveries.record(asked)
        return fields_of(asked.attempts[-1])

    async def _reasons(self, load: FrameLoad) -> list[str]:
        base_url = self._address.base
        return await complaints(self._deliveries, load.app, load.module, load.url, base_url, load.canonical)

    def _place(self, asked: Json) -> Place:
        place = asked.get("place")
        return Place.of(self._site, place if isinstance(place, dict) else {})

    def _found(self, app: str, module: str) -> tuple[Installation, Module]:
        found = self._frames.find(app, module)
        if found is None:
            raise SiteFault(_GONE, status=404)
        return found
