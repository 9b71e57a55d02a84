"""The way between a program and the embedded AWS, cut after a chosen change: AWS has heard it, the program never knows.

From then on every call is refused as with a token that has expired meanwhile.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from devkit.serving import serving

EXPIRED = b'{"__type": "ExpiredTokenException", "message": "The security token included in the request is expired"}'


@contextmanager
def cut(cloud: str, call: str) -> Iterator[str]:
    """The URL of a way to the embedded AWS at the host and port `cloud`, which is cut after the first call whose
    method, path and body match the pattern `call`."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(cloud, re.compile(call.encode())))
    server.daemon_threads = True
    with serving(server):
        yield f"http://127.0.0.1:{server.server_port}"


def _handler(cloud: str, call: re.Pattern[bytes]) -> type[BaseHTTPRequestHandler]:
    is_cut: list[bool] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            status, headers, data = 403, [("x-amzn-ErrorType", "ExpiredTokenException")], EXPIRED
            if not is_cut:
                passed_on = self._passed_on(body)
                if call.search(f"{self.command} {self.path} ".encode() + body):
                    is_cut.append(True)
                else:
                    status, headers, data = passed_on
            self.send_response(status)
            for key, value in headers:
                self.send_header(key, value)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_PUT = do_DELETE = do_PATCH = do_POST  # noqa: N815

        def _passed_on(self, body: bytes) -> tuple[int, list[tuple[str, str]], bytes]:
            connection = HTTPConnection(cloud)
            connection.request(self.command, self.path, body, dict(self.headers.items()))
            answer = connection.getresponse()
            data = answer.read()
            connection.close()
            kept = ("content-type", "x-amzn-errortype")
            return answer.status, [each for each in answer.getheaders() if each[0].lower() in kept], data

        def log_message(self, *_: Any) -> None:
            pass

    return Handler
