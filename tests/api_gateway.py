"""Events as API Gateway's REST API hands them to a Lambda proxy integration.

Source of the shape: https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html
"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

STAGE = "dev"
STAGE_DOMAIN = "a1b2c3d4e5.execute-api.eu-central-1.amazonaws.com"


def rest_event(
    method: str,
    target: str,
    *,
    resource: str | None = None,
    headers: Mapping[str, str] | None = None,
    body: str | bytes | None = None,
    domain: str = STAGE_DOMAIN,
    prefix: str = f"/{STAGE}",
) -> dict[str, Any]:
    """The event of one request for ``https://{domain}{prefix}{target}``.

    `target` is a path and perhaps a query, percent-encoded as they were sent. `resource` is the route, such as
    ``/pages/{page}``; None: the path itself. `prefix` is the stage at the API's own domain, and the base path (or
    nothing) at a custom domain. A body of bytes comes as base64, as from an API with binary media types.
    """
    path, _, query = target.partition("?")
    resource = path if resource is None else resource
    values: dict[str, list[str]] = {}
    for name, value in parse_qsl(query, keep_blank_values=True):
        values.setdefault(name, []).append(value)
    sent = {"Host": domain, "X-Forwarded-Proto": "https", **(headers or {})}
    return {
        "resource": resource,
        "path": path if domain == STAGE_DOMAIN else prefix + path,
        "httpMethod": method,
        "headers": sent,
        "multiValueHeaders": {name: [value] for name, value in sent.items()},
        "queryStringParameters": {name: each[-1] for name, each in values.items()} or None,
        "multiValueQueryStringParameters": values or None,
        "pathParameters": _path_parameters(resource, path),
        "stageVariables": None,
        "requestContext": {
            "accountId": "000000000000",
            "apiId": STAGE_DOMAIN.split(".")[0],
            "domainName": domain,
            "domainPrefix": domain.split(".")[0],
            "extendedRequestId": "JKJaXmPLvHcESHA=",
            "httpMethod": method,
            "identity": {"sourceIp": "192.0.2.1", "userAgent": "Jira"},
            "path": prefix + path,
            "protocol": "HTTP/1.1",
            "requestId": "11111111-2222-3333-4444-555555555555",
            "requestTime": "24/Nov/2026:09:00:00 +0000",
            "requestTimeEpoch": 1795510800000,
            "resourceId": "abcdef",
            "resourcePath": resource,
            "stage": STAGE,
        },
        "body": base64.b64encode(body).decode() if isinstance(body, bytes) else body,
        "isBase64Encoded": isinstance(body, bytes),
    }


def _path_parameters(resource: str, path: str) -> dict[str, str] | None:
    pattern = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", resource)
    found = re.fullmatch(pattern + "/?", path)
    if found is None:
        raise ValueError(f"API Gateway would not send {path} to the route {resource}")
    return found.groupdict() or None
