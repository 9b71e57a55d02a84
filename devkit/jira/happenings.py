"""Word of what has happened on the site, and what was wrong with what was asked of it."""

from __future__ import annotations

from dataclasses import dataclass

from devkit.jira.model import Change, Comment, Issue, Json, Status, User


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


def creation_items(issue: Issue, status: Status) -> list[Json]:
    """The items of the changelog in ``jira:issue_created``: there the status is written with a capital."""
    items = [item("summary", None, None, None, issue.summary)]
    if issue.description:
        items.append(item("description", None, None, None, issue.description))
    items.append(item("reporter", None, None, issue.reporter, issue.reporter))
    return [*items, {**item("status", None, None, status.id, status.name), "field": "Status"}]
