"""Issues over REST: made, read, changed, moved, commented on, deleted.

Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issues/
"""

from __future__ import annotations

from typing import Any

from aiohttp import web

from devkit.jira import comments, fields
from devkit.jira.edits import Changes
from devkit.jira.happenings import SiteFault
from devkit.jira.model import Issue, Json, Status
from devkit.jira.rest_call import Call, Operation, answer

MOST_AT_ONCE = 100
"""How many issues can be fetched in one call."""


def _create(call: Call) -> web.Response:
    given, added = fields.given(call.body, call.version)
    place = fields.project(call.site, given)
    call.need("CREATE_ISSUES", place.id, "You do not have permission to create issues in this project.", status=400)
    kind, kept = fields.issue_type(call.site, given), fields.properties(call.body)
    free = {name: value for name, value in given.items() if name not in fields.FIXED}
    changes = fields.changes(call.site, free, call.version)
    issue = call.site.create_issue(
        changes.summary or "", by=call.caller.user, project=place.key, kind=kind, changes=changes
    )
    _add(call, issue, kept, added)
    told = {"id": issue.id, "key": issue.key, "self": f"{call.base}/issue/{issue.id}"}
    return answer({**told, "transition": _first_move(call, issue)} if call.body.get("transition") else told, 201)


def _first_move(call: Call, issue: Issue) -> Json:
    """Moves a new issue on, and tells what came of it: the issue is there even where it can not be moved."""
    try:
        call.need("TRANSITION_ISSUES", issue.project)
        call.site.move(issue, _target(call), by=call.caller.user)
    except SiteFault as fault:
        return {"status": fault.status, "errorCollection": {"errorMessages": [str(fault)], "errors": {}}}
    return {"status": 200, "errorCollection": {"errorMessages": [], "errors": {}}}


def _read(call: Call) -> web.Response:
    return answer(_shown(call, call.issue()))


def _shown(call: Call, issue: Issue) -> Json:
    names, query = call.query.get("fields", "*all").split(","), call.query
    return fields.chosen(call.shapes, issue, names, query.get("expand"), query.get("properties"))


def _edit(call: Call) -> web.Response:
    issue = call.issue("EDIT_ISSUES")
    changes, kept, added = _wanted(call, issue)
    call.site.edit(issue, changes, by=call.caller.user)
    _add(call, issue, kept, added)
    return answer(_shown(call, issue)) if call.query.get("returnIssue") == "true" else web.Response(status=204)


def _wanted(call: Call, issue: Issue) -> tuple[Changes, dict[str, Any], list[str]]:
    """The changes, properties and comments that the body asks for, all found to be good and allowed."""
    given, added = fields.given(call.body, call.version, issue)
    changes, kept = fields.changes(call.site, given, call.version), fields.properties(call.body)
    if changes.assignee is not None:
        call.need("ASSIGN_ISSUES", issue.project)
    if added:
        call.need("ADD_COMMENTS", issue.project)
    return changes, kept, added


def _add(call: Call, issue: Issue, kept: dict[str, Any], added: list[str]) -> None:
    for key, value in kept.items():
        call.site.set_property(issue, key, value, by=call.caller.user)
    for text in added:
        comments.add(call.site, issue, text, by=call.caller.user)


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
    issue, target = call.issue("TRANSITION_ISSUES"), _target(call)
    changes, kept, added = _wanted(call, issue)
    call.site.move(issue, target, by=call.caller.user, changes=changes)
    _add(call, issue, kept, added)
    return web.Response(status=204)


def _target(call: Call) -> Status:
    """The status to which the transition leads that the body names; raises `SiteFault`."""
    wanted = call.body.get("transition")
    identity = str(wanted.get("id")) if isinstance(wanted, dict) else ""
    found = [status for status in call.site.statuses.values() if status.transition == identity]
    if not found:
        raise SiteFault(f"Transition id '{identity}' is not valid for this issue.", "transition")
    return found[0]


def _changelog(call: Call) -> web.Response:
    issue = call.issue()
    return call.page([call.shapes.change(change) for change in issue.changes], f"/issue/{issue.id}/changelog")


def _listed_changes(call: Call) -> web.Response:
    ids, issue = call.body.get("changelogIds"), call.issue()
    if not isinstance(ids, list):
        raise SiteFault("changelogIds must be a list.", "changelogIds")
    found = [call.shapes.change(change) for change in issue.changes if int(change.id) in ids]
    return answer({"startAt": 0, "maxResults": len(found), "total": len(found), "histories": found})


def _assign(call: Call) -> web.Response:
    issue = call.issue("ASSIGN_ISSUES")
    changes = Changes(assignee=fields.assignee(call.site, call.body))
    call.site.edit(issue, changes, by=call.caller.user)
    return web.Response(status=204)


def _bulk_fetch(call: Call) -> web.Response:
    """The issues of many keys and ids at once; those that are not there for the caller are left out."""
    asked = call.body.get("issueIdsOrKeys")
    if not isinstance(asked, list) or not asked or len(asked) > MOST_AT_ONCE:
        raise SiteFault(f"issueIdsOrKeys must be a list of 1 to {MOST_AT_ONCE} ids and keys.", "issueIdsOrKeys")
    names = call.body.get("fields") or ["*all"]
    issues = filter(None, (call.site.find(str(each)) for each in dict.fromkeys(asked)))
    seen = [issue for issue in issues if call.may("BROWSE_PROJECTS", issue.project)]
    expand, keys = call.body.get("expand"), call.body.get("properties")
    shown = [fields.chosen(call.shapes, issue, names, expand, keys) for issue in seen]
    return answer({"issues": shown, "issueErrors": []})


OPERATIONS: list[tuple[str, str, Operation]] = [
    ("POST", "/issue", _create),
    ("GET", "/issue/{issue}", _read),
    ("PUT", "/issue/{issue}", _edit),
    ("DELETE", "/issue/{issue}", _delete),
    ("GET", "/issue/{issue}/transitions", _transitions),
    ("POST", "/issue/{issue}/transitions", _move),
    ("GET", "/issue/{issue}/changelog", _changelog),
    ("POST", "/issue/{issue}/changelog/list", _listed_changes),
    ("PUT", "/issue/{issue}/assignee", _assign),
    ("POST", "/issue/bulkfetch", _bulk_fetch),
]
