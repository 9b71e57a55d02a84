"""A relay in front of one service of the embedded AWS, which can be told to fail as AWS and the network do.

The deployed functions are sent through it by boto3's own ``AWS_ENDPOINT_URL_<SERVICE>``. It reads as much HTTP as it
takes to tell one request from the next.
"""

from __future__ import annotations

import asyncio
import json
import re
from enum import Enum
from itertools import count
from threading import Thread
from types import TracebackType
from typing import Self

from devkit.cloud import HOST


class Fate(Enum):
    """What becomes of a request."""

    RELAYED = "relayed"
    CUT_OFF = "cut off"
    """The connection ends before the service has seen the request."""
    UNANSWERED = "unanswered"
    """The service does what it was asked to, and then the connection ends: the caller can not know."""
    THROTTLED = "throttled"
    """The service has no capacity left, and says so."""


_LIMIT = json.dumps(
    {
        "__type": "com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException",
        "message": "The level of configured provisioned throughput for the table was exceeded.",
    }
).encode()
_THROTTLED = (
    b"HTTP/1.1 400 Bad Request\r\ncontent-type: application/x-amz-json-1.0\r\n"
    b"content-length: " + str(len(_LIMIT)).encode() + b"\r\n\r\n" + _LIMIT
)
"""Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html"""


class Relay:
    """Passes on what comes to `url`, and says how often it failed to; another thread may tell it what to do."""

    def __init__(self, port: int) -> None:
        """`port` is where the service is."""
        self.url = ""
        self.faults = 0
        self._port = port
        self._fate, self._every = Fate.RELAYED, 1
        self._numbers = count(1)
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._loop.run_forever, daemon=True)

    def meet(self, fate: Fate, *, every: int = 1) -> None:
        """From now on this is the fate of `every` so-many-th request, and the others are relayed."""
        self._fate, self._every = fate, every

    def __enter__(self) -> Self:
        self._thread.start()
        start = asyncio.start_server(self._serve, HOST, 0)
        self._server = asyncio.run_coroutine_threadsafe(start, self._loop).result(10)
        self.url = f"http://{HOST}:{self._server.sockets[0].getsockname()[1]}"
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _end(self) -> None:
        self._server.close()
        connections = asyncio.all_tasks() - {asyncio.current_task()}
        for task in connections:
            task.cancel()
        await asyncio.gather(*connections, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        behind: asyncio.StreamWriter | None = None
        try:
            answers, behind = await asyncio.open_connection(HOST, self._port)
            while answer := await self._answer(await _message(reader), answers, behind):
                writer.write(answer)
                await writer.drain()
        except (OSError, asyncio.IncompleteReadError):
            pass  # One of the two sides has gone, and the other is told by the end of its connection.
        except asyncio.CancelledError:
            pass  # The relay ends. Streams would report a cancelled connection as a fault of their own.
        finally:
            for each in filter(None, (writer, behind)):
                each.transport.abort()

    async def _answer(self, request: bytes, answers: asyncio.StreamReader, behind: asyncio.StreamWriter) -> bytes:
        fate = self._fate if next(self._numbers) % self._every == 0 else Fate.RELAYED
        self.faults += fate is not Fate.RELAYED
        if fate is Fate.CUT_OFF:
            return b""
        if fate is Fate.THROTTLED:
            return _THROTTLED
        behind.write(request)
        answer = await _message(answers)
        return b"" if fate is Fate.UNANSWERED else answer


async def _message(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readuntil(b"\r\n\r\n")
    length = re.search(rb"\r\ncontent-length: *([0-9]+)", head, re.IGNORECASE)
    return head + await reader.readexactly(int(length[1]) if length else 0)
