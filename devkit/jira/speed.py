"""How fast the stand-in is on this machine: ``python -m devkit.jira.speed``; takes about ten seconds."""

from __future__ import annotations

import asyncio
import multiprocessing
import socket
import time
from collections.abc import Callable

from aiohttp import web

from devkit.jira.host import JiraHost

ISSUES = 10_000
WEBHOOKS = 5_000
SETTLE_SECONDS = 120.0


def main() -> None:
    """Prints how long it takes to make a past, and to send webhooks to an app in a process of its own."""
    with JiraHost() as jira:
        _timed(f"a past of {ISSUES} issues", ISSUES, lambda: jira.fill(issues=ISSUES, months=12))
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    app = multiprocessing.get_context("spawn").Process(target=serve_sink, args=(port,), daemon=True)
    app.start()
    try:
        with JiraHost() as jira:
            _install(jira, f"http://127.0.0.1:{port}/atlassian-connect.json")
            jira.create_issue("The first")
            jira.settle()

            def burst() -> None:
                jira.burst(WEBHOOKS)
                jira.settle(SETTLE_SECONDS)

            _timed(f"{WEBHOOKS} webhooks", WEBHOOKS, burst)
    finally:
        app.terminate()
        app.join()


def _timed(what: str, count: int, work: Callable[[], object]) -> None:
    started = time.perf_counter()
    work()
    seconds = time.perf_counter() - started
    print(f"{what}: {seconds:.2f} s, {count / seconds:,.0f} a second")


def _install(jira: JiraHost, url: str) -> None:
    """Installs the app, once its process serves."""
    for _ in range(100):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", int(url.split(":")[2].split("/")[0]))) == 0:
                break
        time.sleep(0.05)
    jira.install(url)


def serve_sink(port: int) -> None:
    """An app that takes everything, and answers 204, until its process is ended."""

    async def descriptor(request: web.Request) -> web.Response:
        return web.json_response(
            {
                "key": "sink",
                "baseUrl": f"http://127.0.0.1:{port}",
                "authentication": {"type": "jwt"},
                "lifecycle": {"installed": "/installed"},
                "modules": {"webhooks": [{"event": "jira:issue_created", "url": "/webhook"}]},
            }
        )

    async def take(request: web.Request) -> web.Response:
        await request.read()
        return web.Response(status=204)

    app = web.Application()
    app.add_routes([web.get("/atlassian-connect.json", descriptor), web.post("/{path}", take)])
    web.run_app(app, host="127.0.0.1", port=port, print=None, access_log=None, loop=asyncio.new_event_loop())


if __name__ == "__main__":
    main()
