"""An AWS that answers at once: DynamoDB with one tenant, an SQS that takes all, an S3 of one page. For figures, not for
proofs. It also hands out the public key that signs installs, so that one server is all that a function needs."""

from __future__ import annotations

import json
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from hashlib import md5
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from devkit.serving import serving

PAGE = b"<!doctype html><html><head><title>A page</title></head><body></body></html>"
"""What S3 holds, whatever is asked for."""

PEERS_TABLE = "AddonSettings"
"""Where atlassian-connect-express keeps its tenants."""


class AwsStub:
    """Notes the calls that it answers; `tenant` is what is stored of the one tenant that there is."""

    def __init__(
        self,
        tenant: Mapping[str, Any],
        *,
        key: str = "",
        peers_tenant: Mapping[str, Any] | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        """`key` is the public key of installs, `peers_tenant` the tenant as atlassian-connect-express stores it; with
        `tls` it serves by that."""
        self.calls: list[str] = []
        self.sent: list[str] = []
        """The bodies of the messages that SQS took."""
        self._tenant = {"value": {"S": json.dumps(tenant)}, "version": {"N": "1"}}
        self._peers_tenant = {"val": {"S": json.dumps(peers_tenant)}}
        self._key = key.encode()
        self._scheme = "https" if tls else "http"
        self._server = _Server(("127.0.0.1", 0), self._handler())
        if tls:
            # Each thread shakes hands for its own connection: one that hangs keeps no other from being taken.
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True, do_handshake_on_connect=False)

    @property
    def url(self) -> str:
        """For ``AWS_ENDPOINT_URL``."""
        return f"{self._scheme}://127.0.0.1:{self._server.server_port}"

    @contextmanager
    def serving(self) -> Iterator[AwsStub]:
        """Answers, meanwhile."""
        with serving(self._server):
            yield self

    def _answer(self, operation: str, body: Mapping[str, Any]) -> Mapping[str, Any]:
        self.calls.append(operation)
        if operation == "SendMessage":
            text: str = body["MessageBody"]
            self.sent.append(text)
            # SDKs compare this with what they sent; it keeps no secret.
            return {"MessageId": "1", "MD5OfMessageBody": md5(text.encode(), usedforsecurity=False).hexdigest()}
        if body.get("ReturnValues") == "ALL_NEW":
            holder = body["ExpressionAttributeValues"][":holder"]
            return {"Attributes": {"tries": {"N": "1"}, "error_before": {"S": ""}, "holder": holder}}
        if operation != "GetItem":
            return {}
        if body["TableName"].endswith("-tenants"):
            return {"Item": self._tenant}
        return {"Item": self._peers_tenant} if body["TableName"] == PEERS_TABLE else {}

    def _handler(stub) -> type[BaseHTTPRequestHandler]:  # noqa: N805
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_GET(self) -> None:
                is_key = self.path.startswith("/install-keys/")
                stub.calls.append("install key" if is_key else "GetObject")
                self._send(stub._key if is_key else PAGE)

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                self._send(json.dumps(stub._answer(self.headers["X-Amz-Target"].partition(".")[2], body)).encode())

            def _send(self, answer: bytes) -> None:
                head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(answer)}\r\n\r\n".encode()
                self.wfile.write(head + answer)

            def log_message(self, *_: Any) -> None:
                pass

        return Handler


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Says nothing: a process that is ended after its answer leaves a connection that breaks."""
