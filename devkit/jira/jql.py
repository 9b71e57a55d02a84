"""As much of JQL as an app of this kind asks with: comparisons of a few fields, joined by AND.

Source: https://support.atlassian.com/jira-software-cloud/docs/jql-fields/
"""

from __future__ import annotations

import re
from collections.abc import Callable

from devkit.jira.model import Issue
from devkit.jira.site import Site

_ORDER = re.compile(r"\border\s+by\s+(?P<field>\w+)(?:\s+(?P<direction>asc|desc))?\s*$", re.IGNORECASE)
_VALUE = r"""(?:"[^"]*"|'[^']*'|[\w.:-]+)"""
_CLAUSE = re.compile(
    rf"\s*(?P<field>\w+)\s*(?P<operator>!=|=|not\s+in\b|in\b)\s*(?P<value>{_VALUE}|\(\s*{_VALUE}(?:\s*,\s*{_VALUE})*\s*\))\s*",
    re.IGNORECASE,
)
_ORDERS: dict[str, Callable[[Issue], float]] = {
    "created": lambda issue: issue.created,
    "updated": lambda issue: issue.updated,
    "key": lambda issue: issue.number,
    "id": lambda issue: int(issue.id),
}


class NotUnderstood(Exception):
    """The query is beyond what the stand-in understands; says which part of it."""


class Query:
    """One JQL query, understood."""

    def __init__(self, text: str, site: Site) -> None:
        """Raises `NotUnderstood`."""
        self._site = site
        order = _ORDER.search(text)
        self._order = (order["field"].lower(), (order["direction"] or "asc").lower()) if order else ("created", "desc")
        if self._order[0] not in _ORDERS:
            raise NotUnderstood(f"ORDER BY {self._order[0]}")
        rest = (text[: order.start()] if order else text).strip()
        parts = re.split(r"\band\b", rest, flags=re.IGNORECASE) if rest else []
        self._clauses = [self._clause(part) for part in parts]

    @property
    def is_bounded(self) -> bool:
        """Whether it asks for less than everything."""
        return bool(self._clauses)

    def matches(self, issue: Issue) -> bool:
        """Whether an issue is one of those that the query asks for."""
        return all(clause(issue) for clause in self._clauses)

    def ordered(self, issues: list[Issue]) -> list[Issue]:
        """The issues that match, in the order that the query asks for."""
        found = [issue for issue in issues if self.matches(issue)]
        return sorted(found, key=_ORDERS[self._order[0]], reverse=self._order[1] == "desc")

    def _clause(self, text: str) -> Callable[[Issue], bool]:
        clause = _CLAUSE.fullmatch(text)
        if clause is None or clause["field"].lower() not in ("project", "status", "issuetype", "key", "issuekey", "id"):
            raise NotUnderstood(text.strip() or "nothing beside AND")
        field = clause["field"].lower()
        values = {value.strip("\"'").lower() for value in re.findall(_VALUE, clause["value"])}
        wanted = clause["operator"].lower() in ("=", "in")
        return lambda issue: bool(values & self._names(issue, field)) == wanted

    def _names(self, issue: Issue, field: str) -> set[str]:
        project = self._site.projects[issue.project]
        names = {
            "project": (project.id, project.key, project.name),
            "status": (issue.status, self._site.statuses[issue.status].name),
            "issuetype": (issue.type, self._site.types[issue.type].name),
        }
        return {name.lower() for name in names.get(field, (issue.id, issue.key))}
