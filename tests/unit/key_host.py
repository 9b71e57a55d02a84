"""Hosts of install keys on this machine, which behave well or badly."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event
from typing import Any

from chalicelib.connect.jira.install_keys import SECONDS
from devkit.serving import serving
from tests.tokens import public_pem

Answer = Callable[[BaseHTTPRequestHandler, Event], None]


class Host:
    """A server that answers each request by the function it is given, and notes what was asked for."""

    def __init__(self, answer: Answer) -> None:
        self.paths: list[str] = []
        self.ended: list[str] = []
        """What was answered to the end."""
        self.closing = Event()
        paths, ended, closing = self.paths, self.ended, self.closing

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                paths.append(self.path)
                with suppress(OSError):  # the other side has seen enough
                    answer(self, closing)
                    ended.append(self.path)

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._serving = serving(self._server)
        self._serving.__enter__()

    def close(self) -> None:
        self.closing.set()
        self._serving.__exit__(None, None, None)


def says(body: str | bytes, status: int = 200, after: float = 0, **headers: str) -> Answer:
    """Answers with a whole body, `after` some seconds."""
    data = body.encode() if isinstance(body, str) else body

    def answer(to: BaseHTTPRequestHandler, closing: Event) -> None:
        closing.wait(after)
        to.send_response(status)
        to.send_header("Content-Length", str(len(data)))
        for name, value in headers.items():
            to.send_header(name.replace("_", "-"), value)
        to.end_headers()
        to.wfile.write(data)

    return answer


def hangs(to: BaseHTTPRequestHandler, closing: Event) -> None:
    """Takes the request and says nothing."""
    closing.wait(10)


def drips(to: BaseHTTPRequestHandler, closing: Event) -> None:
    """Says a character now and then, and never comes to an end."""
    to.send_response(200)
    to.end_headers()
    for character in public_pem().encode():
        if closing.wait(SECONDS / 4):
            return
        to.wfile.write(bytes([character]))


def breaks_off(to: BaseHTTPRequestHandler, closing: Event) -> None:
    """Says the first half of a key."""
    to.send_response(200)
    to.send_header("Content-Length", str(len(public_pem())))
    to.end_headers()
    to.wfile.write(public_pem()[:200].encode())


def talks_nonsense(to: BaseHTTPRequestHandler, closing: Event) -> None:
    """Says what is no HTTP."""
    to.wfile.write(b"220 mail.example.com ESMTP\r\n\r\n")


def closed_port() -> str:
    """A URL where nothing listens."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    server.server_close()
    return f"http://127.0.0.1:{server.server_port}"
