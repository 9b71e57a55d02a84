"""The board of a project, as the stand-in's own page shows it: every column counted, and the newest of its issues."""

from __future__ import annotations

from typing import Final

from aiohttp import web

from devkit.jira.checks import is_number
from devkit.jira.console_answers import PREFIX, answering
from devkit.jira.happenings import SiteFault
from devkit.jira.model import Issue, Json
from devkit.jira.rest_call import Parts

SHOWN: Final = 50
"""How many issues of a column are shown at first: a browser is slow with thousands of cards, and nobody reads them."""

MOST: Final = 5000


class BoardConsole:
    """The answers about boards; one look at all issues for each."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def routes(self) -> list[web.AbstractRouteDef]:
        """All routes."""
        return [web.get(f"{PREFIX}/board", answering(self._read))]

    async def _read(self, request: web.Request) -> list[Json]:
        """The columns of the project of a key; the query says by the id of a status how many of it are wanted."""
        site = self._parts.site
        project = site.project(request.query.get("project", ""))
        if not self._parts.permissions.has(site.current_user, "BROWSE_PROJECTS", project.id):
            raise SiteFault("You do not have permission to see this project.", status=403)
        found: dict[str, list[Issue]] = {status: [] for status in site.statuses}
        for issue in reversed(site.issues(project.id)):
            found[issue.status].append(issue)
        return [
            {
                "status": status,
                "count": len(issues),
                "issues": [{"key": each.key, "summary": each.summary} for each in issues[: _wanted(request, status)]],
            }
            for status, issues in found.items()
        ]


def _wanted(request: web.Request, status: str) -> int:
    text = request.query.get(status, str(SHOWN))
    if not is_number(text) or int(text) > MOST:
        raise SiteFault(f"So many issues can not be shown: {text}. A column shows at most {MOST}.")
    return int(text)
