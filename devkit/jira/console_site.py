"""What an administrator sets on pages of Jira that have no REST: people's names, the site's options, boards."""

from __future__ import annotations

from dataclasses import replace

from aiohttp import web

from devkit.jira.apps import Apps
from devkit.jira.checks import checked_name
from devkit.jira.console_answers import PREFIX, answering, body_of
from devkit.jira.model import Json, User
from devkit.jira.rest_call import Parts


class SiteConsole:
    """The answers about the site itself."""

    def __init__(self, parts: Parts, apps: Apps) -> None:
        self._parts = parts
        self._apps = apps

    def routes(self) -> list[web.AbstractRouteDef]:
        """All routes."""
        return [
            web.put(f"{PREFIX}/site", answering(self._rename_site)),
            web.put(f"{PREFIX}/users/{{account}}", answering(self._rename)),
            web.get(f"{PREFIX}/options", answering(self._options)),
            web.put(f"{PREFIX}/options", answering(self._set_options)),
            web.put(f"{PREFIX}/boards/{{board}}", answering(self._change_board)),
        ]

    async def _rename_site(self, request: web.Request) -> Json:
        """Another host name in the base URL (``name``), which all apps are told at once, or another ``displayUrl``."""
        asked, address = await body_of(request), self._parts.address
        before, names = address.name, (("name", "name"), ("displayUrl", "display"))
        address.change(**{own: str(asked[name]) for name, own in names if name in asked})
        refused = await self._apps.renamed() if address.name != before else {}
        return {"baseUrl": address.base, "displayUrl": address.display, "refused": refused}

    async def _rename(self, request: web.Request) -> Json:
        """Gives someone another name: ``{"name": "Hazel Oak"}``."""
        people, asked = self._parts.people, await body_of(request)
        user = people.person(request.match_info["account"])
        people.change(replace(user, name=checked_name(asked.get("name"))), by=self._user)
        return {}

    async def _options(self, request: web.Request) -> dict[str, bool]:
        return self._parts.people.options()

    async def _set_options(self, request: web.Request) -> dict[str, bool]:
        """Switches options: ``{"voting": false}``."""
        self._parts.people.set_options(await body_of(request), by=self._user)
        return self._parts.people.options()

    async def _change_board(self, request: web.Request) -> Json:
        """Another ``name``, or other ``columns`` by the ids of their statuses."""
        asked = await body_of(request)
        board = self._parts.agile.board(request.match_info["board"])
        name, columns = asked.get("name"), asked.get("columns")
        changed = self._parts.agile.change_board(board, by=self._user, name=name, columns=columns)
        return {"id": changed.id, "name": changed.name, "columns": list(changed.columns)}

    @property
    def _user(self) -> User:
        return self._parts.site.current_user
