"""Small servers for measuring and for tests: one answers while a block runs, in a thread of its own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import HTTPServer
from threading import Thread

LOOK_SECONDS = 0.02
"""How soon a server notices that it is to end."""


@contextmanager
def serving(server: HTTPServer) -> Iterator[None]:
    """Has `server` answer meanwhile; then it is closed."""
    thread = Thread(target=server.serve_forever, args=(LOOK_SECONDS,), daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
