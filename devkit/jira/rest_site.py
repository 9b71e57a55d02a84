"""The things of the site that are no issues, over REST: users, projects, and what issues are described with.

Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/
"""

from __future__ import annotations

from aiohttp import web

from devkit.jira.forms import instant
from devkit.jira.happenings import SiteFault
from devkit.jira.model import CATEGORIES, Json, User
from devkit.jira.rest_call import Call, Operation, answer
from devkit.jira.rest_projects import found


def _myself(call: Call) -> web.Response:
    user = call.caller.user
    if user.account_type == "anonymous":
        raise SiteFault("Client must be authenticated to access this resource.", status=401)
    return answer({**(call.shapes.user(user) or {}), "emailAddress": "", "locale": user.locale})


def _user(call: Call) -> web.Response:
    account = call.query.get("accountId", "")
    user = call.site.users.get(account)
    if user is None or not account:
        raise SiteFault(f"The user with the account ID {account!r} does not exist.", status=404)
    return answer({**(call.shapes.user(user) or {}), "locale": user.locale})


def _find_users(call: Call) -> web.Response:
    wanted = call.query.get("query", "").lower()
    start, most = call.number("startAt", 0), call.number("maxResults", 50, 1000)
    people = [user for user in _people(call) if wanted in user.name.lower() or wanted == user.account_id]
    return answer([call.shapes.user(user) for user in people[start : start + most]])


def _users(call: Call) -> web.Response:
    wanted = call.query.getall("accountId", [])
    if not wanted:
        raise SiteFault("accountId is required.")
    return call.page(
        [call.shapes.user(user) or {} for user in _people(call) if user.account_id in wanted], "/user/bulk"
    )


def _people(call: Call) -> list[User]:
    return [user for user in call.site.users.values() if user.account_type != "anonymous" and user.active]


def _project_statuses(call: Call) -> web.Response:
    found(call)
    statuses = [call.shapes.status(status) for status in call.site.statuses.values()]
    names = ("self", "id", "name", "subtask")
    kinds = [call.shapes.kind(kind) for kind in call.site.types.values()]
    return answer([{**{name: kind[name] for name in names}, "statuses": statuses} for kind in kinds])


def _status(call: Call) -> web.Response:
    wanted = call.place["status"]
    fitting = [each for each in call.site.statuses.values() if wanted in (each.id, each.name)]
    if not fitting:
        raise SiteFault(f"The status '{wanted}' does not exist.", status=404)
    return answer(call.shapes.status(fitting[0]))


def _server(call: Call) -> web.Response:
    told: Json = {
        "baseUrl": call.parts.base_url,
        "displayUrl": call.parts.address.display,
        "version": "1001.0.0-SNAPSHOT",
        "versionNumbers": [1001, 0, 0],
        "deploymentType": "Cloud",
        "buildNumber": 100_999,
        "buildDate": "2026-11-01T00:00:00.000+0000",
        "serverTime": instant(call.site.clock()),
        "serverTitle": "Stand-in for Jira",
    }
    return answer(told)


OPERATIONS: list[tuple[str, str, Operation]] = [
    ("GET", "/myself", _myself),
    ("GET", "/user", _user),
    ("GET", "/user/search", _find_users),
    ("GET", "/user/bulk", _users),
    ("GET", "/status", lambda call: answer([call.shapes.status(each) for each in call.site.statuses.values()])),
    ("GET", "/status/{status}", _status),
    ("GET", "/statuscategory", lambda call: answer([call.shapes.category(each) for each in CATEGORIES])),
    ("GET", "/issuetype", lambda call: answer([call.shapes.kind(each) for each in call.site.types.values()])),
    ("GET", "/priority", lambda call: answer(call.shapes.priorities())),
    ("GET", "/resolution", lambda call: answer([call.shapes.resolution()])),
    ("GET", "/field", lambda call: answer(call.shapes.field_list())),
    ("GET", "/serverInfo", _server),
    ("GET", "/project/{project}/statuses", _project_statuses),
]
