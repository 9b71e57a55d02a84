"""What Chalice can not set of API Gateway: the headers of the answers that it gives by itself, and its throttle.

A path that no route has, a body that is too large, a request too many: API Gateway answers these without the app, and
Atlassian judges the headers of these answers like those of any other.
Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-gatewayResponse-definition.html
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from botocore.exceptions import ClientError

from chalicelib.connect.settings import Settings
from chalicelib.connect.web.hosts import AllowedHosts
from chalicelib.connect.web.responses import HEADERS

KINDS = ("DEFAULT_4XX", "DEFAULT_5XX")
"""The kinds of answers that stand for all others."""

TRIES = 6
PAUSE_SECONDS = 5.0
"""AWS takes one deployment of an API in five seconds, and Chalice has just made one
(https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html)."""


def guard_gateways(
    gateway: Any,
    deployed: Iterable[Mapping[str, Any]],
    stage: str,
    settings: Settings,
    pause: Callable[[float], None] = time.sleep,
) -> None:
    """Sets headers and throttle of every REST API among the `deployed` resources, at its stage `stage`.

    `gateway` is API Gateway's client. `chalice deploy` writes the API anew: this must follow every deploy. Each step
    may be repeated. Raises `ClientError`.
    """
    for resource in deployed:
        if resource["resource_type"] == "rest_api":
            api = resource["rest_api_id"]
            for kind in KINDS:
                gateway.put_gateway_response(restApiId=api, responseType=kind, responseParameters=parameters(settings))
            _publish(gateway, api, stage, pause)
            gateway.update_stage(restApiId=api, stageName=stage, patchOperations=throttle(settings))


def parameters(settings: Settings) -> dict[str, str]:
    """The headers of API Gateway's own answers, in its notation: fixed texts stand in single quotes.

    So there can be none in the policy, as in ``default-src 'none'``; ``sandbox`` forbids scripts without any.
    """
    hosts = AllowedHosts(settings.allowed_hosts, local=settings.is_local, frames=settings.frame_hosts)
    headers = {**HEADERS, "Content-Security-Policy": f"sandbox; frame-ancestors {hosts.frame_ancestors()}"}
    return {f"gatewayresponse.header.{name}": f"'{value}'" for name, value in headers.items()}


def throttle(settings: Settings) -> list[dict[str, str]]:
    """The changes of a stage that set its throttle."""
    limits = zip(("rateLimit", "burstLimit"), _limits(settings), strict=True)
    return [{"op": "replace", "path": f"/*/*/throttling/{name}", "value": str(value)} for name, value in limits]


def as_properties(settings: Settings) -> dict[str, Any]:
    """The same headers and throttle as properties of SAM's API, for a template.

    Without a version SAM adds a stage of its own, ``Stage``, which has no throttle.
    Source: https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-resource-api.html
    """
    rate, burst = _limits(settings)
    every = {"ResourcePath": "/*", "HttpMethod": "*"}
    return {
        "OpenApiVersion": "2.0",
        "MethodSettings": [{**every, "ThrottlingRateLimit": rate, "ThrottlingBurstLimit": burst}],
        "DefinitionBody": {
            "x-amazon-apigateway-gateway-responses": {
                kind: {"responseParameters": parameters(settings)} for kind in KINDS
            }
        },
    }


def _limits(settings: Settings) -> tuple[int, int]:
    """What each route lets through: requests a second, and twice that at once."""
    return settings.requests_per_second, 2 * settings.requests_per_second


def _publish(gateway: Any, api: str, stage: str, pause: Callable[[float], None]) -> None:
    """Makes the stage answer with what was put: API Gateway keeps to its last deployment."""
    for left in reversed(range(TRIES)):
        try:
            gateway.create_deployment(restApiId=api, stageName=stage)
            return
        except ClientError as fault:
            if fault.response["Error"]["Code"] != "TooManyRequestsException" or not left:
                raise
            pause(PAUSE_SECONDS)
