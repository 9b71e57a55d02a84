"""A server that answers as a test tells it, one connection after another."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from ssl import SSLContext
from threading import Thread
from typing import Self

CLOSED = b""
"""In place of an answer: the connection is closed without one."""


def answer(body: bytes = b"{}", status: int = 200, headers: str = "") -> bytes:
    """An answer as it is on the wire."""
    return f"HTTP/1.1 {status} X\r\nContent-Length: {len(body)}\r\n{headers}\r\n".encode() + body


class Server:
    """Gives `connections`: for each connection the answers to the requests on it; it is closed after the last."""

    def __init__(self, *connections: list[bytes], tls: SSLContext | None = None) -> None:
        self.requests: list[bytes] = []
        self.accepted = 0
        self._connections = connections
        self._tls = tls
        self._socket = socket.create_server(("127.0.0.1", 0))

    @property
    def url(self) -> str:
        """Its address."""
        return f"{'https' if self._tls else 'http'}://127.0.0.1:{self._socket.getsockname()[1]}"

    @contextmanager
    def serving(self) -> Iterator[Self]:
        """Answers, meanwhile."""
        thread = Thread(target=self._serve, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self._socket.close()

    def _serve(self) -> None:
        for answers in self._connections:
            try:
                connection, _ = self._socket.accept()
                self.accepted += 1
                if self._tls:
                    connection = self._tls.wrap_socket(connection, server_side=True)  # which closes it if it fails
            except OSError:  # the test is over, or its client trusts another root
                continue
            with connection:
                for each in answers:
                    if not self._read(connection):
                        break
                    connection.sendall(each)

    def _read(self, connection: socket.socket) -> bool:
        data = b""
        while b"\r\n\r\n" not in data:
            if not (more := connection.recv(65_536)):
                return False
            data += more
        head, _, body = data.partition(b"\r\n\r\n")
        (length,) = (int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-l"))
        while len(body) < length:
            body += connection.recv(65_536)
        self.requests.append(head + b"\r\n\r\n" + body)
        return True
