"""The plug-in manager's REST (``/rest/plugins/1.0``), by which other frameworks register their apps on a site.

Written against what npm's ``atlassian-connect-express`` 11 asks of it: a token in a header, an install that is polled
until it leads to the plug-in, a list, and a removal. Whoever asks is taken for an administrator: this is one machine.
"""

from __future__ import annotations

import asyncio
import itertools
import secrets
from typing import Final

from aiohttp import web

from devkit.jira.apps import Apps
from devkit.jira.checks import is_number
from devkit.jira.descriptor import Refused
from devkit.jira.guards import refusal
from devkit.jira.installations import Installation, Installations
from devkit.jira.json_reading import read_json
from devkit.jira.model import Json
from devkit.jira.probes import Probes

AT: Final = "/rest/plugins/1.0"
SUFFIX: Final = "-key"
PING_MS: Final = 100


class PluginManager:
    """Installs and removes apps over the plug-in manager's REST."""

    def __init__(self, apps: Apps, installations: Installations, probes: Probes) -> None:
        self._apps = apps
        self._probes = probes
        self._installations = installations
        self._tokens: set[str] = set()
        self._ids = itertools.count(1)
        self._pending: dict[int, asyncio.Task[Installation]] = {}

    def routes(self) -> list[web.RouteDef]:
        """All routes."""
        return [
            web.get(f"{AT}/settings", self._settings),
            web.get(f"{AT}/", self._list),
            web.post(f"{AT}/", self._install),
            web.get(f"{AT}/pending/{{id}}", self._wait),
            web.get(f"{AT}/{{plugin}}", self._read),
            web.delete(f"{AT}/{{plugin}}", self._remove),
        ]

    async def close(self) -> None:
        """Ends what is under way."""
        for task in self._pending.values():
            task.cancel()
        await asyncio.gather(*self._pending.values(), return_exceptions=True)

    async def _settings(self, request: web.Request) -> web.Response:
        names = ("connectDeveloperListingsEnabled", "connectPrivateListingsEnabled")
        return web.json_response({"settings": [{"key": name, "value": True} for name in names]})

    async def _list(self, request: web.Request) -> web.Response:
        token = secrets.token_urlsafe(16)
        self._tokens.add(token)
        plugins = [_shown(known) for known in self._installations.all()]
        return web.json_response({"plugins": plugins}, headers={"upm-token": token})

    async def _install(self, request: web.Request) -> web.Response:
        token = request.query.get("token", "")
        if token not in self._tokens:
            return refusal(403, f"The token is not one that GET {AT}/ has given in the header upm-token.")
        self._tokens.discard(token)
        try:
            # Its content type is its own: application/vnd.atl.plugins.remote.install+json.
            url = str(read_json(await request.read())["pluginUri"])
        except (ValueError, KeyError, TypeError):
            return refusal(400, "The body must be a JSON object with the pluginUri of a descriptor.")
        identity = next(self._ids)
        self._pending[identity] = asyncio.get_running_loop().create_task(self._installed(url))
        return web.json_response(_waiting(identity), status=202)

    async def _installed(self, url: str) -> Installation:
        known = await self._apps.install(url)
        self._probes.start(known)
        return known

    async def _wait(self, request: web.Request) -> web.Response:
        """Where an install stands: under way, failed with the reason, or done, which leads to the plug-in."""
        text = request.match_info["id"]
        task = self._pending.get(int(text)) if is_number(text) else None
        if task is None:
            return refusal(404, "There is no such task.")
        if not task.done():
            return web.json_response(_waiting(int(text)))
        try:
            key = task.result().descriptor["key"]
        except Refused as fault:
            told = {
                "done": True,
                "statusCode": 200,
                "subCode": "upm.pluginInstall.error.failed",
                "errorMessage": str(fault),
            }
            return web.json_response({"type": "INSTALL", "status": told})
        return web.Response(status=303, headers={"Location": f"{AT}/{key}{SUFFIX}"})

    async def _read(self, request: web.Request) -> web.Response:
        known = self._installations.get(request.match_info["plugin"].removesuffix(SUFFIX))
        return web.json_response(_shown(known)) if known else refusal(404, "There is no such plug-in.")

    async def _remove(self, request: web.Request) -> web.Response:
        try:
            await self._apps.uninstall(request.match_info["plugin"].removesuffix(SUFFIX))
        except Refused as fault:
            return refusal(404, str(fault))
        return web.Response(status=204)


def _waiting(identity: int) -> Json:
    at = f"{AT}/pending/{identity}"
    return {"type": "INSTALL", "pingAfter": PING_MS, "status": {"done": False}, "links": {"self": at, "alternate": at}}


def _shown(known: Installation) -> Json:
    key = known.descriptor["key"]
    return {
        "key": key,
        "name": known.descriptor.get("name", key),
        "enabled": known.enabled,
        "userInstalled": True,
        "remotable": True,
        "version": known.descriptor.get("version", "1.0.0-AC"),
        "links": {"self": f"{AT}/{key}{SUFFIX}"},
    }
