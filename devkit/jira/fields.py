"""The fields of issues as REST sets and asks for them.

Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issues/
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from devkit.jira.forms import plain
from devkit.jira.happenings import SiteFault
from devkit.jira.model import PRIORITIES, Issue, IssueType, Json, Project, User
from devkit.jira.shapes import Shapes
from devkit.jira.site import Site

FIXED: Final = {"project", "issuetype"}
"""What is set once, when an issue is made."""

SETTABLE: Final = {"summary", "description", "priority", "labels", "assignee"}


@dataclass(frozen=True, slots=True)
class Changes:
    """What shall change; None for what stays. `priority` is the id of one."""

    summary: str | None = None
    description: str | None = None
    priority: str | None = None
    labels: list[str] | None = None


def changes(given: Json) -> Changes:
    """What the fields of a request change; raises `SiteFault`, by field."""
    for name in given:
        if name not in SETTABLE:
            raise SiteFault(f"Field '{name}' cannot be set in this stand-in.", name)
    return Changes(
        summary=text(given, "summary"),
        description=plain(given["description"]) if "description" in given else None,
        priority=_priority(given["priority"]) if "priority" in given else None,
        labels=_labels(given["labels"]) if "labels" in given else None,
    )


def text(given: Json, name: str) -> str | None:
    """One field that is a text, None where it is not given; raises `SiteFault`."""
    value = given.get(name)
    if value is not None and not isinstance(value, str):
        raise SiteFault("Operation value must be a string", name)
    return value


def project(site: Site, given: Json) -> Project:
    """The project that the fields name; raises `SiteFault`."""
    value = given.get("project")
    if not isinstance(value, dict):
        raise SiteFault("Specify a valid project ID or key", "project")
    return site.project(str(value.get("key") or value.get("id") or ""))


def issue_type(site: Site, given: Json) -> IssueType:
    """The type that the fields name, the first one where they name none; raises `SiteFault`."""
    value = given.get("issuetype") or {}
    wanted = str(value.get("id") or value.get("name") or next(iter(site.types))) if isinstance(value, dict) else ""
    for kind in site.types.values():
        if wanted in (kind.id, kind.name):
            return kind
    raise SiteFault("Specify a valid issue type", "issuetype")


def assignee(site: Site, value: Any) -> User | None:
    """Whom an object with an accountId names, None for nobody; raises `SiteFault`."""
    identity = value.get("accountId") if isinstance(value, dict) else value
    if identity is None:
        return None
    found = site.users.get(identity) if isinstance(identity, str) else None
    if found is None or not found.account_id:
        raise SiteFault(f"User '{identity}' cannot be assigned issues.", "assignee")
    return found


def chosen(shapes: Shapes, issue: Issue, names: object, expand: object) -> Json:
    """An issue with the fields of some names, and with its changelog where that is in `expand`."""
    wanted = [str(name).strip() for name in names] if isinstance(names, list) else []
    whole = shapes.issue(issue)
    if not {"*all", "*navigable"} & set(wanted):
        whole["fields"] = {name: value for name, value in whole["fields"].items() if name in wanted}
    for name in wanted:
        if name.startswith("-"):
            whole["fields"].pop(name[1:], None)
    if "changelog" in (expand if isinstance(expand, list) else str(expand or "").split(",")):
        histories = [shapes.change(change) for change in reversed(issue.changes)]
        count = len(histories)
        whole["changelog"] = {"startAt": 0, "maxResults": count, "total": count, "histories": histories}
    return whole


def _priority(value: Any) -> str:
    wanted: Iterable[Any] = (value.get("id"), value.get("name")) if isinstance(value, dict) else ()
    for identity, name in PRIORITIES.items():
        if identity in wanted or name in wanted:
            return identity
    raise SiteFault("Specify a valid priority: the id or the name of one", "priority")


def _labels(value: Any) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise SiteFault("Labels must be a list of texts", "labels")
    if any(" " in each or not 0 < len(each) <= 255 for each in value):
        raise SiteFault("A label is 1 to 255 characters long and holds no spaces", "labels")
    return list(dict.fromkeys(value))
