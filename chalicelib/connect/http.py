"""HTTP/1.1, as much of it as it takes to ask a service of AWS, or a host of keys, for one thing after another.

Own code where `http.client` would do: that brings the package `email`, a calendar and the locale along, a fifth of a
whole cold start (docs/performance.md). What is not understood is no answer, and is an `OSError` like every other way of
not getting one; `tests/unit/test_http.py` holds every answer against what `http.client` reads in it.
Source: https://www.rfc-editor.org/rfc/rfc9112
"""

from __future__ import annotations

import socket
from time import monotonic
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping
    from ssl import SSLContext

MOST_HEAD = 65_536
MOST_BODY = 16_777_216
"""Longer is no answer of a service that is asked here; DynamoDB's longest is 1 MB."""

_PIECE = 65_536
_EMPTY = {204, 304}
_DECIMAL, _HEXADECIMAL = b"0123456789", b"0123456789abcdefABCDEF"


class Answer(NamedTuple):
    """What came back."""

    status: int
    headers: Mapping[str, str]
    """By lower-case name; what came more than once is joined by commas."""
    body: bytes
    stays_open: bool
    """Whether the connection can be asked again."""


def connected(host: str, port: int, seconds: float, context: SSLContext | None = None) -> socket.socket:
    """A new connection, by TLS where there is a `context`; raises `OSError`."""
    # As bytes, a name does not go through IDNA, whose tables take as long to load as the name to be resolved.
    name: Any = host.encode("ascii")
    opened = socket.create_connection((name, port), seconds)
    opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return context.wrap_socket(opened, server_hostname=name) if context else opened


def ask(
    to: socket.socket, method: str, target: str, headers: Mapping[str, str], body: bytes = b"", *, seconds: float
) -> Answer:
    """The answer to one request, which must be there, whole, after `seconds`.

    Raises `ConnectionError` where the other side closed the connection before the first byte of an answer, and another
    `OSError` where it gave none that can be understood; the connection is then good for nothing more.
    """
    ends = monotonic() + seconds
    lines = [f"{method} {target} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
    if any("\r" in line or "\n" in line for line in lines):
        raise ValueError("a header of a request can not have a line break in it")
    to.settimeout(seconds)
    to.sendall("\r\n".join([*lines, "\r\n"]).encode("latin-1") + body)
    return _Reader(to, ends).answer()


class _Reader:
    """Reads one answer."""

    def __init__(self, source: socket.socket, ends: float) -> None:
        self._source = source
        self._ends = ends
        self._data = bytearray()  # bytes would be copied as a whole with each piece of a long body
        self._has_begun = self._is_over = False

    def answer(self) -> Answer:
        status, headers, is_newest = self._head()
        while 100 <= status < 200:  # a word that the answer is on its way
            status, headers, is_newest = self._head()
        stays_open = is_newest and "close" not in headers.get("connection", "").lower()
        if status in _EMPTY:
            body = b""
        elif "transfer-encoding" in headers:
            body = self._chunks(headers["transfer-encoding"])
        elif "content-length" in headers:
            body = self._bytes(_number(headers["content-length"].encode(), _DECIMAL, 10))
        else:
            body, stays_open = self._rest(), False
        return Answer(status, headers, body, stays_open and not self._data)

    def _head(self) -> tuple[int, dict[str, str], bool]:
        version, _, rest = self._line().partition(" ")
        status = _number(rest.partition(" ")[0].encode(), _DECIMAL, 10)
        if version not in ("HTTP/1.1", "HTTP/1.0") or not 100 <= status <= 599:
            raise OSError("that is no answer in HTTP")
        headers: dict[str, str] = {}
        while line := self._line():
            name, colon, value = line.partition(":")
            if not colon or not name or name != name.strip():
                raise OSError("that is no header of HTTP")
            name, value = name.lower(), value.strip()
            headers[name] = f"{headers[name]}, {value}" if name in headers else value
        return status, headers, version == "HTTP/1.1"

    def _line(self) -> str:
        while b"\n" not in self._data:
            self._more(MOST_HEAD)
        line, _, self._data = self._data.partition(b"\n")
        return line.removesuffix(b"\r").decode("latin-1")

    def _chunks(self, encoding: str) -> bytes:
        if encoding.lower() != "chunked":
            raise OSError("that is in no encoding that was asked for")
        body = bytearray()
        while size := _number(self._line().partition(";")[0].strip().encode(), _HEXADECIMAL, 16):
            body += self._bytes(size)
            if self._line() or len(body) > MOST_BODY:
                raise OSError("that is no chunk of HTTP")
        while self._line():  # what may follow the last chunk
            pass
        return bytes(body)

    def _bytes(self, number: int) -> bytes:
        while len(self._data) < number:
            self._more(MOST_BODY)
        body = bytes(self._data[:number])
        del self._data[:number]
        return body

    def _rest(self) -> bytes:
        while not self._is_over:
            self._more(MOST_BODY, may_end=True)
        body = bytes(self._data)
        self._data.clear()
        return body

    def _more(self, most: int, *, may_end: bool = False) -> None:
        self._source.settimeout(max(self._ends - monotonic(), 0.001))
        try:
            data = self._source.recv(_PIECE)
        except ConnectionError as error:
            if self._has_begun:
                raise OSError("the answer broke off") from error
            raise
        if not data and not self._has_begun:
            raise ConnectionResetError("the connection was closed without an answer")
        self._is_over, self._has_begun = not data, True
        self._data += data
        if (self._is_over and not may_end) or len(self._data) > most or monotonic() > self._ends:
            raise OSError("the answer broke off, is too long, or takes too long")


def _number(text: bytes, digits: bytes, base: int) -> int:
    if not text or len(text) > 8 or text.strip(digits):
        raise OSError("that is no length")
    return int(text, base)
