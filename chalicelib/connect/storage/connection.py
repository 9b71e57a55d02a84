"""One connection to one host of AWS, kept open from call to call and opened anew where it may be lost."""

from __future__ import annotations

import os
import select
import time
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from chalicelib.connect.http import Answer, ask, connected

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from socket import socket
    from ssl import SSLContext

CONNECT_SECONDS = 1
READ_SECONDS = 3

IDLE_SECONDS = 10.0
"""How long a connection may have been idle to be used again. A frozen function does not notice that the other side has
closed it, and may find out only by waiting in vain for an answer."""

ROOTS = f"{os.path.dirname(__file__)}/amazon_roots.pem"
"""The five roots that sign for AWS's endpoints (https://www.amazontrust.com/repository/): reading these takes 2 ms, and
all 120 or so that a system trusts 30 ms."""


class Connection:
    """Asks the host in `url`. Threads may share it: each has a connection of its own while it needs it."""

    def __init__(self, url: str, *, roots: str | None = None, clock: Callable[[], float] = time.time) -> None:
        """`roots` is a file of certificates that is trusted, and nothing else; without it, the one that the setting
        ``AWS_CA_BUNDLE`` of all AWS's clients names; without that, Amazon's roots, and all of the system."""
        parts = urlsplit(url)
        self.host = parts.netloc
        self._name = parts.hostname or ""
        self._is_secure = parts.scheme == "https"
        self._port = parts.port or (443 if self._is_secure else 80)
        self._only_roots = roots or os.environ.get("AWS_CA_BUNDLE")
        self._roots: str | None = self._only_roots or ROOTS
        self._context: SSLContext | None = None
        self._idle: list[tuple[socket, float]] = []
        self._clock = clock

    def ask(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """The answer to a request; raises `OSError` where none came, for whatever reason."""
        request = method, path, {**headers, "Content-Length": str(len(body))}, body
        to, is_new = self._take()
        try:
            answer = _ask(to, request)
        except ConnectionError:
            # It broke without a byte of an answer. A connection that was open before had been closed by the other
            # side, as it may be at any time; on a new one that is a failure.
            if is_new:
                raise
            to = self._connected()
            answer = _ask(to, request)
        if answer.stays_open:
            self._idle.append((to, self._clock()))
        else:
            to.close()
        return answer

    def __del__(self) -> None:
        for to, _ in self._idle:
            to.close()

    def _take(self) -> tuple[socket, bool]:
        while self._idle:
            try:
                to, last_used = self._idle.pop()
            except IndexError:  # another thread was faster
                break
            # What can be read of a connection on which nothing was asked is its end.
            if self._clock() - last_used <= IDLE_SECONDS and not select.select([to], [], [], 0)[0]:
                return to, False
            to.close()
        return self._connected(), True

    def _connected(self) -> socket:
        if not self._is_secure:
            return connected(self._name, self._port, CONNECT_SECONDS)
        import ssl

        while True:
            self._context = self._context or ssl.create_default_context(cafile=self._roots)
            try:
                return connected(self._name, self._port, CONNECT_SECONDS, self._context)
            except ssl.SSLCertVerificationError:
                if self._only_roots or self._roots is None:
                    raise
                # Should AWS sign with another root one day: all that the system trusts, as boto3 would.
                self._roots = self._context = None


def _ask(to: socket, request: tuple[str, str, Mapping[str, str], bytes]) -> Answer:
    try:
        return ask(to, *request, seconds=READ_SECONDS)
    except OSError:
        to.close()
        raise
