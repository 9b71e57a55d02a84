"""How the stand-in's own pages are answered: as JSON, and what was wrong as Jira's REST says it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from aiohttp import web

from devkit.jira.descriptor import Refused
from devkit.jira.guards import Handler, refusal
from devkit.jira.happenings import SiteFault
from devkit.jira.json_reading import read_json
from devkit.jira.model import Json

PREFIX = "/stand-in"


def answering(answer: Callable[[web.Request], Awaitable[object]]) -> Handler:
    """A handler that gives what `answer` gives, or says why it can not."""

    async def handle(request: web.Request) -> web.StreamResponse:
        try:
            return web.json_response(await answer(request), headers={"Cache-Control": "no-store"})
        except Refused as fault:
            return refusal(400, *fault.reasons)
        except SiteFault as fault:
            return refusal(fault.status, str(fault))

    return handle


async def body_of(request: web.Request) -> Json:
    """The JSON object that a request brings; raises `SiteFault`."""
    try:
        body = read_json(await request.read())
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise SiteFault("The body must be a JSON object.")
    return body
