"""JQL as far as apps ask with it: comparisons of the common fields, joined by AND, OR and NOT.

Source: https://support.atlassian.com/jira-software-cloud/docs/jql-fields/
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime

from devkit.jira.jql_reading import Clause, NotUnderstood, Tree, clauses, read
from devkit.jira.model import PRIORITIES, Issue, User
from devkit.jira.site import Site

__all__ = ["NotUnderstood", "Query"]

Test = Callable[[Issue], bool]

_ORDERS: dict[str, Callable[[Issue], float]] = {
    "created": lambda issue: issue.created,
    "updated": lambda issue: issue.updated,
    "key": lambda issue: issue.number,
    "id": lambda issue: int(issue.id),
    "status": lambda issue: int(issue.status),
    "priority": lambda issue: int(issue.priority),
    "resolutiondate": lambda issue: issue.resolved or 0,
}
_SAME = {
    "type": "issuetype",
    "issuekey": "key",
    "issue": "key",
    "createddate": "created",
    "updateddate": "updated",
    "resolved": "resolutiondate",
    "creator": "reporter",
}
_TEXTS = {"summary", "description", "text", "comment"}
_TIMES = {"created", "updated", "resolutiondate"}
_NAMED = {"project", "status", "statuscategory", "issuetype", "key", "id", "assignee", "reporter", "priority"} | {
    "resolution",
    "labels",
}
_EMPTY = {"empty", "null"}
_SPAN = re.compile(r"([+-]?)(\d{1,6})\s*([wdhm])")
_SECONDS = {"w": 7 * 86_400, "d": 86_400, "h": 3_600, "m": 60}


class Query:
    """One JQL query, understood."""

    def __init__(self, text: str, site: Site, user: User | None = None) -> None:
        """Raises `NotUnderstood`. `user` is whom it calls ``currentUser()``; without one, who uses the pages then."""
        self._site = site
        self._user = user
        whole = read(text)
        order = whole.order or (("created", "desc"),)
        self._order = [(_SAME.get(field, field), direction) for field, direction in order]
        if wrong := [field for field, _ in self._order if field not in _ORDERS]:
            raise NotUnderstood(f"ORDER BY {wrong[0]}")
        self.uses = [(clause.field, clause.operator) for clause in clauses(whole.tree)]
        """The fields that it asks about, each with the operator."""
        self._test = self._tree(whole.tree) if whole.tree else None

    @property
    def is_bounded(self) -> bool:
        """Whether it asks for less than everything."""
        return self._test is not None

    def matches(self, issue: Issue) -> bool:
        """Whether an issue is one of those that the query asks for."""
        return self._test is None or self._test(issue)

    def ordered(self, issues: list[Issue]) -> list[Issue]:
        """The issues that match, in the order that the query asks for."""
        found = [issue for issue in issues if self.matches(issue)]
        for field, direction in reversed(self._order):
            found.sort(key=_ORDERS[field], reverse=direction == "desc")
        return found

    def _tree(self, tree: Tree) -> Test:
        if isinstance(tree, Clause):
            return self._clause(tree)
        tests = [self._tree(part) for part in tree.parts]
        if tree.word == "not":
            return lambda issue: not tests[0](issue)
        each = all if tree.word == "and" else any
        return lambda issue: each(test(issue) for test in tests)

    def _clause(self, clause: Clause) -> Test:
        field = _SAME.get(clause.field, clause.field)
        if field in _TEXTS and clause.operator in ("~", "!~"):
            return self._contains(field, clause)
        if field in _TIMES and clause.operator in ("<", "<=", ">", ">="):
            return self._compared(field, clause)
        if field in _NAMED and clause.operator in ("=", "!=", "in", "not in", "is", "is not"):
            return self._named(field, clause)
        raise NotUnderstood(f"{clause.field} {clause.operator} {', '.join(clause.values)}")

    def _contains(self, field: str, clause: Clause) -> Test:
        words, wanted = clause.values[0].lower().replace("*", "").split(), clause.operator == "~"
        return lambda issue: all(word in _text_of(issue, field) for word in words) == wanted

    def _compared(self, field: str, clause: Clause) -> Test:
        value, time_of = clause.values[0], _ORDERS[field]
        # A span counts back from the moment of each question, not from when the query was read.
        moment = self._moment(value)
        compare: dict[str, Callable[[float, float], bool]] = {
            "<": lambda one, other: one < other,
            "<=": lambda one, other: one <= other,
            ">": lambda one, other: one > other,
            ">=": lambda one, other: one >= other,
        }
        return lambda issue: bool(time_of(issue)) and compare[clause.operator](time_of(issue), moment())

    def _moment(self, text: str) -> Callable[[], float]:
        clock = self._site.clock
        if text.lower() == "now()":
            return clock
        if span := _SPAN.fullmatch(text.strip().lower()):
            seconds = int(span[2]) * _SECONDS[span[3]] * (-1 if span[1] == "-" else 1)
            return lambda: clock() + seconds
        try:
            fixed = datetime.fromisoformat(text.strip().replace("/", "-")).replace(tzinfo=UTC).timestamp()
        except ValueError as fault:
            raise NotUnderstood(text) from fault
        return lambda: fixed

    def _named(self, field: str, clause: Clause) -> Test:
        values = {value.lower() for value in clause.values}
        if field == "resolution" and "unresolved" in values:
            values.add("empty")
        wanted = clause.operator in ("=", "in", "is")
        if clause.operator in ("is", "is not") and not values <= _EMPTY:
            raise NotUnderstood(f"{clause.field} {clause.operator} {', '.join(clause.values)}")

        def test(issue: Issue) -> bool:
            names = self._names(issue, field)
            if values & _EMPTY and not names:
                return wanted
            return bool(self._asked(values) & names) == wanted and (bool(names) or wanted)

        return test

    def _asked(self, values: set[str]) -> set[str]:
        if "currentuser()" not in values:
            return values
        return values | {(self._user or self._site.current_user).account_id.lower()}

    def _names(self, issue: Issue, field: str) -> set[str]:
        """All by which an issue may be called in one field, in lower case; none where it is empty."""
        project, status = self._site.projects[issue.project], self._site.statuses[issue.status]
        names: dict[str, tuple[str, ...]] = {
            "project": (project.id, project.key, project.name),
            "status": (status.id, status.name),
            "statuscategory": (str(status.category.id), status.category.key, status.category.name),
            "issuetype": (issue.type, self._site.types[issue.type].name),
            "priority": (issue.priority, PRIORITIES[issue.priority]),
            "resolution": ("10000", "done") if issue.resolved is not None else (),
            "labels": tuple(issue.labels),
            "assignee": self._called(issue.assignee),
            "reporter": self._called(issue.reporter),
        }
        return {name.lower() for name in names.get(field, (issue.id, issue.key))}

    def _called(self, account_id: str | None) -> tuple[str, ...]:
        user = self._site.users.get(account_id or "")
        return (user.account_id, user.name) if user else ()


def _text_of(issue: Issue, field: str) -> str:
    parts = {
        "summary": [issue.summary],
        "description": [issue.description],
        "comment": [comment.body for comment in issue.comments],
    }
    return "\n".join(part for name, texts in parts.items() if field in (name, "text") for part in texts).lower()
