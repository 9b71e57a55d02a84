"""Jira's REST, as far as the stand-in has it, in its versions 2 and 3: its routes, and what every call goes through.

Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from aiohttp import web

from devkit.jira import (
    rest_agile,
    rest_app,
    rest_attachments,
    rest_comments,
    rest_issues,
    rest_links,
    rest_people,
    rest_permissions,
    rest_projects,
    rest_properties,
    rest_search,
    rest_site,
    rest_versions,
    rest_webhooks,
    rest_worklogs,
    scope_table,
)
from devkit.jira.calls import Calls
from devkit.jira.faults import Faults
from devkit.jira.guards import Caller, RestGuard, refusal
from devkit.jira.happenings import TRACE, SiteFault
from devkit.jira.rate_limits import cost
from devkit.jira.rest_call import Call, Operation, Parts, content_of
from devkit.jira.tokens import TokenRefused

API = "/rest/api/{version:2|3|latest}"
CONNECT = "/rest/atlassian-connect/1"
AGILE = "/rest/agile/1.0"

OPERATIONS = [
    *rest_site.OPERATIONS,
    *rest_search.OPERATIONS,
    *rest_issues.OPERATIONS,
    *rest_comments.OPERATIONS,
    *rest_worklogs.OPERATIONS,
    *rest_attachments.OPERATIONS,
    *rest_links.OPERATIONS,
    *rest_projects.OPERATIONS,
    *rest_versions.OPERATIONS,
    *rest_people.OPERATIONS,
    *rest_properties.OPERATIONS,
    *rest_permissions.OPERATIONS,
    *rest_webhooks.OPERATIONS,
]

TRACE_HEADER = "X-Atlassian-Webhook-Trace"
MOST_TRACE = 1024
"""How many printable characters of ASCII a trace may have."""

_READING = ("/search/jql", "/search/approximate-count", "/issue/bulkfetch", "/changelog/list", "/permissions/check")
"""What is read by POST."""

_LISTS = ("values", "issues", "comments", "histories", "keys")
"""Where the objects of an answer are, each of which costs a point."""


class Rest:
    """All routes of REST: each call is let in, checked for its scope, counted, and answered."""

    def __init__(
        self, parts: Parts, guard: RestGuard, calls: Calls, faults: Faults, clock: Callable[[], float] = time.time
    ) -> None:
        self._parts = parts
        self._guard = guard
        self._calls = calls
        self._faults = faults
        self._clock = clock

    def routes(self) -> list[web.AbstractRouteDef]:
        """All routes."""
        return [
            *(self._route(method, f"{API}{path}", operation) for method, path, operation in OPERATIONS),
            *(self._route(method, f"{CONNECT}{path}", operation) for method, path, operation in rest_app.OPERATIONS),
            *(self._route(method, f"{AGILE}{path}", operation) for method, path, operation in rest_agile.OPERATIONS),
            self._route("*", "/rest/{rest:.*}", _unknown),
        ]

    def _route(self, method: str, path: str, operation: Operation) -> web.AbstractRouteDef:
        async def handle(request: web.Request) -> web.Response:
            at, started = self._clock(), time.monotonic()
            caller: Caller | None = None
            try:
                caller = self._guard.caller(request)
                answered = await self._limited(request, caller, operation)
            except TokenRefused as fault:
                answered = refusal(401, f"The request is not authenticated. Its token was refused: {fault}.")
            # What the stand-in's own pages ask is nobody's business.
            if caller is None or caller.app_key:
                ms = round((time.monotonic() - started) * 1000)
                body = (await request.read()).decode(errors="replace")
                app = caller.app_key or "" if caller else ""
                user = caller.user.name if caller and caller.impersonates else ""
                self._calls.add(request, answered, body=body, at=at, ms=ms, app=app, user=user)
            return answered

        return web.route(method, path, handle)

    async def _limited(self, request: web.Request, caller: Caller, operation: Operation) -> web.Response:
        """An app's call costs it points; one that has none left is refused until the next hour."""
        limits, key = self._parts.rate_limits, caller.app_key
        if key is None:
            return await self._answered(request, caller, operation)
        if broken := self._broken():
            broken.headers.update(limits.headers(key))
            return broken
        if limits.left(key) <= 0:
            refused = refusal(429, "Rate limit exceeded.")
            refused.headers.update({**limits.headers(key), **limits.refusal_headers(key)})
            return refused
        answered = await self._answered(request, caller, operation)
        limits.spend(key, cost(reads=_reads(request), objects=_objects(answered)))
        answered.headers.update(limits.headers(key))
        return answered

    def _broken(self) -> web.Response | None:
        """The answer of a fault that someone has asked for."""
        if self._faults.take("rest_5xx"):
            return refusal(503, "The stand-in was asked to fail.")
        if fault := self._faults.take("rest_429"):
            refused = refusal(429, "The stand-in was asked to refuse for a while.")
            refused.headers["Retry-After"] = str(max(0, round(fault.amount)))
            refused.headers["RateLimit-Reason"] = "jira-burst-based"
            return refused
        return None

    async def _answered(self, request: web.Request, caller: Caller, operation: Operation) -> web.Response:
        try:
            _check_scope(request, caller)
            if request.method == "GET" and request.can_read_body and caller.app_key:
                raise SiteFault("A GET request must not have a body.", status=403)
            with _traced(request):
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


@contextmanager
def _traced(request: web.Request) -> Iterator[None]:
    """Has the webhooks about what is done meanwhile carry the trace that the request brings."""
    given = request.headers.get(TRACE_HEADER, "")
    token = TRACE.set(given if len(given) <= MOST_TRACE and given.isascii() and given.isprintable() else "")
    try:
        yield
    finally:
        TRACE.reset(token)


def _reads(request: web.Request) -> bool:
    return request.method == "GET" or request.path.endswith(_READING)


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
