"""Webhooks from end to end are counted when they were handled, and are of the size and number that was asked for."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from aiohttp import web

from devkit.bench.flow import Flow, Sender, ages, send
from devkit.bench.flow_part import table
from devkit.errors import DevkitError
from devkit.jira.server import Server
from devkit.processes import free_port


class Sink:
    """An app that answers every webhook with `status`, and says in `log` that it was handled."""

    def __init__(self, log: Path, status: int = 204) -> None:
        self.port = free_port()
        self.sizes: list[int] = []
        self._log = log
        self._status = status
        log.write_text("")

    async def __aenter__(self) -> Sink:
        app = web.Application()
        app.add_routes([web.get("/atlassian-connect.json", self._descriptor), web.post("/{path}", self._take)])
        self._runner = web.AppRunner(app)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self.port).start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()

    async def _descriptor(self, _: web.Request) -> web.Response:
        webhooks = [{"event": f"jira:issue_{what}", "url": "/webhook"} for what in ("created", "updated")]
        return web.json_response(
            {
                "key": "sink",
                "baseUrl": f"http://127.0.0.1:{self.port}",
                "authentication": {"type": "jwt"},
                "lifecycle": {"installed": "/installed"},
                "scopes": ["READ"],
                "modules": {"webhooks": webhooks},
            }
        )

    async def _take(self, request: web.Request) -> web.Response:
        body = await request.read()
        if request.path == "/installed":
            return web.Response(status=204)
        self.sizes.append(len(body))
        with self._log.open("a") as log:
            log.write('worker: {"message": "handled", "DeliveryAge": 7}\n')
        return web.Response(status=self._status)


async def flow(sink: Sink, log: Path, number: int, at_once: int) -> Flow:
    """What `send` finds for an app of this test."""
    async with sink:
        server = Server(free_port())
        await server.start()
        try:
            await server.apps.install(f"http://127.0.0.1:{sink.port}/atlassian-connect.json")
            return await send([Sender(server)], number, at_once, 9_000, log, still=0.05)
        finally:
            await server.stop()


def test_so_many_webhooks_of_that_size_are_sent_and_waited_for(tmp_path: Path) -> None:
    log = tmp_path / "functions.log"
    sink = Sink(log)

    found = asyncio.run(flow(sink, log, 12, 4))

    assert len(found.answers) == 12
    assert found.ages == [7.0] * 12
    assert found.refused == 0
    assert 8_500 < found.bytes < 9_500
    assert sink.sizes[-1] == pytest.approx(found.bytes, abs=200)
    assert 0 < found.seconds <= found.handled_seconds


def test_a_webhook_that_the_app_refuses_is_no_figure(tmp_path: Path) -> None:
    log = tmp_path / "functions.log"
    with pytest.raises(DevkitError, match="did not take a webhook"):
        asyncio.run(flow(Sink(log, status=400), log, 1, 1))


def test_only_what_was_handled_since_then_counts(tmp_path: Path) -> None:
    log = tmp_path / "functions.log"
    log.write_text('{"DeliveryAge": 1}\n')
    offset = log.stat().st_size
    with log.open("a") as more:
        more.write('api: {"message": "accepted"}\nworker: {"DeliveryAge": 2, "x": 3}\n')
    assert list(ages(log, offset)) == [2.0]


def test_a_row_says_how_many_in_a_second_and_how_old() -> None:
    found = Flow(8, 2_000, seconds=2.0, handled_seconds=4.0, answers=[10.0] * 20, ages=[100.0] * 19 + [500.0])
    (row,) = table([found]).rows
    assert row == ["8", "2,000", "20", "10", "10", "10", "5", "100", "120", "500", "0"]
