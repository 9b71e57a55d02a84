"""Calling a REST API: hands functions the events that API Gateway would.

ministack 1.5.33 decodes the path before it routes, takes the first of repeated query parameters where AWS takes the
last, joins repeated headers, and leaves out what AWS' own front adds. This module changes private names of that
version; `devkit.cloud.launcher` checks it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from contextvars import ContextVar
from typing import Any

from ministack.services import apigateway_v1 as gateway

Scope = MutableMapping[str, Any]
Send = Callable[[Mapping[str, Any]], Awaitable[None]]
Application = Callable[[Scope, Any, Send], Awaitable[None]]

PREFIX = "/_aws/execute-api/"

_sent_headers: ContextVar[tuple[tuple[str, str], ...]] = ContextVar("sent_headers", default=())
_ministacks_event = gateway._build_lambda_event_v1


def install() -> None:
    """Makes ministack build its events as AWS does."""
    gateway._build_lambda_event_v1 = build_event


def as_api_gateway(application: Application) -> Application:
    """ministack's `application`, which routes calls of REST APIs by their undecoded path, as API Gateway does."""

    async def routed(scope: Scope, receive: Any, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith(PREFIX):
            await application(scope, receive, send)
            return
        raw, query = scope["raw_path"].split(b"?")[0], scope.get("query_string", b"")
        if not (raw.isascii() and query.isascii()):
            await _refuse(send)
            return
        _sent_headers.set(tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]))
        await application({**scope, "path": raw.decode("ascii")}, receive, send)

    return routed


def build_event(
    api_id: str, stage_name: str, stage: Any, resource: Any, path: str,
    method: str, headers: Any, body: Any, query: Any, *rest: Any, **options: Any,
) -> dict[str, Any]:  # fmt: skip
    """The event of one request, as API Gateway makes it."""
    event: dict[str, Any] = _ministacks_event(
        api_id, stage_name, stage, resource, path, method, headers, body, query, *rest, **options
    )
    if query:
        event["queryStringParameters"] = {name: values[-1] for name, values in query.items()}
    repeated: dict[str, list[str]] = {}
    for name, value in _sent_headers.get():
        repeated.setdefault(name, []).append(value)
    for name, values in {**repeated, **_added(event, headers)}.items():
        event["headers"][name], event["multiValueHeaders"][name] = values[-1], values
    event["requestContext"]["domainName"] = f"{api_id}.execute-api.us-east-1.amazonaws.com"
    return event


def _added(event: Mapping[str, Any], headers: Mapping[str, str]) -> dict[str, list[str]]:
    added = {
        "X-Forwarded-For": event["requestContext"]["identity"]["sourceIp"],
        "X-Forwarded-Port": "443",
        "X-Forwarded-Proto": "https",
    }
    return {name: [value] for name, value in added.items() if name.lower() not in headers}


async def _refuse(send: Send) -> None:
    headers = [(b"content-type", b"application/json"), (b"content-length", b"25")]
    await send({"type": "http.response.start", "status": 400, "headers": headers})
    await send({"type": "http.response.body", "body": b'{"message":"Bad Request"}'})
