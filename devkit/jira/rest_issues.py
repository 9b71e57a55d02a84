"""Issues over REST: made, read, changed, moved, commented on, deleted.

Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issues/
"""

from __future__ import annotations

from aiohttp import web

from devkit.jira import fields
from devkit.jira.forms import plain
from devkit.jira.happenings import SiteFault
from devkit.jira.rest_call import Call, Operation, answer

MOST_AT_ONCE = 100
"""How many issues can be fetched in one call."""


def _create(call: Call) -> web.Response:
    given = call.fields()
    place = fields.project(call.site, given)
    call.need("CREATE_ISSUES", place.id, "You do not have permission to create issues in this project.", status=400)
    kind = fields.issue_type(call.site, given)
    changes = fields.changes({name: value for name, value in given.items() if name not in fields.FIXED})
    issue = call.site.create_issue(
        fields.text(given, "summary") or "",
        by=call.caller.user,
        description=plain(given.get("description")),
        project=place.key,
        kind=kind,
        assignee=fields.assignee(call.site, given.get("assignee")),
        priority=changes.priority,
        labels=changes.labels,
    )
    return answer({"id": issue.id, "key": issue.key, "self": f"{call.base}/issue/{issue.id}"}, 201)


def _read(call: Call) -> web.Response:
    names = call.query.get("fields", "*all").split(",")
    return answer(fields.chosen(call.shapes, call.issue(), names, call.query.get("expand", "").split(",")))


def _edit(call: Call) -> web.Response:
    given, issue = call.fields(), call.issue("EDIT_ISSUES")
    changes = fields.changes(given)
    if "assignee" in given:
        call.need("ASSIGN_ISSUES", issue.project)
        call.site.assign(issue, fields.assignee(call.site, given["assignee"]), by=call.caller.user)
    call.site.edit(
        issue,
        by=call.caller.user,
        summary=changes.summary,
        description=changes.description,
        priority=changes.priority,
        labels=changes.labels,
    )
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


def _listed_changes(call: Call) -> web.Response:
    ids, issue = call.body.get("changelogIds"), call.issue()
    if not isinstance(ids, list):
        raise SiteFault("changelogIds must be a list.", "changelogIds")
    found = [call.shapes.change(change) for change in issue.changes if int(change.id) in ids]
    return answer({"startAt": 0, "maxResults": len(found), "total": len(found), "histories": found})


def _assign(call: Call) -> web.Response:
    issue = call.issue("ASSIGN_ISSUES")
    call.site.assign(issue, fields.assignee(call.site, call.body), by=call.caller.user)
    return web.Response(status=204)


def _bulk_fetch(call: Call) -> web.Response:
    """The issues of many keys and ids at once; those that are not there for the caller are left out."""
    asked = call.body.get("issueIdsOrKeys")
    if not isinstance(asked, list) or not asked or len(asked) > MOST_AT_ONCE:
        raise SiteFault(f"issueIdsOrKeys must be a list of 1 to {MOST_AT_ONCE} ids and keys.", "issueIdsOrKeys")
    names = call.body.get("fields") or ["*all"]
    issues = filter(None, (call.site.find(str(each)) for each in dict.fromkeys(asked)))
    seen = [issue for issue in issues if call.may("BROWSE_PROJECTS", issue.project)]
    shown = [fields.chosen(call.shapes, issue, names, call.body.get("expand")) for issue in seen]
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
