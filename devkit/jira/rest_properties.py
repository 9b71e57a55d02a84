"""The properties of issues over REST.

Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-properties/
"""

from __future__ import annotations

from aiohttp import web

from devkit.jira import properties
from devkit.jira.happenings import SiteFault
from devkit.jira.rest_call import Call, Operation, answer


def _keys(call: Call) -> web.Response:
    issue = call.issue()
    at = f"{call.base}/issue/{issue.id}/properties"
    return answer({"keys": [{"self": f"{at}/{key}", "key": key} for key in issue.properties]})


def _read(call: Call) -> web.Response:
    issue, key = call.issue(), call.place["key"]
    if key not in issue.properties:
        raise SiteFault(f"The property {key} does not exist.", status=404)
    return answer({"key": key, "value": issue.properties[key]})


def _set(call: Call) -> web.Response:
    issue, key = call.issue("EDIT_ISSUES"), call.place["key"]
    properties.check(key, call.content)
    is_new = key not in issue.properties
    call.site.set_property(issue, key, call.content, by=call.caller.user)
    return web.Response(status=201 if is_new else 200)


def _remove(call: Call) -> web.Response:
    issue, key = call.issue("EDIT_ISSUES"), call.place["key"]
    if key not in issue.properties:
        raise SiteFault(f"The property {key} does not exist.", status=404)
    call.site.remove_property(issue, key, by=call.caller.user)
    return web.Response(status=204)


OPERATIONS: list[tuple[str, str, Operation]] = [
    ("GET", "/issue/{issue}/properties", _keys),
    ("GET", "/issue/{issue}/properties/{key}", _read),
    ("PUT", "/issue/{issue}/properties/{key}", _set),
    ("DELETE", "/issue/{issue}/properties/{key}", _remove),
]
