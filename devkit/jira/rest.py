"""Jira's REST, as far as the stand-in has it, in its versions 2 and 3: its routes, and how their faults are answered.

Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/
"""

from __future__ import annotations

from aiohttp import web

from devkit.jira import rest_issues, rest_permissions, rest_site, rest_webhooks
from devkit.jira.guards import RestGuard, refusal
from devkit.jira.rest_call import Call, Operation, Parts, body_of
from devkit.jira.site import SiteFault
from devkit.jira.tokens import TokenRefused

OPERATIONS = [
    *rest_site.OPERATIONS,
    *rest_issues.OPERATIONS,
    *rest_permissions.OPERATIONS,
    *rest_webhooks.OPERATIONS,
]


def routes(parts: Parts, guard: RestGuard) -> list[web.AbstractRouteDef]:
    """All routes of REST."""

    def route(method: str, path: str, operation: Operation) -> web.AbstractRouteDef:
        async def handle(request: web.Request) -> web.Response:
            try:
                return operation(Call(request, guard.caller(request), parts, await body_of(request)))
            except TokenRefused as fault:
                return refusal(401, f"The request is not authenticated. Its token was refused: {fault}.")
            except SiteFault as fault:
                if fault.field:
                    return refusal(fault.status, **{fault.field: str(fault)})
                return refusal(fault.status, str(fault))

        return web.route(method, f"/rest/api/{{version:2|3|latest}}{path}", handle)

    return [*(route(*operation) for operation in OPERATIONS), web.route("*", "/rest/{rest:.*}", _unknown)]


async def _unknown(request: web.Request) -> web.Response:
    print(f"warning: {request.method} {request.path} is not part of this stand-in", flush=True)
    return refusal(404, f"The stand-in for Jira does not have {request.method} {request.path}.")
