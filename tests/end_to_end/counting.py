"""The app in this process, with every call to AWS counted on the wire."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from uuid import uuid4

from devkit.serving import serving
from tests.api_gateway import rest_event
from tests.end_to_end.client import JiraClient
from tests.loaded_app import LoadedApp

EVENT = "jira:issue_updated"
BODY = {"issue": {"id": "10001", "fields": {"created": "2026-11-20T09:00:00.000+0000", "status": {"id": "1"}}}}


class Counter:
    """Stands between the app and the embedded AWS; notes each call, and passes it on."""

    def __init__(self, cloud: str) -> None:
        """`cloud` is the host and port of the embedded AWS."""
        self._cloud = cloud
        self._calls: list[str] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True

    @property
    def url(self) -> str:
        """Where the app finds AWS."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def taken(self) -> list[str]:
        """The calls since this was last asked."""
        calls, self._calls = self._calls, []
        return calls

    @contextmanager
    def serving(self) -> Iterator[Self]:
        """Passes calls on, meanwhile."""
        with serving(self._server):
            yield self

    def _handler(counter) -> type[BaseHTTPRequestHandler]:  # noqa: N805
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                self._pass_on(called(self.command, self.headers.get("X-Amz-Target", "")))

            do_GET = do_PUT = do_POST  # noqa: N815

            def _pass_on(self, name: str) -> None:
                counter._calls.append(name)
                body = self._read()
                cloud = HTTPConnection(counter._cloud)
                headers = {key: value for key, value in self.headers.items() if key.lower() not in NOT_PASSED_ON}
                cloud.request(self.command, self.path, body, headers)
                answer = cloud.getresponse()
                data = answer.read()
                self.send_response(answer.status)
                for key, value in answer.getheaders():
                    if key.lower() not in ("connection", "transfer-encoding", "content-length", "server", "date"):
                        self.send_header(key, value)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)
                cloud.close()

            def _read(self) -> bytes:
                if self.headers.get("Expect"):
                    self.send_response_only(100)
                    self.end_headers()
                return self.rfile.read(int(self.headers.get("Content-Length", 0)))

            def log_message(self, *_: Any) -> None:
                pass

        return Handler


NOT_PASSED_ON = {"expect", "connection"}


def called(method: str, target: str) -> str:
    """What a request asks for, such as ``dynamodb.GetItem``; of S3 only what a plain method asks for."""
    if not target:
        return {"PUT": "s3.PutObject", "GET": "s3.GetObject"}[method]
    service, operation = target.split(".")
    return {"DynamoDB_20120810": "dynamodb.", "AmazonSQS": "sqs.", "TrentService": "kms."}[service] + operation


def webhook(app: LoadedApp, jira: JiraClient, body: Any = BODY) -> int:
    """The status of a webhook that the app is given directly."""
    path = f"/webhooks/{EVENT}"
    headers = {"Authorization": f"JWT {jira.server_token(path)}", "X-Atlassian-Webhook-Identifier": str(uuid4())}
    event = rest_event("POST", path, resource="/webhooks/{event}", headers=headers, body=json.dumps(body))
    return app.request(event)[0]
