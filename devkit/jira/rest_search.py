"""The search of Jira's REST (``/search/jql``), and the count that goes with it.

Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-search/
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from devkit.jira.checks import is_number
from devkit.jira.fields import chosen
from devkit.jira.happenings import SiteFault
from devkit.jira.jql import NotUnderstood, Query
from devkit.jira.model import Issue
from devkit.jira.rest_call import Call, Operation, answer

MOST = 100
"""How many issues one page holds; Jira gives up to 5,000 where no fields but id and key are asked for."""


def _search(call: Call, asked: Mapping[str, Any]) -> web.Response:
    """One page of the issues that a JQL query finds; `asked` holds jql, fields, maxResults, nextPageToken, expand."""
    start, most = str(asked.get("nextPageToken") or "0"), str(asked.get("maxResults") or 50)
    if not (is_number(start) and is_number(most)):
        raise SiteFault("nextPageToken must be that of the page before, and maxResults a number.")
    found = _found(call, asked)
    names, expand, keys = _names(asked.get("fields")), asked.get("expand"), asked.get("properties")
    end = int(start) + min(int(most), MOST)
    page = found[int(start) : end]
    shown = [
        {"id": issue.id} if names == ["id"] and not keys else chosen(call.shapes, issue, names, expand, keys)
        for issue in page
    ]
    last = end >= len(found)
    return answer({"issues": shown, "isLast": last, **({} if last else {"nextPageToken": str(end)})})


def _found(call: Call, asked: Mapping[str, Any]) -> list[Issue]:
    try:
        query = Query(str(asked.get("jql") or ""), call.site, call.caller.user)
    except NotUnderstood as fault:
        raise SiteFault(f"The stand-in does not understand this part of the JQL: {fault}.") from fault
    if not query.is_bounded:
        raise SiteFault("Unbounded JQL queries are not allowed here. Please add a search restriction to your query.")
    seen = {project for project in call.site.projects if call.may("BROWSE_PROJECTS", project)}
    return query.ordered([issue for issue in call.site.issues() if issue.project in seen])


def _names(asked: object) -> list[str]:
    """The fields that are asked for; without any, Jira gives the ids alone."""
    names = asked if isinstance(asked, list) else str(asked or "id").split(",")
    return [str(name).strip() for name in names]


def _removed(call: Call) -> web.Response:
    """The search of old, which so many libraries still ask: Jira took it away in 2025 (CHANGE-2046)."""
    raise SiteFault("The requested API has been removed. Please migrate to the /rest/api/3/search/jql API.", status=410)


def _count(call: Call) -> web.Response:
    return answer({"count": len(_found(call, call.body))})


OPERATIONS: list[tuple[str, str, Operation]] = [
    ("GET", "/search", _removed),
    ("POST", "/search", _removed),
    ("GET", "/search/jql", lambda call: _search(call, call.query)),
    ("POST", "/search/jql", lambda call: _search(call, call.body)),
    ("POST", "/search/approximate-count", _count),
]
