"""People and the settings of the site over REST: Connect apps may read them, administrators change them.

Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-users/
"""

from __future__ import annotations

from aiohttp import web

from devkit.jira.rest_call import Call, Operation, answer


def _invite(call: Call) -> web.Response:
    call.need("ADMINISTER")
    name = call.body.get("displayName") or str(call.body.get("emailAddress") or "").partition("@")[0]
    return answer(call.shapes.user(call.parts.people.invite(name, by=call.caller.user)), 201)


def _delete(call: Call) -> web.Response:
    call.need("ADMINISTER")
    person = call.parts.people.person(call.query.get("accountId", ""))
    call.parts.people.delete(person, by=call.caller.user)
    return web.Response(status=204)


def _configuration(call: Call) -> web.Response:
    on = call.parts.people.options()
    return answer(
        {
            "votingEnabled": on["voting"],
            "watchingEnabled": on["watching"],
            "unassignedIssuesAllowed": on["unassigned_issues"],
            "subTasksEnabled": on["subtasks"],
            "issueLinkingEnabled": on["issuelinks"],
            "timeTrackingEnabled": on["timetracking"],
            "attachmentsEnabled": True,
        }
    )


OPERATIONS: list[tuple[str, str, Operation]] = [
    ("POST", "/user", _invite),
    ("DELETE", "/user", _delete),
    ("GET", "/configuration", _configuration),
]
