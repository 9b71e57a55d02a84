"""Jira's REST, as far as the stand-in has it, in its versions 2 and 3.

Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/
"""

from __future__ import annotations

import json
from collections.abc import Callable

from aiohttp import web

from devkit.jira.guards import Caller, RestGuard, refusal
from devkit.jira.model import Issue, Json
from devkit.jira.rest_search import search
from devkit.jira.shapes import Shapes, plain
from devkit.jira.site import Site, SiteFault
from devkit.jira.tokens import TokenRefused


class Call:
    """One request to REST: by whom, in which version, and what it brings."""

    def __init__(self, request: web.Request, caller: Caller, site: Site, base_url: str, body: Json) -> None:
        self.caller = caller
        self.site = site
        self.query = request.query
        self.body = body
        self.version = 3 if request.match_info["version"] == "3" else 2
        self.base = f"{base_url}/rest/api/{self.version}"
        self.shapes = Shapes(site, base_url, self.version)
        self.place = request.match_info

    def issue(self) -> Issue:
        """The issue that the path names; raises `SiteFault`."""
        return self.site.issue(self.place["issue"])

    def fields(self) -> Json:
        """The fields that the body sets; raises `SiteFault`."""
        fields = self.body.get("fields", {})
        if not isinstance(fields, dict):
            raise SiteFault("'fields' must be an object.", "fields")
        return fields


Operation = Callable[[Call], web.Response]


def routes(site: Site, guard: RestGuard, base_url: str) -> list[web.AbstractRouteDef]:
    """All routes of REST."""

    def route(method: str, path: str, operation: Operation) -> web.AbstractRouteDef:
        async def handle(request: web.Request) -> web.Response:
            try:
                caller = guard.caller(request)
                return operation(Call(request, caller, site, base_url, await _body(request)))
            except TokenRefused as fault:
                return refusal(401, f"The request is not authenticated. Its token was refused: {fault}.")
            except SiteFault as fault:
                if fault.field:
                    return refusal(fault.status, **{fault.field: str(fault)})
                return refusal(fault.status, str(fault))

        return web.route(method, f"/rest/api/{{version:2|3|latest}}{path}", handle)

    return [
        route("GET", "/myself", _myself),
        route("GET", "/status", lambda call: _json([call.shapes.status(each) for each in call.site.statuses.values()])),
        route(
            "GET", "/project", lambda call: _json([call.shapes.project(each) for each in call.site.projects.values()])
        ),
        route("GET", "/project/{project}", lambda call: _json(_project(call))),
        route("GET", "/search/jql", lambda call: search(call.site, call.shapes, dict(call.query))),
        route("POST", "/search/jql", lambda call: search(call.site, call.shapes, call.body)),
        route("POST", "/issue", _create),
        route("GET", "/issue/{issue}", _read),
        route("PUT", "/issue/{issue}", _edit),
        route("DELETE", "/issue/{issue}", _delete),
        route("GET", "/issue/{issue}/transitions", _transitions),
        route("POST", "/issue/{issue}/transitions", _move),
        route("GET", "/issue/{issue}/changelog", _changelog),
        route("GET", "/issue/{issue}/comment", _comments),
        route("POST", "/issue/{issue}/comment", _comment),
        web.route("*", "/rest/{rest:.*}", _unknown),
    ]


async def _body(request: web.Request) -> Json:
    if request.method in ("GET", "DELETE") or not request.can_read_body:
        return {}
    try:
        body = json.loads(await request.read())
    except ValueError as fault:
        raise SiteFault(f"There was an error parsing JSON: {fault}.") from fault
    if not isinstance(body, dict):
        raise SiteFault("The body must be a JSON object.")
    return body


def _json(value: object, status: int = 200) -> web.Response:
    return web.json_response(value, status=status)


async def _unknown(request: web.Request) -> web.Response:
    print(f"warning: {request.method} {request.path} is not part of this stand-in", flush=True)
    return refusal(404, f"The stand-in for Jira does not have {request.method} {request.path}.")


def _myself(call: Call) -> web.Response:
    user = call.caller.user
    return _json({**(call.shapes.user(user) or {}), "emailAddress": "", "locale": user.locale})


def _project(call: Call) -> Json:
    project = call.site.project(call.place["project"])
    kinds = [{"id": kind.id, "name": kind.name, "subtask": False} for kind in call.site.types.values()]
    return {**call.shapes.project(project), "issueTypes": kinds, "lead": call.shapes.user(call.site.current_user)}


def _create(call: Call) -> web.Response:
    fields = call.fields()
    project, kind = fields.get("project"), fields.get("issuetype") or {}
    if not isinstance(project, dict) or not isinstance(kind, dict):
        raise SiteFault("Specify a valid project ID or key", "project")
    wanted = str(kind.get("id") or kind.get("name") or next(iter(call.site.types)))
    kinds = [each for each in call.site.types.values() if wanted in (each.id, each.name)]
    if not kinds:
        raise SiteFault("Specify a valid issue type", "issuetype")
    issue = call.site.create_issue(
        _text(fields, "summary") or "",
        by=call.caller.user,
        description=plain(fields.get("description")),
        project=str(project.get("key") or project.get("id") or ""),
        kind=kinds[0],
    )
    return _json({"id": issue.id, "key": issue.key, "self": f"{call.base}/issue/{issue.id}"}, 201)


def _read(call: Call) -> web.Response:
    issue = call.issue()
    shown = call.shapes.issue(issue)
    if "changelog" in call.query.get("expand", "").split(","):
        histories = [call.shapes.change(change) for change in reversed(issue.changes)]
        count = len(histories)
        shown["changelog"] = {"startAt": 0, "maxResults": count, "total": count, "histories": histories}
    return _json(shown)


def _edit(call: Call) -> web.Response:
    fields, issue = call.fields(), call.issue()
    for name in fields:
        if name not in ("summary", "description"):
            raise SiteFault(f"Field '{name}' can not be set in this stand-in.", name)
    description = plain(fields["description"]) if "description" in fields else None
    call.site.edit(issue, by=call.caller.user, summary=_text(fields, "summary"), description=description)
    return web.Response(status=204)


def _delete(call: Call) -> web.Response:
    call.site.delete(call.issue(), by=call.caller.user)
    return web.Response(status=204)


def _transitions(call: Call) -> web.Response:
    issue = call.issue()
    found = [
        {"id": status.transition, "name": status.name, "to": call.shapes.status(status), "isAvailable": True}
        for status in call.site.statuses.values()
        if status.id != issue.status
    ]
    return _json({"expand": "transitions", "transitions": found})


def _move(call: Call) -> web.Response:
    wanted = call.body.get("transition")
    identity = str(wanted.get("id")) if isinstance(wanted, dict) else ""
    found = [status for status in call.site.statuses.values() if status.transition == identity]
    if not found:
        raise SiteFault(f"Transition id '{identity}' is not valid for this issue.", "transition")
    call.site.move(call.issue(), found[0], by=call.caller.user)
    return web.Response(status=204)


def _changelog(call: Call) -> web.Response:
    issue = call.issue()
    start, most = _number(call, "startAt", 0, 10**9), _number(call, "maxResults", 100, 100)
    values = [call.shapes.change(change) for change in issue.changes[start : start + most]]
    total = len(issue.changes)
    return _json(
        {
            "self": f"{call.base}/issue/{issue.id}/changelog",
            "startAt": start,
            "maxResults": most,
            "total": total,
            "isLast": start + len(values) >= total,
            "values": values,
        }
    )


def _comments(call: Call) -> web.Response:
    issue = call.issue()
    comments = [call.shapes.comment(issue, comment) for comment in issue.comments]
    return _json({"startAt": 0, "maxResults": 5000, "total": len(comments), "comments": comments})


def _comment(call: Call) -> web.Response:
    issue = call.issue()
    comment = call.site.comment(issue, plain(call.body.get("body")), by=call.caller.user)
    return _json(call.shapes.comment(issue, comment), 201)


def _text(fields: Json, name: str) -> str | None:
    value = fields.get(name)
    if value is not None and not isinstance(value, str):
        raise SiteFault("Operation value must be a string", name)
    return value


def _number(call: Call, name: str, default: int, most: int) -> int:
    value = call.query.get(name, str(default))
    if not value.isdecimal():
        raise SiteFault(f"{name} must be a number.")
    return min(int(value), most)
