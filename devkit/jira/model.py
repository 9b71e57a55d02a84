"""The things of a Jira site, as plain records: users, statuses, projects, issues, their comments and changes."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass, field, fields, replace
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Json = dict[str, Any]


def fields_of(record: DataclassInstance) -> Json:
    """The fields of a record by name; not copied, as `asdict` does, which took most of the time of what is kept."""
    return {name: getattr(record, name) for name in _names(type(record))}


@cache
def _names(kind: type[DataclassInstance]) -> tuple[str, ...]:
    return tuple(each.name for each in fields(kind))


@dataclass(frozen=True, slots=True)
class User:
    """Someone who uses the site."""

    account_id: str
    name: str
    locale: str = "en_US"
    time_zone: str = "Europe/Berlin"
    account_type: str = "atlassian"
    is_admin: bool = False
    """Whether it administers the site; an app does so with the scope ADMIN."""
    active: bool = True
    """False once it was deleted; what it has done still names it."""


@dataclass(frozen=True, slots=True)
class Category:
    """The kind of a status; its `key` is what programs compare."""

    id: int
    key: str
    name: str
    color: str


@dataclass(frozen=True, slots=True)
class Status:
    """A status of the workflow, and the transition that leads to it from every other one."""

    id: str
    name: str
    category: Category
    transition: str


@dataclass(frozen=True, slots=True)
class IssueType:
    """What kind of work an issue is."""

    id: str
    name: str


@dataclass(slots=True)
class Project:
    """A project; `last_number` is that of its newest issue, and is never given twice."""

    id: str
    key: str
    name: str
    last_number: int = 0
    lead: str = ""
    """The account id of who leads it; empty for the first user of the site."""
    description: str = ""
    state: str = "live"
    """``live``, ``archived`` or ``deleted``, which is in the trash; then it and its issues can not be seen."""


@dataclass(slots=True)
class Comment:
    """A comment; times are seconds since the epoch."""

    id: str
    author: str
    body: str
    created: float
    updated: float
    update_author: str = ""
    """Who has changed it last; empty where nobody has."""


@dataclass(slots=True)
class Change:
    """One entry of a changelog; its items have the form in which Jira shows them."""

    id: str
    author: str
    created: float
    items: list[Json]


@dataclass(slots=True)
class Worklog:
    """Work that was done on an issue, in seconds; times are seconds since the epoch."""

    id: str
    author: str
    comment: str
    seconds: int
    started: float
    created: float
    updated: float
    update_author: str = ""
    """Who has changed it last; empty where nobody has."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file at an issue; its content is kept apart. `size` in bytes, `created` in seconds since the epoch."""

    id: str
    author: str
    filename: str
    mime_type: str
    size: int
    created: float


@dataclass(slots=True)
class Issue:
    """An issue. Its `number` orders the issues of a project; times are seconds since the epoch."""

    id: str
    key: str
    number: int
    project: str
    type: str
    summary: str
    description: str
    status: str
    reporter: str
    created: float
    updated: float
    category_changed: float
    assignee: str | None = None
    resolved: float | None = None
    priority: str = "3"
    labels: list[str] = field(default_factory=list)
    properties: dict[str, Any] = field(default_factory=dict)
    comments: list[Comment] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    worklogs: list[Worklog] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)

    def to_json(self) -> Json:
        """The issue as a document for the store."""
        lists = {name: [fields_of(each) for each in getattr(self, name)] for name in _LISTS}
        return {**fields_of(self), **lists}

    def snapshot(self) -> Issue:
        """The issue as it is now, which later deeds leave as it is; changes and files are never changed themselves."""
        return replace(
            self,
            labels=list(self.labels),
            properties=deepcopy(self.properties),
            comments=[replace(each) for each in self.comments],
            changes=list(self.changes),
            worklogs=[replace(each) for each in self.worklogs],
            attachments=list(self.attachments),
        )

    @classmethod
    def from_json(cls, body: Json) -> Issue:
        """The issue out of a document of the store."""
        comments = [Comment(**comment) for comment in body["comments"]]
        changes = [Change(**change) for change in body["changes"]]
        worklogs = [Worklog(**worklog) for worklog in body.get("worklogs", [])]
        attachments = [Attachment(**attachment) for attachment in body.get("attachments", [])]
        lists = {"comments": comments, "changes": changes, "worklogs": worklogs, "attachments": attachments}
        return cls(**{**body, **lists})


_LISTS = ("comments", "changes", "worklogs", "attachments")
"""The fields of an issue that hold further records."""


@dataclass(frozen=True, slots=True)
class LinkType:
    """A kind of link, and how it is read from either end."""

    id: str
    name: str
    outward: str
    inward: str


LINK_TYPES = (
    LinkType("10000", "Blocks", "blocks", "is blocked by"),
    LinkType("10001", "Cloners", "clones", "is cloned by"),
    LinkType("10002", "Duplicate", "duplicates", "is duplicated by"),
    LinkType("10003", "Relates", "relates to", "relates to"),
)


@dataclass(frozen=True, slots=True)
class Link:
    """A link of a type, from the issue of the id `source` to that of the id `destination`."""

    id: str
    type: str
    source: str
    destination: str

    @property
    def kind(self) -> LinkType:
        """Its type."""
        return next(each for each in LINK_TYPES if each.id == self.type)


TO_DO = Category(2, "new", "To Do", "blue-gray")
IN_PROGRESS = Category(4, "indeterminate", "In Progress", "yellow")
DONE = Category(3, "done", "Done", "green")

CATEGORIES = (TO_DO, IN_PROGRESS, DONE)

STATUSES = (
    Status("10000", "To Do", TO_DO, "11"),
    Status("10001", "In Progress", IN_PROGRESS, "21"),
    Status("10002", "In Review", IN_PROGRESS, "31"),
    Status("10003", "Done", DONE, "41"),
)

PRIORITIES = {"1": "Highest", "2": "High", "3": "Medium", "4": "Low", "5": "Lowest"}

ISSUE_TYPES = (IssueType("10001", "Task"), IssueType("10002", "Bug"), IssueType("10003", "Story"))

USERS = (
    User("557058:0f5b9c0e-6c1d-4f7a-9a52-6a1e6f0d0001", "Hazel Nutt", is_admin=True),
    User("557058:0f5b9c0e-6c1d-4f7a-9a52-6a1e6f0d0002", "Robin Sedge", time_zone="Europe/London"),
)
"""Invented people; the first is the one who uses the pages, and administers the site."""

ANONYMOUS = User("", "Anonymous", account_type="anonymous")
"""Whoever has not logged in."""
