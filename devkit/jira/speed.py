"""How fast the stand-in is on this machine: ``python -m devkit.jira.speed``; takes about fifteen seconds.

Webhooks are measured twice: a burst of copies of one, and moves of the issues of the past, each of which is written
down, held against the filter of the app, told in Jira's shape and signed. The processor's time is that of the
stand-in alone: the app has a process of its own.
"""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import socket
import time
from collections.abc import Callable
from http.client import HTTPConnection
from urllib.parse import urlencode, urlsplit

from aiohttp import web

from devkit.jira.host import JiraHost
from devkit.jira.rest_call import Parts

ISSUES = 10_000
WEBHOOKS = 5_000
SEARCHES = 50
PAGE = 100
SEARCH = urlencode({"jql": "project = BUR ORDER BY updated", "maxResults": PAGE, "fields": "summary,status"})
SETTLE_SECONDS = 120.0


def main() -> None:
    """Prints how long it takes to make a past, to search it, and to send webhooks to an app."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    app = multiprocessing.get_context("spawn").Process(target=serve_sink, args=(port,), daemon=True)
    app.start()
    try:
        with JiraHost() as jira:
            _timed(f"a past of {ISSUES} issues", ISSUES, lambda: jira.fill(issues=ISSUES, months=12))
            _install(jira, f"http://127.0.0.1:{port}/atlassian-connect.json")
            jira.create_issue("The first")
            jira.settle()
            _timed(f"{SEARCHES} searches for a page of a hundred", SEARCHES, lambda: _search(jira))

            def burst() -> None:
                jira.burst(WEBHOOKS)
                jira.settle(SETTLE_SECONDS)

            def moves() -> None:
                jira.do(_move_all)
                jira.settle(SETTLE_SECONDS)

            _timed(f"a burst of {WEBHOOKS} webhooks", WEBHOOKS, burst)
            _timed(f"{WEBHOOKS} moves, each with a webhook", WEBHOOKS, moves)
    finally:
        app.terminate()
        app.join()


def _timed(what: str, count: int, work: Callable[[], object]) -> None:
    started, spent = time.perf_counter(), time.process_time()
    work()
    seconds, spent = time.perf_counter() - started, time.process_time() - spent
    print(
        f"{what}: {seconds:.2f} s, {count / seconds:,.0f} a second; {1000 * spent / count:.2f} ms of the processor each"
    )


def _search(jira: JiraHost) -> None:
    """A page of a hundred issues, many times, as an app asks for it."""
    base = urlsplit(jira.url)
    for _ in range(SEARCHES):
        connection = HTTPConnection("127.0.0.1", base.port or 0)
        connection.request("GET", f"/rest/api/3/search/jql?{SEARCH}", headers={"Host": base.netloc, "Origin": jira.url})
        found = json.load(connection.getresponse())
        connection.close()
        if len(found["issues"]) != PAGE:
            raise AssertionError(found)


def _move_all(parts: Parts) -> None:
    """Moves issues of the past, each into a status in which it is not."""
    site = parts.site
    first, second, *_ = site.statuses.values()
    for issue in site.issues()[:WEBHOOKS]:
        site.move(issue, second if issue.status == first.id else first, by=site.current_user)


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
                "scopes": ["READ"],
                "modules": {
                    "webhooks": [
                        {"event": "jira:issue_created", "url": "/webhook"},
                        {"event": "jira:issue_updated", "url": "/webhook", "filter": "project = BUR"},
                    ]
                },
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
