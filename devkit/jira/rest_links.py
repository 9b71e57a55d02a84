"""Links from issue to issue over REST.

Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-links/
"""

from __future__ import annotations

from aiohttp import web

from devkit.jira import thing_shapes
from devkit.jira.happenings import SiteFault
from devkit.jira.model import LINK_TYPES, Issue, LinkType
from devkit.jira.rest_call import Call, Operation, answer


def _add(call: Call) -> web.Response:
    kind, source, destination = _kind(call), _end(call, "inwardIssue"), _end(call, "outwardIssue")
    call.need("LINK_ISSUES", source.project)
    call.parts.links.add(kind, source, destination, by=call.caller.user)
    return web.Response(status=201)


def _read(call: Call) -> web.Response:
    link = call.parts.links.find(call.place["link"])
    source, destination = (call.seen(each) for each in (link.source, link.destination))
    return answer(thing_shapes.link(call.shapes, link, source, destination))


def _remove(call: Call) -> web.Response:
    link = call.parts.links.find(call.place["link"])
    source, _ = (call.seen(each) for each in (link.source, link.destination))
    call.need("LINK_ISSUES", source.project)
    call.parts.links.remove(link, by=call.caller.user)
    return web.Response(status=204)


def _types(call: Call) -> web.Response:
    return answer({"issueLinkTypes": [thing_shapes.link_type(call.shapes, kind) for kind in LINK_TYPES]})


def _kind(call: Call) -> LinkType:
    asked = call.body.get("type")
    wanted = (asked.get("id"), asked.get("name")) if isinstance(asked, dict) else ()
    for kind in LINK_TYPES:
        if kind.id in wanted or kind.name in wanted:
            return kind
    raise SiteFault("No issue link type with the given name or id exists.", status=404)


def _end(call: Call, name: str) -> Issue:
    asked = call.body.get(name)
    if not isinstance(asked, dict):
        raise SiteFault(f"{name} must be an object with the id or the key of an issue.")
    return call.seen(str(asked.get("id") or asked.get("key") or ""))


OPERATIONS: list[tuple[str, str, Operation]] = [
    ("POST", "/issueLink", _add),
    ("GET", "/issueLink/{link}", _read),
    ("DELETE", "/issueLink/{link}", _remove),
    ("GET", "/issueLinkType", _types),
]
