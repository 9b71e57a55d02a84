"""Versions over REST.

Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-project-versions/
"""

from __future__ import annotations

from typing import Final

from aiohttp import web

from devkit.jira import thing_shapes
from devkit.jira.happenings import SiteFault
from devkit.jira.rest_call import Call, Operation, answer
from devkit.jira.rest_projects import found
from devkit.jira.versions import Version

_NAMES: Final = {
    "name": "name",
    "description": "description",
    "archived": "archived",
    "released": "released",
    "startDate": "start_date",
    "releaseDate": "release_date",
}


def _list(call: Call) -> web.Response:
    return answer([thing_shapes.version(call.shapes, each) for each in call.parts.versions.of(found(call))])


def _page(call: Call) -> web.Response:
    project = found(call)
    shown = [thing_shapes.version(call.shapes, each) for each in call.parts.versions.of(project)]
    return call.page(shown, f"/project/{project.id}/version")


def _create(call: Call) -> web.Response:
    given = call.given(_NAMES)
    project = call.site.project(str(call.body.get("projectId") or call.body.get("project") or ""))
    call.need("ADMINISTER_PROJECTS", project.id)
    made = call.parts.versions.create(project, given.pop("name", None), by=call.caller.user, **given)
    return answer(thing_shapes.version(call.shapes, made), 201)


def _read(call: Call) -> web.Response:
    version = call.parts.versions.find(call.place["release"])
    call.need("BROWSE_PROJECTS", version.project, "Could not find the version.", status=404)
    return answer(thing_shapes.version(call.shapes, version))


def _change(call: Call) -> web.Response:
    changed = call.parts.versions.change(_owned(call), by=call.caller.user, **call.given(_NAMES))
    return answer(thing_shapes.version(call.shapes, changed))


def _delete(call: Call) -> web.Response:
    call.parts.versions.delete(_owned(call), by=call.caller.user)
    return web.Response(status=204)


def _merge(call: Call) -> web.Response:
    into = call.parts.versions.find(call.place["into"])
    call.parts.versions.delete(_owned(call), by=call.caller.user, merged_to=into)
    return web.Response(status=204)


def _move(call: Call) -> web.Response:
    """By a `position`, or `after` the version of a URL."""
    version = _owned(call)
    moved = call.parts.versions.move(version, _place(call, version), by=call.caller.user)
    return answer(thing_shapes.version(call.shapes, moved))


def _place(call: Call, version: Version) -> int:
    """Where among the others of its project a version is wanted; raises `SiteFault`."""
    ordered = [each.id for each in call.parts.versions.of(call.site.projects[version.project])]
    now = ordered.index(version.id)
    ordered.remove(version.id)
    places = {"First": 0, "Last": len(ordered), "Earlier": max(0, now - 1), "Later": now + 1}
    places |= {f"after {identity}": number + 1 for number, identity in enumerate(ordered)}
    after = str(call.body.get("after") or "").rstrip("/").rpartition("/")[2]
    wanted = f"after {after}" if after else str(call.body.get("position"))
    if wanted not in places:
        raise SiteFault("position must be First, Last, Earlier or Later, or after the URL of another version.")
    return places[wanted]


def _owned(call: Call) -> Version:
    """The version of the path, whose project the caller administers; raises `SiteFault`."""
    version = call.parts.versions.find(call.place["release"])
    call.need("ADMINISTER_PROJECTS", version.project)
    return version


OPERATIONS: list[tuple[str, str, Operation]] = [
    ("GET", "/project/{project}/versions", _list),
    ("GET", "/project/{project}/version", _page),
    ("POST", "/version", _create),
    ("GET", "/version/{release}", _read),
    ("PUT", "/version/{release}", _change),
    ("DELETE", "/version/{release}", _delete),
    ("POST", "/version/{release}/removeAndSwap", _delete),
    ("PUT", "/version/{release}/mergeto/{into}", _merge),
    ("POST", "/version/{release}/move", _move),
]
