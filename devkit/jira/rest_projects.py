"""Projects over REST: made, changed, archived, put into the trash, fetched back from there, deleted for good.

Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-projects/
"""

from __future__ import annotations

from aiohttp import web

from devkit.jira import projects
from devkit.jira.happenings import SiteFault
from devkit.jira.model import Json, Project
from devkit.jira.rest_call import Call, Operation, answer


def shown(call: Call, project: Project) -> Json:
    """A project as its own page shows it."""
    kinds = [call.shapes.kind(kind) for kind in call.site.types.values()]
    more = {"description": project.description, "issueTypes": kinds, "lead": call.shapes.lead(project)}
    return {**call.shapes.project(project), **more}


def found(call: Call, permission: str = "BROWSE_PROJECTS") -> Project:
    """The project of the path, in which the caller has a permission; raises `SiteFault`."""
    project = call.site.project(call.place["project"])
    call.need("BROWSE_PROJECTS", project.id, f"No project could be found with key '{project.key}'.", status=404)
    call.need(permission, project.id)
    return project


def _list(call: Call) -> web.Response:
    return answer([call.shapes.project(each) for each in _seen(call)])


def _search(call: Call) -> web.Response:
    return call.page([call.shapes.project(each) for each in _seen(call)], "/project/search")


def _seen(call: Call) -> list[Project]:
    return [each for each in call.site.projects.values() if call.may("BROWSE_PROJECTS", each.id)]


def _read(call: Call) -> web.Response:
    return answer(shown(call, found(call)))


def _create(call: Call) -> web.Response:
    call.need("ADMINISTER")
    lead, description = _text(call, "leadAccountId") or "", _text(call, "description") or ""
    key, name = call.body.get("key"), call.body.get("name")
    made = projects.create(call.site, key, name, by=call.caller.user, lead=lead, description=description)
    return answer({"self": f"{call.base}/project/{made.id}", "id": int(made.id), "key": made.key}, 201)


def _change(call: Call) -> web.Response:
    project = found(call, "ADMINISTER_PROJECTS")
    name, description, lead = (_text(call, each) for each in ("name", "description", "leadAccountId"))
    projects.change(call.site, project, by=call.caller.user, name=name, description=description, lead=lead)
    return answer(shown(call, project))


def _delete(call: Call) -> web.Response:
    """Into the trash, unless the query says that it is not to be undone."""
    call.need("ADMINISTER")
    if call.query.get("enableUndo", "true") == "false":
        projects.delete(call.site, projects.find(call.site, call.place["project"]), by=call.caller.user)
    else:
        projects.put_away(call.site, found(call), "deleted", by=call.caller.user)
    return web.Response(status=204)


def _archive(call: Call) -> web.Response:
    call.need("ADMINISTER")
    projects.put_away(call.site, found(call), "archived", by=call.caller.user)
    return web.Response(status=204)


def _restore(call: Call) -> web.Response:
    call.need("ADMINISTER")
    project = projects.find(call.site, call.place["project"])
    projects.restore(call.site, project, by=call.caller.user)
    return answer(shown(call, project))


def _text(call: Call, name: str) -> str | None:
    value = call.body.get(name)
    if value is not None and not isinstance(value, str):
        raise SiteFault(f"{name} must be a text.", name)
    return value


OPERATIONS: list[tuple[str, str, Operation]] = [
    ("GET", "/project", _list),
    ("POST", "/project", _create),
    ("GET", "/project/search", _search),
    ("GET", "/project/{project}", _read),
    ("PUT", "/project/{project}", _change),
    ("DELETE", "/project/{project}", _delete),
    ("POST", "/project/{project}/archive", _archive),
    ("POST", "/project/{project}/restore", _restore),
]
