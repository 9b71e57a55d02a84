"""A server of install keys that stands in the place of Atlassian's hosts."""

from __future__ import annotations

import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self

from devkit.serving import serving
from tests import tokens


class KeyServer:
    """Answers ``/{kid}`` with a public key; a request for ``/hang`` is never answered."""

    HANGING = "hang"

    def __init__(self) -> None:
        self.keys = {tokens.KID: tokens.public_pem()}
        self.asked: list[str] = []
        self.hanging: list[socket.socket] = []
        self._over = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._serving = serving(self._server)

    @property
    def url(self) -> str:
        """Its address, without a trailing slash."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        self._serving.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._serving.__exit__(kind, fault, trace)

    def _handler(server) -> type[BaseHTTPRequestHandler]:  # noqa: N805
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                kid = self.path.removeprefix("/")
                server.asked.append(kid)
                if kid == server.HANGING:
                    server.hanging.append(self.connection)
                    server._over.wait()
                    return
                pem = server.keys.get(kid)
                body = (pem or "no such key").encode()
                self.send_response(200 if pem else 404)
                self.send_header("Content-Type", "text/plain")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Keep the tests' output to the tests."""

        return Handler
