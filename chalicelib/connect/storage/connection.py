"""One connection to one host of AWS, kept open from call to call and opened anew where it may be lost."""

from __future__ import annotations

import select
import time
from collections.abc import Callable, Mapping
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from ssl import SSLContext

CONNECT_SECONDS = 1
READ_SECONDS = 3

IDLE_SECONDS = 10.0
"""How long a connection may have been idle to be used again. A frozen function does not notice that the other side has
closed it, and may find out only by waiting in vain for an answer."""

ROOTS = Path(__file__).with_name("amazon_roots.pem")
"""The five roots that sign for AWS's endpoints (https://www.amazontrust.com/repository/): reading these takes 2 ms, and
all 120 or so that a system trusts 30 ms."""


class Reply(NamedTuple):
    """What came back."""

    status: int
    body: bytes
    crc32: str | None
    """DynamoDB's checksum of the body."""


class Connection:
    """Posts to ``/`` of the host in `url`. Threads may share it: each has a connection of its own while it needs it."""

    def __init__(self, url: str, *, roots: Path = ROOTS, clock: Callable[[], float] = time.time) -> None:
        self._idle: list[tuple[HTTPConnection, float]] = []
        self.host = urlsplit(url).netloc
        self._is_secure = urlsplit(url).scheme == "https"
        self._roots: Path | None = roots
        self._context: SSLContext | None = None
        self._clock = clock

    def post(self, headers: Mapping[str, str], body: bytes) -> Reply:
        """The answer to a POST; raises `OSError` where none came, for whatever reason."""
        http, is_new = self._take()
        try:
            reply, stays_open = _exchange(http, headers, body)
        except ConnectionError:
            # It broke without a byte of an answer. A connection that was open before had been closed by the other
            # side, as it may be at any time; on a new one that is a failure.
            http.close()
            if is_new:
                raise
            http = self._connected()
            reply, stays_open = _exchange(http, headers, body)
        if stays_open:
            self._idle.append((http, self._clock()))
        return reply

    def __del__(self) -> None:
        for http, _ in self._idle:
            http.close()

    def _take(self) -> tuple[HTTPConnection, bool]:
        while self._idle:
            try:
                http, last_used = self._idle.pop()
            except IndexError:  # another thread was faster
                break
            # What can be read of a connection on which nothing was asked is its end.
            if self._clock() - last_used <= IDLE_SECONDS and not select.select([http.sock], [], [], 0)[0]:
                return http, False
            http.close()
        return self._connected(), True

    def _connected(self) -> HTTPConnection:
        if not self._is_secure:
            http = HTTPConnection(self.host, timeout=CONNECT_SECONDS)
            http.connect()  # a failure of which leaves nothing open
        else:
            http = self._secured()
        http.sock.settimeout(READ_SECONDS)
        return http

    def _secured(self) -> HTTPConnection:
        import ssl
        from http.client import HTTPSConnection

        while True:
            self._context = self._context or ssl.create_default_context(cafile=self._roots)
            http = HTTPSConnection(self.host, timeout=CONNECT_SECONDS, context=self._context)
            try:
                http.connect()
            except ssl.SSLCertVerificationError:
                if self._roots is None:
                    raise
                # Should AWS sign with another root one day: all that the system trusts, as boto3 would.
                self._roots = self._context = None
                continue
            return http


def _exchange(http: HTTPConnection, headers: Mapping[str, str], body: bytes) -> tuple[Reply, bool]:
    try:
        http.request("POST", "/", body, dict(headers))
        answer = http.getresponse()
        return Reply(answer.status, answer.read(), answer.headers.get("x-amz-crc32")), not answer.will_close
    except HTTPException as error:
        http.close()
        if isinstance(error, ConnectionError):
            raise
        raise OSError("no answer that HTTP knows") from error
    except OSError:
        http.close()
        raise
