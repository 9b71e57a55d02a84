"""The site's things in the form in which Jira's REST and its webhooks show them.

Version 2 writes long texts plainly, version 3 as documents (ADF); webhooks are of version 2.
Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from devkit.jira import thing_shapes
from devkit.jira.forms import document, instant
from devkit.jira.model import PRIORITIES, Category, Change, Comment, Issue, IssueType, Json, Project, Status, User
from devkit.jira.site import Site

FIELDS = (
    *("summary", "description", "issuetype", "project", "assignee", "reporter", "creator", "priority", "status"),
    *("resolution", "resolutiondate", "created", "updated", "statuscategorychangedate", "labels", "duedate", "parent"),
    *("comment", "worklog", "timespent", "attachment", "issuelinks"),
)
"""The ids of the fields that issues have here."""


class Shapes:
    """The forms of one site's things; `version` of the REST is 2 or 3."""

    def __init__(
        self, site: Site, base_url: str, version: int, sees: Callable[[Issue], bool] = lambda issue: True
    ) -> None:
        """`sees` says which other issues may be named to whoever is shown these things."""
        self.site = site
        self.sees = sees
        self._version = version
        self._base_url = base_url
        self.rest = f"{base_url}/rest/api/{version}"
        """The base URL of REST in this version."""
        self.agile = f"{base_url}/rest/agile/1.0"

    def user(self, account_id: str | User | None) -> Json | None:
        """A user, as others see them."""
        user = self.site.users.get(account_id) if isinstance(account_id, str) else account_id
        if user is None:
            return None
        return {
            "self": f"{self.rest}/user?accountId={user.account_id}",
            "accountId": user.account_id,
            "avatarUrls": {},
            "displayName": user.name,
            "active": user.active,
            "timeZone": user.time_zone,
            "accountType": user.account_type,
        }

    def status(self, status: Status) -> Json:
        """A status with its category."""
        return {
            "self": f"{self.rest}/status/{status.id}",
            "description": "",
            "iconUrl": f"{self._base_url}/",
            "name": status.name,
            "id": status.id,
            "statusCategory": self.category(status.category),
        }

    def category(self, category: Category) -> Json:
        """The kind of a status."""
        return {
            "self": f"{self.rest}/statuscategory/{category.id}",
            "id": category.id,
            "key": category.key,
            "colorName": category.color,
            "name": category.name,
        }

    def project(self, project: Project) -> Json:
        """A project, as an issue names it."""
        return {
            "self": f"{self.rest}/project/{project.id}",
            "id": project.id,
            "key": project.key,
            "name": project.name,
            "projectTypeKey": "software",
            "simplified": True,
            "avatarUrls": {},
        }

    def lead(self, project: Project) -> Json | None:
        """Who leads a project."""
        return self.user(project.lead or next(iter(self.site.users)))

    def kind(self, kind: IssueType) -> Json:
        """A type of issues."""
        return {
            "self": f"{self.rest}/issuetype/{kind.id}",
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
            "self": f"{self.rest}/priority/{identity}",
            "iconUrl": f"{self._base_url}/",
            "name": PRIORITIES[identity],
            "id": identity,
        }

    def resolution(self) -> Json:
        """The one way in which issues are done with here."""
        return {"self": f"{self.rest}/resolution/10000", "id": "10000", "name": "Done", "description": ""}

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
            "self": f"{self.rest}/issue/{issue.id}/comment/{comment.id}",
            "id": comment.id,
            "author": author,
            "body": self.text(comment.body),
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
            "issuetype": self.kind(self.site.types[issue.type]),
            "project": self.project(self.site.projects[issue.project]),
            "assignee": self.user(issue.assignee),
            "priority": self._priority(issue.priority),
            "status": self.status(self.site.statuses[issue.status]),
        }

    def linked(self, issue: Issue) -> Json:
        """An issue as another one that is linked to it names it."""
        names = ("summary", "status", "priority", "issuetype")
        short = self.short_fields(issue)
        fields = {name: short[name] for name in names}
        return {"id": issue.id, "key": issue.key, "self": f"{self.rest}/issue/{issue.id}", "fields": fields}

    def fields(self, issue: Issue) -> Json:
        """All fields of an issue but its comments."""
        return {
            **self.short_fields(issue),
            "description": self.text(issue.description),
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
            "timespent": sum(worklog.seconds for worklog in issue.worklogs) or None,
            "attachment": [thing_shapes.attachment(self, attachment) for attachment in issue.attachments],
            "issuelinks": thing_shapes.links_of(self, issue),
        }

    def issue(self, issue: Issue) -> Json:
        """An issue, as REST shows it."""
        comments = [self.comment(issue, comment) for comment in issue.comments]
        listed = {"comments": comments, "maxResults": len(comments), "total": len(comments), "startAt": 0}
        worklogs = [thing_shapes.worklog(self, issue, worklog) for worklog in issue.worklogs]
        worked = {"startAt": 0, "maxResults": 20, "total": len(worklogs), "worklogs": worklogs[:20]}
        return {
            "expand": "renderedFields,names,schema,operations,editmeta,changelog,versionedRepresentations",
            "id": issue.id,
            "self": f"{self.rest}/issue/{issue.id}",
            "key": issue.key,
            "fields": {**self.fields(issue), "comment": listed, "worklog": worked},
        }

    def text(self, text: str) -> Any:
        """A long text: a document in version 3, None for no text."""
        return document(text) if self._version == 3 else (text or None)
