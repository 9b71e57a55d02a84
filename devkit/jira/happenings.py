"""Word of what has happened on the site, and what was wrong with what was asked of it."""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass

from devkit.jira.model import PRIORITIES, Change, Comment, Issue, Json, Status, User

TRACE: ContextVar[str] = ContextVar("trace", default="")
"""What the call to REST that is being answered wants to find in the webhooks that it causes."""


class SiteFault(Exception):
    """What was asked of the site can not be done; says why, by field name where it is about a field."""

    NO_ISSUE = "Issue does not exist or you do not have permission to see it."

    def __init__(self, message: str, field: str = "", *, status: int = 400) -> None:
        super().__init__(message)
        self.field = field
        self.status = status


@dataclass(frozen=True, slots=True)
class Happening:
    """Something has happened: a webhook event by name, and the issue as it was just then, where it is about one."""

    event: str
    issue: Issue | None
    user: User
    at: float
    type_name: str | None = None
    change: Change | None = None
    comment: Comment | None = None
    property: Json | None = None
    """The key of a property, and its value unless it was removed."""
    thing: object = None
    """What it is about where that is no issue, comment or property, such as a worklog or a project, as it was then."""
    other: object = None
    """What the thing was before, or what it was merged into."""
    subject: str = ""
    """By what name a person knows what it is about."""
    secondary: bool = False
    """Whether it only followed from another happening; Jira delivers those later."""


def item(name: str, start: str | None, start_text: str | None, end: str | None, end_text: str | None) -> Json:
    """One entry of a changelog: a field, and what it was and is, as ids and as texts."""
    return {
        "field": name,
        "fieldtype": "jira",
        "fieldId": name,
        "from": start,
        "fromString": start_text,
        "to": end,
        "toString": end_text,
    }


def people_item(name: str, before: User | None, after: User | None) -> Json:
    """The same for a field that holds a person, whom it names by account id once more."""
    start, end = (((user.account_id, user.name) if user else (None, None)) for user in (before, after))
    return {**item(name, *start, *end), "tmpFromAccountId": start[0], "tmpToAccountId": end[0]}


def creation_items(issue: Issue, status: Status, users: Mapping[str, User]) -> list[Json]:
    """The items of the changelog in ``jira:issue_created``, one for each field that was set.

    There the status is written with a capital.
    """
    items = [item("summary", None, None, None, issue.summary)]
    if issue.description:
        items.append(item("description", None, None, None, issue.description))
    items.append(item("priority", None, None, issue.priority, PRIORITIES[issue.priority]))
    if issue.labels:
        items.append(item("labels", None, None, "", " ".join(issue.labels)))
    if issue.assignee:
        items.append(people_item("assignee", None, users.get(issue.assignee)))
    items.append(people_item("reporter", None, users.get(issue.reporter)))
    return [*items, {**item("status", None, None, status.id, status.name), "field": "Status"}]
