"""The largest event that Lambda takes: what is larger, API Gateway answers with 413.

ministack 1.5.33 has no such limit, so that a webhook would be handled here that never comes in on AWS. This module
changes private names of that version; `devkit.cloud.launcher` checks it.
Source: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
"""

from __future__ import annotations

import json
from typing import Any

from ministack.services import apigateway_v1 as gateway

MOST_BYTES = 6_291_456
"""Of the whole event: the body in it is a JSON string, in which each quotation mark of a webhook takes two bytes."""

WEIGHED_FROM = 1_000_000
"""Only events with bodies of more characters are weighed; all others are below the limit whatever is in them."""


class TooLong(Exception):
    """Raised while an event is made that Lambda would not take."""


def install() -> None:
    """Makes ministack refuse what AWS refuses; to be called after all else that changes events."""
    build, invoke = gateway._build_lambda_event_v1, gateway._invoke_lambda_proxy_v1

    def build_event(*arguments: Any, **options: Any) -> Any:
        return weighed(build(*arguments, **options))

    async def invoke_function(*arguments: Any, **options: Any) -> Any:
        try:
            return await invoke(*arguments, **options)
        except TooLong:
            return gateway._gw_error("REQUEST_TOO_LARGE", "Request Too Long")

    gateway._build_lambda_event_v1 = build_event
    gateway._invoke_lambda_proxy_v1 = invoke_function


def weighed(event: Any) -> Any:
    """`event`; raises `TooLong` where Lambda would not take it."""
    if len(event["body"] or "") > WEIGHED_FROM and len(json.dumps(event, ensure_ascii=False).encode()) > MOST_BYTES:
        raise TooLong
    return event
