"""A Jira site: what one can do with its issues, and word of what has happened. Knows nothing of HTTP and of apps."""

from __future__ import annotations

import copy
import time
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from devkit.jira import edits
from devkit.jira.checks import checked_summary
from devkit.jira.edits import Changes
from devkit.jira.happenings import Happening, SiteFault, creation_items, item
from devkit.jira.model import (
    ISSUE_TYPES,
    STATUSES,
    USERS,
    Change,
    Issue,
    IssueType,
    Json,
    Link,
    Project,
    Status,
    User,
)
from devkit.jira.store import Store

FIRST_ID = 10000
"""Jira's own ids begin here."""


class Site:
    """The issues of one site, written through to the store; all who listen are told what happens."""

    def __init__(self, store: Store, clock: Callable[[], float] = time.time) -> None:
        self.store = store
        self.clock = clock
        self.listeners: list[Callable[[Happening], None]] = []
        self.statuses = {status.id: status for status in STATUSES}
        self.types = {kind.id: kind for kind in ISSUE_TYPES}
        people = [*USERS, *(User(**body) for body in store.all("user"))]
        self.users = {user.account_id: user for user in people}
        self.current_user = self.users[USERS[0].account_id]
        if not store.all("project"):
            self.keep_project(Project("10000", "BUR", "Burrow"))
        projects = [Project(**body) for body in store.all("project")]
        self.projects = {project.id: project for project in projects if project.state == "live"}
        self.put_away = {project.id: project for project in projects if project.state != "live"}
        """The projects that are archived or in the trash."""
        self._issues = {body["id"]: Issue.from_json(body) for body in store.all("issue")}
        self.links = {body["id"]: Link(**body) for body in store.all("issuelink")}
        self._ids = {issue.key: issue.id for issue in self._issues.values()}
        self._next_id = int((store.get("counter", "id") or {"value": FIRST_ID})["value"])

    def issues(self, project: str | None = None) -> list[Issue]:
        """The issues of a project, given by id, or of all projects; oldest first."""
        return [
            issue
            for issue in self._issues.values()
            if project in (None, issue.project) and issue.project in self.projects
        ]

    def issue(self, id_or_key: str) -> Issue:
        """One issue; raises `SiteFault` where there is none."""
        found = self.find(id_or_key)
        if found is None:
            raise SiteFault(SiteFault.NO_ISSUE, status=404)
        return found

    def find(self, id_or_key: str) -> Issue | None:
        """The issue of an id or a key, or None."""
        return self.by_id(id_or_key) or self.by_id(self._ids.get(id_or_key.upper(), ""))

    def by_id(self, identity: str) -> Issue | None:
        """The issue of an id, or None."""
        found = self._issues.get(identity)
        return found if found and found.project in self.projects else None

    def links_of(self, issue: Issue) -> list[Link]:
        """All links that begin or end at an issue."""
        return [each for each in self.links.values() if issue.id in (each.source, each.destination)]

    def project(self, id_or_key: str, *, status: int = 404) -> Project:
        """One project; raises `SiteFault` of a status where there is none."""
        for project in self.projects.values():
            if id_or_key in (project.id, project.key):
                return project
        raise SiteFault(f"No project could be found with key or id '{id_or_key}'.", "project", status=status)

    def add_project(self, key: str, name: str, lead: str = "", description: str = "") -> Project:
        """A new project; its key must be free."""
        project = Project(self.new_id(), key, name, lead=lead, description=description)
        self.projects[project.id] = project
        self.keep_project(project)
        return project

    def keep_project(self, project: Project) -> None:
        """Writes a project down as it is now."""
        self.store.put("project", project.id, asdict(project))

    def forget(self, project: Project) -> None:
        """Removes a project that was put away, with its issues, for good; nobody is told."""
        with self.store.transaction():
            for issue in [each for each in self._issues.values() if each.project == project.id]:
                self._drop(issue)
            del self.put_away[project.id]
            self.store.remove("project", project.id)

    def adopt(self, issue: Issue) -> None:
        """Takes in an issue with its past; nobody is told."""
        self._issues[issue.id] = issue
        self._ids[issue.key] = issue.id
        self.save(issue)

    def status(self, id_or_name: str) -> Status:
        """One status; raises `SiteFault` where there is none."""
        for status in self.statuses.values():
            if id_or_name in (status.id, status.name):
                return status
        raise SiteFault(f"The status '{id_or_name}' does not exist.", "status")

    def create_issue(
        self,
        summary: str,
        *,
        by: User,
        project: str = "BUR",
        kind: IssueType = ISSUE_TYPES[0],
        changes: Changes = edits.NONE,
    ) -> Issue:
        """A new issue in the first status, with further fields from the start by `changes`; raises `SiteFault`."""
        place, summary = self.project(project), checked_summary(summary)
        now, first = self.clock(), next(iter(self.statuses.values()))
        with self.store.transaction():
            place.last_number += 1
            issue = Issue(
                id=self.new_id(),
                key=f"{place.key}-{place.last_number}",
                number=place.last_number,
                project=place.id,
                type=kind.id,
                summary=summary,
                description=changes.description or "",
                status=first.id,
                reporter=by.account_id,
                created=now,
                updated=now,
                category_changed=now,
                assignee=changes.assignee or None,
                priority=changes.priority or "3",
                labels=changes.labels or [],
            )
            self.keep_project(place)
            created = self._change(by, now, creation_items(issue, first, self.users))
            self.adopt(issue)
        self.tell("jira:issue_created", issue, by, now, type_name="issue_created", change=created)
        return issue

    def move(self, issue: Issue, status: Status, *, by: User, changes: Changes = edits.NONE) -> None:
        """Brings an issue into another status, and changes fields as one with it; raises `SiteFault`.

        Where that is nothing new, it does nothing, as Jira's own page does.
        """
        items = edits.made(issue, changes, self.users)
        before, now = self.statuses[issue.status], self.clock()
        if before != status:
            items = [*_steps(before, status), *items]
            issue.status = status.id
            issue.resolved = now if status.category.key == "done" else None
            if before.category != status.category:
                issue.category_changed = now
        if items:
            self.changed(issue, by, now, items, "issue_generic")

    def edit(self, issue: Issue, changes: Changes, *, by: User) -> None:
        """Changes fields of an issue, which is told as one change; raises `SiteFault`."""
        if items := edits.made(issue, changes, self.users):
            alone = [each["field"] for each in items] == ["assignee"]
            self.changed(issue, by, self.clock(), items, "issue_assigned" if alone else "issue_updated")

    def set_property(self, issue: Issue, key: str, value: Any, *, by: User) -> None:
        """Sets a property of an issue; the issue itself does not count as changed by that."""
        issue.properties[key] = value
        self.save(issue)
        self.tell("issue_property_set", issue, by, self.clock(), property={"key": key, "value": value})

    def remove_property(self, issue: Issue, key: str, *, by: User) -> None:
        """Removes a property of an issue, which has it."""
        del issue.properties[key]
        self.save(issue)
        self.tell("issue_property_deleted", issue, by, self.clock(), property={"key": key})

    def delete(self, issue: Issue, *, by: User) -> None:
        """Deletes an issue; word of its comments' end follows, as Jira sends it."""
        self._drop(issue)
        now = self.clock()
        self.tell("jira:issue_deleted", issue, by, now)
        for comment in issue.comments:
            self.tell("comment_deleted", issue, by, now, comment=comment, secondary=True)
        for attachment in issue.attachments:
            self.tell("attachment_deleted", issue, by, now, thing=attachment, secondary=True)

    def _drop(self, issue: Issue) -> None:
        del self._issues[issue.id], self._ids[issue.key]
        self.store.remove("issue", issue.id)
        for attachment in issue.attachments:
            self.store.remove("attachment_content", attachment.id)

    def changed(self, issue: Issue, by: User, now: float, items: list[Json], type_name: str) -> None:
        """Writes a change of an issue into its changelog, and tells it; `type_name` is such as ``issue_updated``."""
        with self.store.transaction():
            change = self._change(by, now, items)
            issue.changes.append(change)
            issue.updated = now
            self.save(issue)
        self.tell("jira:issue_updated", issue, by, now, type_name=type_name, change=change)

    def _change(self, by: User, now: float, items: list[Json]) -> Change:
        return Change(self.new_id(), by.account_id, now, items)

    def new_id(self) -> str:
        """An id that no other thing of the site has."""
        self._next_id += 1
        self.store.put("counter", "id", {"value": self._next_id})
        return str(self._next_id)

    def save(self, issue: Issue) -> None:
        """Writes an issue down as it is now."""
        self.store.put("issue", issue.id, issue.to_json())

    def tell(self, event: str, issue: Issue | None, by: User, at: float, **more: Any) -> None:
        """Tells all who listen what has happened; `more` are further fields of the `Happening`."""
        subject = more.pop("subject", issue.key if issue else "")
        then = issue.snapshot() if issue else None
        told = {name: copy.copy(value) for name, value in more.items()}
        happening = Happening(event, then, by, at, subject=subject, **told)
        for listener in self.listeners:
            listener(happening)


def _steps(before: Status, after: Status) -> list[Json]:
    """What the changelog says of a way from one status to another."""
    items = [item("status", before.id, before.name, after.id, after.name)]
    was_done, is_done = before.category.key == "done", after.category.key == "done"
    if was_done != is_done:
        done: tuple[str | None, str | None] = ("10000", "Done")
        none: tuple[str | None, str | None] = (None, None)
        items.insert(0, item("resolution", *(done if was_done else none), *(done if is_done else none)))
    return items
