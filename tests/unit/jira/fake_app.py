"""A small Connect app of its own, not written with the framework: it checks all that the stand-in sends it.

Its tokens are verified with PyPI's ``atlassian-jwt`` and PyJWT, which know nothing of the stand-in.
"""

from __future__ import annotations

import asyncio
import json
import socket
import threading
from collections import deque
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

import aiohttp
import jwt
from aiohttp import web
from atlassian_jwt.url_utils import hash_url
from jwt.types import Options

from devkit.jira.server import end_listening

KEY = "fake-app"

PANEL = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Panel</title>
<script src="{all_js}" data-options="{options}"></script><link rel="stylesheet" href="{base}/panel.css"></head>
<body><div class="ac-content"><h3>Panel</h3><p id="out">{path}</p></div></body></html>"""


@dataclass
class Call:
    """A request that the stand-in has made."""

    path: str
    headers: dict[str, str]
    body: str
    claims: dict[str, Any]

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class FakeApp:
    """The app, served below ``/base`` of a free port in a thread of its own."""

    keys_url: str = ""
    all_js: str = ""
    modules: dict[str, Any] = field(default_factory=dict)
    answers: dict[str, deque[int]] = field(default_factory=dict)
    """By path, what to answer instead of 204, in turn."""
    page_headers: dict[str, str] = field(default_factory=dict)
    page_redirect: str = ""
    page_status: int = 200
    page_seconds: float = 0
    """How long each page takes."""
    options: str = "resize:true"
    calls: list[Call] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    """Why calls were answered with 401."""
    secrets: dict[str, str] = field(default_factory=dict)
    lifecycle: tuple[str, ...] = ("installed", "enabled", "disabled", "uninstalled")
    extra: dict[str, Any] = field(default_factory=dict)

    def __enter__(self) -> Self:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._start(), self._loop).result(5)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        asyncio.run_coroutine_threadsafe(end_listening(self._runner), self._loop).result(5)
        asyncio.run_coroutine_threadsafe(self._runner.cleanup(), self._loop).result(5)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    @property
    def key(self) -> str:
        return str(self.extra.get("key", KEY))

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}/base"

    @property
    def descriptor_url(self) -> str:
        return f"{self.base_url}/atlassian-connect.json"

    def descriptor(self) -> dict[str, Any]:
        return {
            "key": KEY,
            "name": "Fake app",
            "baseUrl": self.base_url,
            "authentication": {"type": "jwt"},
            "lifecycle": {name: f"/{name}" for name in self.lifecycle},
            "scopes": ["READ"],
            "modules": self.modules,
            **self.extra,
        }

    def calls_to(self, path: str) -> list[Call]:
        return [call for call in self.calls if call.path.split("?")[0] == path]

    async def _start(self) -> None:
        app = web.Application()
        app.router.add_get("/base/atlassian-connect.json", self._serve_descriptor)
        app.router.add_get("/base/panel.css", self._serve_style)
        app.router.add_get("/base/{page:panel.*}", self._serve_page)
        app.router.add_post("/base/{path:.*}", self._receive)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self.port).start()

    async def _serve_descriptor(self, request: web.Request) -> web.Response:
        return web.json_response(self.descriptor())

    async def _serve_style(self, request: web.Request) -> web.Response:
        return web.Response(text="body { color: var(--ds-text, rgb(1, 2, 3)) }", content_type="text/css")

    async def _serve_page(self, request: web.Request) -> web.Response:
        await asyncio.sleep(self.page_seconds)
        if self.page_redirect:
            return web.Response(status=302, headers={"Location": self.page_redirect})
        html = PANEL.format(all_js=self.all_js, options=self.options, base=self.base_url, path=request.raw_path)
        html = html.replace(">" + request.raw_path, ">" + request.raw_path.replace("&", "&amp;"))
        return web.Response(text=html, content_type="text/html", headers=self.page_headers, status=self.page_status)

    async def _receive(self, request: web.Request) -> web.Response:
        path = request.raw_path.removeprefix("/base")
        body = (await request.read()).decode()
        try:
            claims = await self._verify(request, path, body)
        except (jwt.PyJWTError, KeyError, AssertionError, ValueError) as fault:
            self.refused.append(f"{path}: {fault!r}")
            return web.Response(status=401, text="no")
        self.calls.append(Call(path, {name.lower(): value for name, value in request.headers.items()}, body, claims))
        planned = self.answers.get(path.split("?")[0])
        status = planned.popleft() if planned else 204
        return web.Response(status=status, text="out of burrows" if status >= 400 else "")

    async def _verify(self, request: web.Request, path: str, body: str) -> dict[str, Any]:
        scheme, _, token = request.headers["Authorization"].partition(" ")
        assert scheme == "JWT"
        required: Options = {"require": ["iss", "iat", "exp", "qsh"]}
        if path in ("/installed", "/uninstalled"):
            header = jwt.get_unverified_header(token)
            async with (
                aiohttp.ClientSession() as client,
                client.get(f"{self.keys_url}/{header['kid']}") as answer,
            ):
                key = await answer.text()
            claims = jwt.decode(token, key, algorithms=["RS256"], audience=self.base_url, options=required)
            payload = json.loads(body)
            assert payload["clientKey"] == claims["iss"]
            if path == "/installed":
                self.secrets[claims["iss"]] = payload["sharedSecret"]
        else:
            issuer = jwt.decode(token, options={"verify_signature": False})["iss"]
            claims = jwt.decode(token, self.secrets[issuer], algorithms=["HS256"], options=required)
        assert claims["qsh"] == hash_url("POST", path), "qsh"
        return dict(claims)
