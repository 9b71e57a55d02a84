"""Word of what changes, for the pages that are open (server-sent events)."""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress

from aiohttp import web

from devkit.jira.model import Json

BACKLOG = 1000
"""How many events a page may be behind; one that sleeps longer is told to read everything anew."""


class Live:
    """The open pages, each with what it has yet to be told."""

    def __init__(self) -> None:
        self._queues: set[asyncio.Queue[Json | None]] = set()

    def tell(self, kind: str, **data: object) -> None:
        """Tells all open pages."""
        for queue in self._queues:
            if queue.full():
                while not queue.empty():
                    queue.get_nowait()
                queue.put_nowait({"kind": "again"})
            queue.put_nowait({"kind": kind, **data})

    def close(self) -> None:
        """Ends all streams."""
        for queue in self._queues:
            with suppress(asyncio.QueueFull):
                queue.put_nowait(None)

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """One page's stream, until it is closed."""
        queue: asyncio.Queue[Json | None] = asyncio.Queue(BACKLOG)
        self._queues.add(queue)
        stream = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
        try:
            await stream.prepare(request)
            await stream.write(b"retry: 1000\n\n")
            while (event := await queue.get()) is not None:
                await stream.write(f"data: {json.dumps(event)}\n\n".encode())
        except ConnectionError:
            pass  # the page was closed
        finally:
            self._queues.discard(queue)
        return stream
