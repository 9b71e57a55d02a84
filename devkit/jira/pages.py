"""The stand-in's own pages, and what apps load from it: all.js, the theme, and the keys of installs."""

from __future__ import annotations

import mimetypes
from pathlib import Path

from aiohttp import web

from devkit.jira.faults import Faults
from devkit.jira.guards import Handler
from devkit.jira.keys import InstallKeys

WEB = Path(__file__).parent / "web"

PAGES = {
    "board": "Board",
    "issue": "Issue",
    "apps": "Manage apps",
    "site": "Site",
    "deliveries": "Deliveries",
    "calls": "Calls",
    "frames": "Frames",
    "faults": "Faults",
    "app": "App",
    "dashboard": "Dashboard",
}

_POLICY = (
    "default-src 'self'; frame-src http: https:; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
_OWN = {
    "Content-Security-Policy": _POLICY,
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-cache",
}
_FOR_APPS = {
    "Access-Control-Allow-Origin": "*",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-cache",
}


def key_route(keys: InstallKeys, faults: Faults) -> web.RouteDef:
    """Where the public keys of installs are read."""

    async def key(request: web.Request) -> web.Response:
        if faults.take("keys_outage"):
            return web.Response(status=503, text="The stand-in was asked to fail.")
        found = keys.public(request.match_info["kid"])
        if found is None:
            return web.Response(status=404, text="There is no such key.")
        return web.Response(text=found, headers={"Cache-Control": "public, max-age=300"})

    return web.get("/install-keys/{kid}", key)


def routes() -> list[web.AbstractRouteDef]:
    """All routes of the pages."""
    frame = (WEB / "frame.html").read_text(encoding="utf-8")
    files = {path.name: path.read_bytes() for path in WEB.iterdir() if path.suffix in (".css", ".js", ".svg")}

    async def static(request: web.Request) -> web.Response:
        content = files.get(request.match_info["name"])
        if content is None:
            raise web.HTTPNotFound(text="There is no such file.")
        return web.Response(body=content, headers={**_OWN, "Content-Type": _type(request.match_info["name"])})

    def page(name: str) -> Handler:
        html = frame.replace("{{title}}", PAGES[name]).replace("{{page}}", name)

        async def serve(request: web.Request) -> web.StreamResponse:
            return web.Response(text=html, content_type="text/html", charset="utf-8", headers=_OWN)

        return serve

    def for_apps(name: str) -> Handler:
        async def serve(request: web.Request) -> web.StreamResponse:
            return web.Response(body=files[name], headers={**_FOR_APPS, "Content-Type": _type(name)})

        return serve

    return [
        web.get("/", page("board")),
        web.get("/browse/{issue}", page("issue")),
        web.get("/apps", page("apps")),
        web.get("/site", page("site")),
        web.get("/deliveries", page("deliveries")),
        web.get("/calls", page("calls")),
        web.get("/frames", page("frames")),
        web.get("/dashboard", page("dashboard")),
        web.get("/plugins/servlet/ac/{app}/{module}", page("app")),
        web.get("/faults", page("faults")),
        web.get("/web/{name}", static),
        web.get("/all.js", for_apps("all.js")),
        web.get("/theme.css", for_apps("theme.css")),
    ]


def _type(name: str) -> str:
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    return f"{'text/javascript' if name.endswith('.js') else kind}; charset=utf-8"
