"""The site's things in the form in which Jira's REST and its webhooks show them.

Version 2 writes long texts plainly, version 3 as documents (ADF); webhooks are of version 2.
Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from devkit.jira.model import PRIORITIES, Category, Change, Comment, Issue, IssueType, Json, Project, Status, User
from devkit.jira.site import Site

FIELDS = (
    *("summary", "description", "issuetype", "project", "assignee", "reporter", "creator", "priority", "status"),
    *("resolution", "resolutiondate", "created", "updated", "statuscategorychangedate", "labels", "duedate", "parent"),
    "comment",
)
"""The ids of the fields that issues have here."""


def instant(seconds: float) -> str:
    """A time as Jira writes it, such as ``2026-11-24T10:00:00.000+0000``."""
    moment = datetime.fromtimestamp(seconds, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}+0000"


def document(text: str) -> Json | None:
    """A plain text as a document (ADF): one paragraph for each line; None for no text."""
    lines = [
        {"type": "paragraph", "content": [{"type": "text", "text": line}] if line else []} for line in text.split("\n")
    ]
    return {"version": 1, "type": "doc", "content": lines} if text else None


def plain(value: Any) -> str:
    """The text of a document (ADF), or of a plain text; blocks become lines."""
    if value is None or isinstance(value, str):
        return value or ""
    if not isinstance(value, dict):
        return ""
    if value.get("type") == "hardBreak":
        return "\n"
    own = str(value.get("text") or "")
    content = value.get("content")
    parts = [plain(part) for part in content] if isinstance(content, list) else []
    inline = value.get("type") in ("paragraph", "heading")
    return own + ("" if inline else "\n").join(parts)


class Shapes:
    """The forms of one site's things; `version` of the REST is 2 or 3."""

    def __init__(self, site: Site, base_url: str, version: int) -> None:
        self._site = site
        self._version = version
        self._base_url = base_url
        self._rest = f"{base_url}/rest/api/{version}"

    def user(self, account_id: str | User | None) -> Json | None:
        """A user, as others see them."""
        user = self._site.users.get(account_id) if isinstance(account_id, str) else account_id
        if user is None:
            return None
        return {
            "self": f"{self._rest}/user?accountId={user.account_id}",
            "accountId": user.account_id,
            "avatarUrls": {},
            "displayName": user.name,
            "active": True,
            "timeZone": user.time_zone,
            "accountType": user.account_type,
        }

    def status(self, status: Status) -> Json:
        """A status with its category."""
        return {
            "self": f"{self._rest}/status/{status.id}",
            "description": "",
            "iconUrl": f"{self._base_url}/",
            "name": status.name,
            "id": status.id,
            "statusCategory": self.category(status.category),
        }

    def category(self, category: Category) -> Json:
        """The kind of a status."""
        return {
            "self": f"{self._rest}/statuscategory/{category.id}",
            "id": category.id,
            "key": category.key,
            "colorName": category.color,
            "name": category.name,
        }

    def project(self, project: Project) -> Json:
        """A project, as an issue names it."""
        return {
            "self": f"{self._rest}/project/{project.id}",
            "id": project.id,
            "key": project.key,
            "name": project.name,
            "projectTypeKey": "software",
            "simplified": True,
            "avatarUrls": {},
        }

    def kind(self, kind: IssueType) -> Json:
        """A type of issues."""
        return {
            "self": f"{self._rest}/issuetype/{kind.id}",
            "id": kind.id,
            "description": "",
            "iconUrl": f"{self._base_url}/",
            "name": kind.name,
            "subtask": False,
            "hierarchyLevel": 0,
        }

    def priorities(self) -> list[Json]:
        """All priorities, the highest first."""
        return [self._priority(identity) for identity in PRIORITIES]

    def _priority(self, identity: str) -> Json:
        return {
            "self": f"{self._rest}/priority/{identity}",
            "iconUrl": f"{self._base_url}/",
            "name": PRIORITIES[identity],
            "id": identity,
        }

    def resolution(self) -> Json:
        """The one way in which issues are done with here."""
        return {"self": f"{self._rest}/resolution/10000", "id": "10000", "name": "Done", "description": ""}

    def field_list(self) -> list[Json]:
        """The fields that issues have here."""
        return [
            {
                "id": name,
                "key": name,
                "name": name.capitalize(),
                "custom": False,
                "orderable": True,
                "navigable": True,
                "searchable": True,
                "clauseNames": [name],
            }
            for name in FIELDS
        ]

    def comment(self, issue: Issue, comment: Comment) -> Json:
        """A comment."""
        author = self.user(comment.author)
        return {
            "self": f"{self._rest}/issue/{issue.id}/comment/{comment.id}",
            "id": comment.id,
            "author": author,
            "body": self._text(comment.body),
            "updateAuthor": self.user(comment.update_author) or author,
            "created": instant(comment.created),
            "updated": instant(comment.updated),
            "jsdPublic": True,
        }

    def change(self, change: Change) -> Json:
        """An entry of a changelog, as REST shows it."""
        return {
            "id": change.id,
            "author": self.user(change.author),
            "created": instant(change.created),
            "items": change.items,
        }

    def short_fields(self, issue: Issue) -> Json:
        """The few fields that a webhook about a comment names."""
        return {
            "summary": issue.summary,
            "issuetype": self.kind(self._site.types[issue.type]),
            "project": self.project(self._site.projects[issue.project]),
            "assignee": self.user(issue.assignee),
            "priority": self._priority(issue.priority),
            "status": self.status(self._site.statuses[issue.status]),
        }

    def fields(self, issue: Issue) -> Json:
        """All fields of an issue but its comments."""
        return {
            **self.short_fields(issue),
            "description": self._text(issue.description),
            "resolution": self.resolution() if issue.resolved is not None else None,
            "resolutiondate": instant(issue.resolved) if issue.resolved is not None else None,
            "reporter": self.user(issue.reporter),
            "creator": self.user(issue.reporter),
            "created": instant(issue.created),
            "updated": instant(issue.updated),
            "statuscategorychangedate": instant(issue.category_changed),
            "labels": issue.labels,
            "duedate": None,
            "parent": None,
        }

    def issue(self, issue: Issue) -> Json:
        """An issue, as REST shows it."""
        comments = [self.comment(issue, comment) for comment in issue.comments]
        listed = {"comments": comments, "maxResults": len(comments), "total": len(comments), "startAt": 0}
        return {
            "expand": "renderedFields,names,schema,operations,editmeta,changelog,versionedRepresentations",
            "id": issue.id,
            "self": f"{self._rest}/issue/{issue.id}",
            "key": issue.key,
            "fields": {**self.fields(issue), "comment": listed},
        }

    def _text(self, text: str) -> Any:
        return document(text) if self._version == 3 else (text or None)
