"""Issues over REST: made, read, changed, moved, commented on, deleted.

Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issues/
"""

from __future__ import annotations

from aiohttp import web

from devkit.jira.model import Json
from devkit.jira.rest_call import Call, Operation, answer
from devkit.jira.shapes import plain
from devkit.jira.site import SiteFault


def _create(call: Call) -> web.Response:
    fields = call.fields()
    project, kind = fields.get("project"), fields.get("issuetype") or {}
    if not isinstance(project, dict) or not isinstance(kind, dict):
        raise SiteFault("Specify a valid project ID or key", "project")
    place = call.site.project(str(project.get("key") or project.get("id") or ""))
    call.need("CREATE_ISSUES", place.id, "You do not have permission to create issues in this project.", status=400)
    wanted = str(kind.get("id") or kind.get("name") or next(iter(call.site.types)))
    kinds = [each for each in call.site.types.values() if wanted in (each.id, each.name)]
    if not kinds:
        raise SiteFault("Specify a valid issue type", "issuetype")
    issue = call.site.create_issue(
        _text(fields, "summary") or "",
        by=call.caller.user,
        description=plain(fields.get("description")),
        project=place.key,
        kind=kinds[0],
    )
    return answer({"id": issue.id, "key": issue.key, "self": f"{call.base}/issue/{issue.id}"}, 201)


def _read(call: Call) -> web.Response:
    issue = call.issue()
    shown = call.shapes.issue(issue)
    if "changelog" in call.query.get("expand", "").split(","):
        histories = [call.shapes.change(change) for change in reversed(issue.changes)]
        count = len(histories)
        shown["changelog"] = {"startAt": 0, "maxResults": count, "total": count, "histories": histories}
    return answer(shown)


def _edit(call: Call) -> web.Response:
    fields, issue = call.fields(), call.issue("EDIT_ISSUES")
    for name in fields:
        if name not in ("summary", "description"):
            raise SiteFault(f"Field '{name}' can not be set in this stand-in.", name)
    description = plain(fields["description"]) if "description" in fields else None
    call.site.edit(issue, by=call.caller.user, summary=_text(fields, "summary"), description=description)
    return web.Response(status=204)


def _delete(call: Call) -> web.Response:
    call.site.delete(call.issue("DELETE_ISSUES"), by=call.caller.user)
    return web.Response(status=204)


def _transitions(call: Call) -> web.Response:
    issue = call.issue()
    found = [
        {"id": status.transition, "name": status.name, "to": call.shapes.status(status), "isAvailable": True}
        for status in call.site.statuses.values()
        if status.id != issue.status and call.may("TRANSITION_ISSUES", issue.project)
    ]
    return answer({"expand": "transitions", "transitions": found})


def _move(call: Call) -> web.Response:
    wanted, issue = call.body.get("transition"), call.issue("TRANSITION_ISSUES")
    identity = str(wanted.get("id")) if isinstance(wanted, dict) else ""
    found = [status for status in call.site.statuses.values() if status.transition == identity]
    if not found:
        raise SiteFault(f"Transition id '{identity}' is not valid for this issue.", "transition")
    call.site.move(issue, found[0], by=call.caller.user)
    return web.Response(status=204)


def _changelog(call: Call) -> web.Response:
    issue = call.issue()
    return call.page([call.shapes.change(change) for change in issue.changes], f"/issue/{issue.id}/changelog")


def _comments(call: Call) -> web.Response:
    issue = call.issue()
    comments = [call.shapes.comment(issue, comment) for comment in issue.comments]
    return answer({"startAt": 0, "maxResults": 5000, "total": len(comments), "comments": comments})


def _comment(call: Call) -> web.Response:
    issue = call.issue("ADD_COMMENTS")
    comment = call.site.comment(issue, plain(call.body.get("body")), by=call.caller.user)
    return answer(call.shapes.comment(issue, comment), 201)


def _text(fields: Json, name: str) -> str | None:
    value = fields.get(name)
    if value is not None and not isinstance(value, str):
        raise SiteFault("Operation value must be a string", name)
    return value


OPERATIONS: list[tuple[str, str, Operation]] = [
    ("POST", "/issue", _create),
    ("GET", "/issue/{issue}", _read),
    ("PUT", "/issue/{issue}", _edit),
    ("DELETE", "/issue/{issue}", _delete),
    ("GET", "/issue/{issue}/transitions", _transitions),
    ("POST", "/issue/{issue}/transitions", _move),
    ("GET", "/issue/{issue}/changelog", _changelog),
    ("GET", "/issue/{issue}/comment", _comments),
    ("POST", "/issue/{issue}/comment", _comment),
]
