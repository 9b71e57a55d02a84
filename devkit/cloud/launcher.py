"""The process of the embedded AWS: ministack, and what a real `chalice deploy` needs beside it.

It runs in `.venv-cloud` and therefore imports ministack and the standard library alone. `devkit.cloud.embedded` starts
it, with its settings in the environment. It ends, and saves its state, on SIGTERM, on SIGINT, and when its standard
input ends: that is how it notices that whoever started it is gone.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import threading
import time
from importlib.metadata import version
from typing import NoReturn

MINISTACK = "1.5.33"
"""The one version whose private names the modules beside this one were read from."""

DRAIN_SECONDS = 1.0
"""How long running functions may take to end once the process was told to stop."""

CLOSE_SECONDS = 1.0
"""How long open connections may take to end after that; the state is saved in any case."""


def main() -> NoReturn:
    """Serves until told to stop, then exits: 2 when another ministack than `MINISTACK` is installed, 1 on a fault."""
    if (found := version("ministack")) != MINISTACK:
        print(f"The embedded AWS was made for ministack {MINISTACK}, and .venv-cloud holds {found}.", file=sys.stderr)
        sys.exit(2)
    from devkit.cloud import (
        batch_rights,
        fair_queues,
        function_versions,
        functions,
        payload_limit,
        rest_api_events,
        rest_api_import,
    )

    functions.install()
    function_versions.install()
    batch_rights.install()
    rest_api_import.install()
    rest_api_events.install()
    payload_limit.install()
    fair_queues.install()
    code = asyncio.Runner().run(_serve())
    functions.kill_workers()
    sys.stdout.flush()
    sys.stderr.flush()
    # Not sys.exit: ministack's threads may be in the middle of a long poll, and the interpreter would wait for them.
    os._exit(code)


async def _serve() -> int:
    from hypercorn.asyncio import serve
    from hypercorn.config import Config
    from ministack import app as ministack

    from devkit.cloud import rest_api_events

    config = Config()
    config.bind = [f"{os.environ['BIND_HOST']}:{os.environ['GATEWAY_PORT']}"]
    config.loglevel = "WARNING"
    config.keep_alive_timeout = 75
    config.graceful_timeout = CLOSE_SECONDS
    told, drained = _told_to_stop(), asyncio.Event()
    server = asyncio.create_task(
        serve(rest_api_events.as_api_gateway(ministack.app), config, shutdown_trigger=drained.wait)
    )
    stopping = asyncio.create_task(told.wait())
    await asyncio.wait({server, stopping}, return_when=asyncio.FIRST_COMPLETED)
    if server.done():
        server.result()
        return 1
    await _drain()
    drained.set()
    await asyncio.wait({server}, timeout=CLOSE_SECONDS + 0.3)
    # The server saves as its last act; a connection that would not close has kept it from that.
    if not server.done():
        ministack.save_all(ministack._build_persistence_save_dict())
    return 0


def _told_to_stop() -> asyncio.Event:
    """An event that is set by SIGTERM, by SIGINT and by the end of standard input."""
    loop, told = asyncio.get_running_loop(), asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, told.set)

    def wait_for_the_end_of_input() -> None:
        while os.read(0, 1024):
            pass
        loop.call_soon_threadsafe(told.set)

    threading.Thread(target=wait_for_the_end_of_input, daemon=True).start()
    return told


async def _drain() -> None:
    """Lets the functions that run come to their end, and starts no new ones for the queues."""
    from devkit.cloud import functions

    functions.stop_polling()
    deadline = time.monotonic() + DRAIN_SECONDS
    while functions.busy() and time.monotonic() < deadline:
        await asyncio.sleep(0.02)


if __name__ == "__main__":
    main()
