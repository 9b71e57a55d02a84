"""The search of Jira's REST (``/search/jql``).

Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-search/
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from devkit.jira.guards import refusal
from devkit.jira.jql import NotUnderstood, Query
from devkit.jira.model import Issue, Json
from devkit.jira.rest_call import Call
from devkit.jira.shapes import Shapes

MOST = 100


def search(call: Call, asked: Mapping[str, Any]) -> web.Response:
    """One page of the issues that a JQL query finds; `asked` holds jql, fields, maxResults, nextPageToken, expand."""
    try:
        query = Query(str(asked.get("jql") or ""), call.site)
    except NotUnderstood as fault:
        return refusal(400, f"The stand-in does not understand this part of the JQL: {fault}.")
    if not query.is_bounded:
        return refusal(
            400, "Unbounded JQL queries are not allowed here. Please add a search restriction to your query."
        )
    start, most = str(asked.get("nextPageToken") or "0"), str(asked.get("maxResults") or 50)
    if not start.isdecimal() or not most.isdecimal():
        return refusal(400, "nextPageToken and maxResults must be numbers.")
    seen = {project for project in call.site.projects if call.may("BROWSE_PROJECTS", project)}
    found = query.ordered([issue for issue in call.site.issues() if issue.project in seen])
    end = int(start) + min(int(most), MOST)
    shown = [_shown(issue, call.shapes, _names(asked.get("fields")), asked) for issue in found[int(start) : end]]
    last = end >= len(found)
    return web.json_response({"issues": shown, "isLast": last, **({} if last else {"nextPageToken": str(end)})})


def _names(asked: object) -> list[str]:
    """The fields that are asked for; without any, Jira gives the ids alone."""
    names = asked if isinstance(asked, list) else str(asked or "id").split(",")
    return [str(name).strip() for name in names]


def _shown(issue: Issue, shapes: Shapes, names: list[str], asked: Mapping[str, Any]) -> Json:
    if names == ["id"]:
        return {"id": issue.id}
    whole = shapes.issue(issue)
    if not {"*all", "*navigable"} & set(names):
        whole["fields"] = {name: value for name, value in whole["fields"].items() if name in names}
    if "changelog" in str(asked.get("expand") or ""):
        histories = [shapes.change(change) for change in reversed(issue.changes)]
        whole["changelog"] = {
            "startAt": 0,
            "maxResults": len(histories),
            "total": len(histories),
            "histories": histories,
        }
    return whole
