"""An AWS that answers at once: DynamoDB with one tenant, and an SQS that takes all. For figures, not for proofs."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any


class AwsStub:
    """Notes the calls that it answers; `tenant` is what is stored of the one tenant that there is."""

    def __init__(self, tenant: Mapping[str, Any]) -> None:
        self.calls: list[str] = []
        self._tenant = {"value": {"S": json.dumps(tenant)}, "version": {"N": "1"}}
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True

    @property
    def url(self) -> str:
        """For ``AWS_ENDPOINT_URL``."""
        return f"http://127.0.0.1:{self._server.server_port}"

    @contextmanager
    def serving(self) -> Iterator[AwsStub]:
        """Answers, meanwhile."""
        thread = Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self._server.shutdown()
            self._server.server_close()
            thread.join()

    def _answer(self, operation: str, body: Mapping[str, Any]) -> Mapping[str, Any]:
        self.calls.append(operation)
        if operation == "GetItem" and body["TableName"].endswith("-tenants"):
            return {"Item": self._tenant}
        return {}

    def _handler(stub) -> type[BaseHTTPRequestHandler]:  # noqa: N805
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                answer = json.dumps(stub._answer(self.headers["X-Amz-Target"].partition(".")[2], body)).encode()
                head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(answer)}\r\n\r\n".encode()
                self.wfile.write(head + answer)

            def log_message(self, *_: Any) -> None:
                pass

        return Handler
