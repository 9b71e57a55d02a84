"""The answers: one shape for errors, and the headers that every answer carries.

Source of the headers: https://developer.atlassian.com/platform/marketplace/security-requirements/.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from chalice.app import Response

if TYPE_CHECKING:
    from chalicelib.connect.errors import HttpError

HEADERS: Mapping[str, str] = {
    "Cache-Control": "no-cache, no-store",
    "Referrer-Policy": "no-referrer",
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
    "X-Content-Type-Options": "nosniff",
}
"""Every answer carries these, unless it says otherwise; an answer with data or an error may be kept nowhere."""


def data_policy(frame_ancestors: str) -> str:
    """The Content-Security-Policy of an answer that is no page: nothing in it is to be run or loaded."""
    return f"default-src 'none'; frame-ancestors {frame_ancestors}"


def respond(body: str, content_type: str, headers: Mapping[str, str] | None = None, status: int = 200) -> Response:
    """An answer with a text in it."""
    return Response(body, headers={**HEADERS, "Content-Type": content_type, **(headers or {})}, status_code=status)


def json_response(value: Any, headers: Mapping[str, str] | None = None, status: int = 200) -> Response:
    """An answer with JSON in it."""
    # In ASCII: what came from outside may hold half a surrogate pair, which no UTF-8 can carry.
    text = json.dumps(value, separators=(",", ":"))
    return respond(text, "application/json; charset=utf-8", headers, status)


def empty() -> Response:
    """The answer that all is well and there is nothing to say."""
    # Chalice turns a body of None into the four letters null, which must not follow a 204.
    return Response("", headers=dict(HEADERS), status_code=204)


def unchanged(headers: Mapping[str, str]) -> Response:
    """The answer to a caller who has the newest version already."""
    return Response("", headers={**HEADERS, **headers}, status_code=304)


def error_response(error: HttpError) -> Response:
    """An error in the shape that Chalice's own errors have: ``{"Code": …, "Message": …}``."""
    return json_response({"Code": type(error).__name__, "Message": str(error)}, status=error.status)
