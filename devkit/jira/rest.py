"""Jira's REST, as far as the stand-in has it, in its versions 2 and 3: its routes, and what every call goes through.

Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/
"""

from __future__ import annotations

import json

from aiohttp import web

from devkit.jira import (
    rest_app,
    rest_comments,
    rest_issues,
    rest_permissions,
    rest_properties,
    rest_search,
    rest_site,
    rest_webhooks,
    scope_table,
)
from devkit.jira.guards import Caller, RestGuard, refusal
from devkit.jira.happenings import SiteFault
from devkit.jira.rate_limits import cost
from devkit.jira.rest_call import Call, Operation, Parts, content_of
from devkit.jira.tokens import TokenRefused

API = "/rest/api/{version:2|3|latest}"
CONNECT = "/rest/atlassian-connect/1"

OPERATIONS = [
    *rest_site.OPERATIONS,
    *rest_search.OPERATIONS,
    *rest_issues.OPERATIONS,
    *rest_comments.OPERATIONS,
    *rest_properties.OPERATIONS,
    *rest_permissions.OPERATIONS,
    *rest_webhooks.OPERATIONS,
]

_LISTS = ("values", "issues", "comments", "histories", "keys")
"""Where the objects of an answer are, each of which costs a point."""


class Rest:
    """All routes of REST: each call is let in, checked for its scope, counted, and answered."""

    def __init__(self, parts: Parts, guard: RestGuard) -> None:
        self._parts = parts
        self._guard = guard

    def routes(self) -> list[web.AbstractRouteDef]:
        """All routes."""
        return [
            *(self._route(method, f"{API}{path}", operation) for method, path, operation in OPERATIONS),
            *(self._route(method, f"{CONNECT}{path}", operation) for method, path, operation in rest_app.OPERATIONS),
            self._route("*", "/rest/{rest:.*}", _unknown),
        ]

    def _route(self, method: str, path: str, operation: Operation) -> web.AbstractRouteDef:
        async def handle(request: web.Request) -> web.Response:
            try:
                caller = self._guard.caller(request)
            except TokenRefused as fault:
                return refusal(401, f"The request is not authenticated. Its token was refused: {fault}.")
            return await self._limited(request, caller, operation)

        return web.route(method, path, handle)

    async def _limited(self, request: web.Request, caller: Caller, operation: Operation) -> web.Response:
        """An app's call costs it points; one that has none left is refused until the next hour."""
        limits, key = self._parts.rate_limits, caller.app_key
        if key is None:
            return await self._answered(request, caller, operation)
        if limits.left(key) <= 0:
            refused = refusal(429, "Rate limit exceeded.")
            refused.headers.update({**limits.headers(key), **limits.refusal_headers(key)})
            return refused
        answered = await self._answered(request, caller, operation)
        limits.spend(key, cost(request.method, _objects(answered)))
        answered.headers.update(limits.headers(key))
        return answered

    async def _answered(self, request: web.Request, caller: Caller, operation: Operation) -> web.Response:
        try:
            _check_scope(request, caller)
            return operation(Call(request, caller, self._parts, await content_of(request)))
        except SiteFault as fault:
            if fault.field:
                return refusal(fault.status, **{fault.field: str(fault)})
            return refusal(fault.status, str(fault))


def _check_scope(request: web.Request, caller: Caller) -> None:
    """Raises `SiteFault` where an app's descriptor, or a user's token, lacks the scope for a request."""
    needed = scope_table.needed(request.method, request.path)
    if caller.scopes is None or needed in (None, "NONE"):
        return
    if needed == scope_table.INACCESSIBLE:
        raise SiteFault(f"{request.method} {request.path} is not accessible to Connect apps.", status=403)
    if needed not in caller.scopes:
        has = ", ".join(sorted(caller.scopes)) or "none"
        raise SiteFault(
            f"Request not in an authorized API scope: {request.method} {request.path} needs the scope {needed}, and "
            f"the app has {has}.",
            status=403,
        )


def _objects(answered: web.Response) -> int:
    if answered.content_type != "application/json" or not answered.text:
        return 0
    told = json.loads(answered.text)
    if isinstance(told, list):
        return len(told)
    return next((len(told[name]) for name in _LISTS if isinstance(told.get(name), list)), 1)


def _unknown(call: Call) -> web.Response:
    print(f"warning: {call.method} {call.path} is not part of this stand-in", flush=True)
    return refusal(404, f"The stand-in for Jira does not have {call.method} {call.path}.")
