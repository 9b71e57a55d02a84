"""The fields of an issue changed, and what its changelog says of that.

Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issues/
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from devkit.jira.checks import checked_summary
from devkit.jira.happenings import item, people_item
from devkit.jira.model import PRIORITIES, Issue, Json, User


@dataclass(frozen=True, slots=True)
class Changes:
    """What shall change; None for what stays.

    `priority` is the id of one; `assignee` is an account id or, where it is empty, nobody.
    """

    summary: str | None = None
    description: str | None = None
    priority: str | None = None
    labels: list[str] | None = None
    assignee: str | None = None


NONE = Changes()


def made(issue: Issue, changes: Changes, users: Mapping[str, User]) -> list[Json]:
    """Makes the changes, all or none; returns an entry of the changelog for each. Raises `SiteFault`."""
    summary = issue.summary if changes.summary is None else checked_summary(changes.summary)
    found = list(_items(issue, changes, summary, users))
    issue.summary = summary
    issue.description = issue.description if changes.description is None else changes.description
    issue.priority = changes.priority or issue.priority
    issue.labels = issue.labels if changes.labels is None else changes.labels
    issue.assignee = issue.assignee if changes.assignee is None else changes.assignee or None
    return found


def _items(issue: Issue, changes: Changes, summary: str, users: Mapping[str, User]) -> Iterator[Json]:
    before, after = users.get(issue.assignee or ""), users.get(changes.assignee or "")
    if changes.assignee is not None and before != after:
        yield people_item("assignee", before, after)
    if summary != issue.summary:
        yield item("summary", None, issue.summary, None, summary)
    if changes.description not in (None, issue.description):
        yield item("description", None, issue.description or None, None, changes.description or None)
    if changes.priority not in (None, issue.priority):
        first, then = issue.priority, str(changes.priority)
        yield item("priority", first, PRIORITIES[first], then, PRIORITIES[then])
    if changes.labels is not None and changes.labels != issue.labels:
        yield item("labels", "", " ".join(issue.labels), "", " ".join(changes.labels))
