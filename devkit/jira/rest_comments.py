"""Comments over REST.

Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-comments/
"""

from __future__ import annotations

from aiohttp import web

from devkit.jira import comments
from devkit.jira.happenings import SiteFault
from devkit.jira.model import Comment, Issue
from devkit.jira.rest_call import Call, Operation, answer


def _list(call: Call) -> web.Response:
    issue = call.issue()
    start, most = call.number("startAt", 0), call.number("maxResults", 5000, 5000)
    shown = [call.shapes.comment(issue, comment) for comment in issue.comments[start : start + most]]
    return answer({"startAt": start, "maxResults": most, "total": len(issue.comments), "comments": shown})


def _add(call: Call) -> web.Response:
    issue = call.issue("ADD_COMMENTS")
    comment = comments.add(call.site, issue, comments.text(call.body, call.version), by=call.caller.user)
    return answer(call.shapes.comment(issue, comment), 201)


def _read(call: Call) -> web.Response:
    issue = call.issue()
    return answer(call.shapes.comment(issue, _comment(call, issue)))


def _edit(call: Call) -> web.Response:
    issue = call.issue()
    comment = _comment(call, issue)
    call.need_over("EDIT", "COMMENTS", comment.author, issue.project)
    comments.edit(call.site, issue, comment, comments.text(call.body, call.version), by=call.caller.user)
    return answer(call.shapes.comment(issue, comment))


def _remove(call: Call) -> web.Response:
    issue = call.issue()
    comment = _comment(call, issue)
    call.need_over("DELETE", "COMMENTS", comment.author, issue.project)
    comments.remove(call.site, issue, comment, by=call.caller.user)
    return web.Response(status=204)


def _comment(call: Call, issue: Issue) -> Comment:
    found = next((each for each in issue.comments if each.id == call.place["comment"]), None)
    if found is None:
        raise SiteFault(f"Can not find a comment for the id: {call.place['comment']}.", status=404)
    return found


OPERATIONS: list[tuple[str, str, Operation]] = [
    ("GET", "/issue/{issue}/comment", _list),
    ("POST", "/issue/{issue}/comment", _add),
    ("GET", "/issue/{issue}/comment/{comment}", _read),
    ("PUT", "/issue/{issue}/comment/{comment}", _edit),
    ("DELETE", "/issue/{issue}/comment/{comment}", _remove),
]
