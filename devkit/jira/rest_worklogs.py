"""Worklogs over REST.

Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-worklogs/
"""

from __future__ import annotations

from aiohttp import web

from devkit.jira import spans, thing_shapes, worklogs
from devkit.jira.checks import check_seen_by_all, checked_instant
from devkit.jira.forms import prose
from devkit.jira.happenings import SiteFault
from devkit.jira.model import Issue, Worklog
from devkit.jira.rest_call import Call, Operation, answer


def _list(call: Call) -> web.Response:
    issue = call.issue()
    start, most = call.number("startAt", 0), call.number("maxResults", 5000, 5000)
    shown = [thing_shapes.worklog(call.shapes, issue, each) for each in issue.worklogs[start : start + most]]
    return answer({"startAt": start, "maxResults": most, "total": len(issue.worklogs), "worklogs": shown})


def _add(call: Call) -> web.Response:
    issue = call.issue("WORK_ON_ISSUES")
    seconds = _seconds(call)
    if seconds is None:
        raise SiteFault("Worklog must not be null.", "timeLogged")
    comment, started = _comment(call) or "", _started(call)
    made = worklogs.log(call.site, issue, seconds, by=call.caller.user, comment=comment, started=started)
    return answer(thing_shapes.worklog(call.shapes, issue, made), 201)


def _read(call: Call) -> web.Response:
    issue = call.issue()
    return answer(thing_shapes.worklog(call.shapes, issue, worklogs.find(issue, call.place["worklog"])))


def _correct(call: Call) -> web.Response:
    issue = call.issue()
    worklog = _owned(call, issue, "EDIT")
    comment, changed, started = _comment(call), _seconds(call), _started(call)
    worklogs.correct(call.site, issue, worklog, by=call.caller.user, seconds=changed, comment=comment, started=started)
    return answer(thing_shapes.worklog(call.shapes, issue, worklog))


def _remove(call: Call) -> web.Response:
    issue = call.issue()
    worklogs.remove(call.site, issue, _owned(call, issue, "DELETE"), by=call.caller.user)
    return web.Response(status=204)


def _owned(call: Call, issue: Issue, verb: str) -> Worklog:
    """The worklog of the path, which the caller may change in one way; raises `SiteFault`."""
    worklog = worklogs.find(issue, call.place["worklog"])
    call.need_over(verb, "WORKLOGS", worklog.author, issue.project)
    return worklog


def _seconds(call: Call) -> int | None:
    """How long was worked, None where it is not said; raises `SiteFault`."""
    seconds, text = call.body.get("timeSpentSeconds"), call.body.get("timeSpent")
    if seconds is not None:
        if type(seconds) is not int:
            raise SiteFault("timeSpentSeconds must be a number.", "timeSpentSeconds")
        return spans.checked(seconds)
    if text is not None and not isinstance(text, str):
        raise SiteFault("timeSpent must be a text.", "timeSpent")
    return None if text is None else spans.seconds_of(text)


def _comment(call: Call) -> str | None:
    """What is said of the work, None where nothing is; raises `SiteFault`."""
    check_seen_by_all(call.body)
    if "comment" not in call.body:
        return None
    return prose(call.body["comment"], call.version, "comment", "Comment body is not valid!")


def _started(call: Call) -> float | None:
    """When the work was begun, None where it is not said; raises `SiteFault`."""
    text = call.body.get("started")
    return None if text is None else checked_instant(text, "started")


OPERATIONS: list[tuple[str, str, Operation]] = [
    ("GET", "/issue/{issue}/worklog", _list),
    ("POST", "/issue/{issue}/worklog", _add),
    ("GET", "/issue/{issue}/worklog/{worklog}", _read),
    ("PUT", "/issue/{issue}/worklog/{worklog}", _correct),
    ("DELETE", "/issue/{issue}/worklog/{worklog}", _remove),
]
