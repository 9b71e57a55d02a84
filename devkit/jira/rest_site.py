"""The things of the site that are no issues, over REST: the user, statuses, projects, the search.

Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/
"""

from __future__ import annotations

from aiohttp import web

from devkit.jira.model import Json, Project
from devkit.jira.rest_call import Call, Operation, answer
from devkit.jira.rest_search import search


def _myself(call: Call) -> web.Response:
    user = call.caller.user
    return answer({**(call.shapes.user(user) or {}), "emailAddress": "", "locale": user.locale})


def _statuses(call: Call) -> web.Response:
    return answer([call.shapes.status(each) for each in call.site.statuses.values()])


def _projects(call: Call) -> web.Response:
    return answer([call.shapes.project(each) for each in _seen(call)])


def _search_projects(call: Call) -> web.Response:
    return call.page([call.shapes.project(each) for each in _seen(call)], "/project/search")


def _seen(call: Call) -> list[Project]:
    return [each for each in call.site.projects.values() if call.may("BROWSE_PROJECTS", each.id)]


def _project(call: Call) -> web.Response:
    project = call.site.project(call.place["project"])
    call.need("BROWSE_PROJECTS", project.id, f"No project could be found with key '{project.key}'.", status=404)
    kinds: list[Json] = [{"id": kind.id, "name": kind.name, "subtask": False} for kind in call.site.types.values()]
    lead = call.shapes.user(call.site.current_user)
    return answer({**call.shapes.project(project), "issueTypes": kinds, "lead": lead})


OPERATIONS: list[tuple[str, str, Operation]] = [
    ("GET", "/myself", _myself),
    ("GET", "/status", _statuses),
    ("GET", "/project", _projects),
    ("GET", "/project/search", _search_projects),
    ("GET", "/project/{project}", _project),
    ("GET", "/search/jql", lambda call: search(call, call.query)),
    ("POST", "/search/jql", lambda call: search(call, call.body)),
]
