"""What users may do, as apps ask for it (``/permissions/check``, ``/mypermissions``).

Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-permissions/
"""

from __future__ import annotations

from typing import Any

from aiohttp import web

from devkit.jira.guards import refusal
from devkit.jira.happenings import SiteFault
from devkit.jira.model import Json, User
from devkit.jira.permissions import GLOBAL, PROJECT
from devkit.jira.rest_call import Call, Operation, answer

MOST = 1000
"""How many projects, and how many issues, one call may ask about."""


def check(call: Call) -> web.Response:
    """Which of the permissions that are asked for a user has, and where."""
    user = _asked_about(call)
    wanted_everywhere = _names(call.body, "globalPermissions")
    asked = [entry for entry in _list(call.body, "projectPermissions") if isinstance(entry, dict)]
    unknown = [name for name in wanted_everywhere if name not in GLOBAL]
    unknown += [name for entry in asked for name in _names(entry, "permissions") if name not in PROJECT]
    if unknown:
        return refusal(400, **dict.fromkeys(unknown, "Unrecognized permission"))
    return answer(
        {
            "globalPermissions": [name for name in wanted_everywhere if call.parts.permissions.has(user, name)],
            "projectPermissions": [grant for entry in asked for grant in _grants(call, user, entry)],
        }
    )


def mine(call: Call) -> web.Response:
    """Which permissions the caller has, in the project or on the issue of the query."""
    names = call.query.get("permissions")
    if not names:
        raise SiteFault("The 'permissions' query parameter is required.")
    project = None
    if place := call.query.get("issueKey") or call.query.get("issueId"):
        project = call.seen(place).project
    elif place := call.query.get("projectKey") or call.query.get("projectId"):
        project = call.site.project(place).id
    if unknown := [name for name in names.split(",") if name not in GLOBAL | PROJECT]:
        return refusal(400, **dict.fromkeys(unknown, "Unrecognized permission"))
    return answer({"permissions": {name: _entry(call, name, project) for name in names.split(",")}})


def _entry(call: Call, name: str, project: str | None) -> Json:
    return {
        "id": name,
        "key": name,
        "name": name.replace("_", " ").capitalize(),
        "type": "GLOBAL" if name in GLOBAL else "PROJECT",
        "description": "",
        "havePermission": call.may(name, project),
    }


def _asked_about(call: Call) -> User:
    account = call.body.get("accountId")
    if account is None or account == call.caller.user.account_id:
        return call.caller.user
    # An app's server may ask about anyone; whoever else asks must administer Jira.
    if call.caller.app_key is None or call.caller.impersonates:
        call.need("ADMINISTER", None, "Only Jira administrators can perform this operation.")
    found = call.site.users.get(account) if isinstance(account, str) else None
    if found is None:
        raise SiteFault(f"The user with the account ID {account!r} does not exist.", "accountId")
    return found


def _grants(call: Call, user: User, entry: Json) -> list[Json]:
    projects, issues = _ids(entry, "projects"), _ids(entry, "issues")
    there = [each for each in projects if str(each) in call.site.projects]
    places = {each: found.project for each in issues if (found := call.site.by_id(str(each)))}
    has = call.parts.permissions.has
    return [
        {
            "permission": name,
            "projects": [each for each in there if has(user, name, str(each))],
            "issues": [each for each, project in places.items() if has(user, name, project)],
        }
        for name in _names(entry, "permissions")
    ]


def _ids(entry: Json, name: str) -> list[int]:
    found = [each for each in _list(entry, name) if each is not None]
    if any(type(each) is not int for each in found):
        raise SiteFault(f"'{name}' must hold the numeric ids of {name}.", name)
    if len(found) > MOST:
        raise SiteFault(f"At most {MOST} {name} can be checked.", name)
    return list(dict.fromkeys(found))


def _names(entry: Json, name: str) -> list[str]:
    found = _list(entry, name)
    return list(dict.fromkeys(each for each in found if isinstance(each, str) and each))


def _list(entry: Json, name: str) -> list[Any]:
    value = entry.get(name) or []
    if not isinstance(value, list):
        raise SiteFault(f"'{name}' must be a list.", name)
    return value


OPERATIONS: list[tuple[str, str, Operation]] = [
    ("POST", "/permissions/check", check),
    ("GET", "/mypermissions", mine),
]
