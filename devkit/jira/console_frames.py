"""What the stand-in's own pages ask about apps' frames: which there are, their URLs, tokens, and troubles."""

from __future__ import annotations

from aiohttp import web

from devkit.jira.complaints import complaints
from devkit.jira.console_answers import PREFIX, answering, body_of
from devkit.jira.deliveries import Deliveries
from devkit.jira.descriptor import Module
from devkit.jira.frames import Frames
from devkit.jira.happenings import SiteFault
from devkit.jira.installations import Installation
from devkit.jira.model import Json
from devkit.jira.places import Place
from devkit.jira.site import Site

_GONE = "The app or its module is not here any more, or is switched off."


class FrameConsole:
    """The answers about frames. A place is an issue or a project by key, and further context parameters by name."""

    def __init__(self, site: Site, frames: Frames, deliveries: Deliveries, base_url: str) -> None:
        self._site = site
        self._frames = frames
        self._deliveries = deliveries
        self._base_url = base_url

    def routes(self) -> list[web.AbstractRouteDef]:
        """All routes."""
        return [
            web.get(f"{PREFIX}/issues/{{issue}}/frames", answering(self._beside)),
            web.get(f"{PREFIX}/menu", answering(self._menu)),
            web.get(f"{PREFIX}/frame", answering(self._one)),
            web.post(f"{PREFIX}/token", answering(self._token)),
            web.post(f"{PREFIX}/complaints", answering(self._complaints)),
        ]

    async def _beside(self, request: web.Request) -> list[Json]:
        return self._frames.beside(self._site.issue(request.match_info["issue"]))

    async def _menu(self, request: web.Request) -> list[Json]:
        place = Place.of(self._site, request.query)
        if place.project is None:
            place = Place(project=next(iter(self._site.projects.values())))
        return self._frames.menu(place)

    async def _one(self, request: web.Request) -> Json:
        place = Place.of(self._site, request.query)
        known, module = self._found(request.query.get("app", ""), request.query.get("module", ""))
        if not self._frames.is_shown(known, module, place):
            raise SiteFault(f"The conditions of {module.name} do not hold for you here.", status=403)
        return self._frames.frame(known, module, place)

    async def _token(self, request: web.Request) -> Json:
        asked = await body_of(request)
        return {"token": self._frames.token(str(asked.get("appKey")), self._place(asked))}

    async def _complaints(self, request: web.Request) -> list[str]:
        asked = await body_of(request)
        found = self._frames.find(str(asked.get("appKey")), str(asked.get("moduleKey")))
        if found is None:
            return [_GONE]
        url = self._frames.url(*found, self._place(asked))
        return await complaints(self._deliveries.client(), url, self._base_url)

    def _place(self, asked: Json) -> Place:
        place = asked.get("place")
        return Place.of(self._site, place if isinstance(place, dict) else {})

    def _found(self, app: str, module: str) -> tuple[Installation, Module]:
        found = self._frames.find(app, module)
        if found is None:
            raise SiteFault(_GONE, status=404)
        return found
