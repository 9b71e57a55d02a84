"""The fields of issues as REST sets and asks for them.

Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issues/
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from devkit.jira import comments
from devkit.jira.edits import Changes
from devkit.jira.forms import prose
from devkit.jira.happenings import SiteFault
from devkit.jira.model import PRIORITIES, Issue, IssueType, Json, Project
from devkit.jira.properties import check
from devkit.jira.shapes import Shapes
from devkit.jira.site import Site

FIXED: Final = {"project", "issuetype"}
"""What is set once, when an issue is made."""

SETTABLE: Final = {"summary", "description", "priority", "labels", "assignee"}


def given(body: Json, version: int, issue: Issue | None = None) -> tuple[Json, list[str]]:
    """What a body wants of an issue, which may have to be made: the fields with their values, and texts of comments.

    Fields are set by its `fields`, or by the operations of its `update`. Raises `SiteFault`, by field.
    """
    wanted, update = dict(_object(body, "fields")), dict(_object(body, "update"))
    added = [_comment(each, version) for each in _operations(update.pop("comment", []), "comment")]
    if both := sorted(wanted.keys() & update.keys()):
        raise SiteFault(f"Field '{both[0]}' cannot appear in both 'fields' and 'update'", both[0])
    for name, value in update.items():
        for verb, operand in _operations(value, name):
            if verb == "set":
                wanted[name] = operand
            elif name == "labels" and verb in ("add", "remove"):
                before = wanted.get(name, issue.labels if issue else [])
                kept = [each for each in _labels(before) if each != operand]
                wanted[name] = [*kept, operand] if verb == "add" else kept
            else:
                raise SiteFault(f"Field '{name}' does not support the operation '{verb}' in this stand-in.", name)
    return wanted, added


def _object(body: Json, name: str) -> Json:
    value = body.get(name) or {}
    if not isinstance(value, dict):
        raise SiteFault(f"'{name}' must be an object.", name)
    return value


def _operations(value: Any, name: str) -> list[tuple[str, Any]]:
    if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
        raise SiteFault(f"'update.{name}' must be a list of operations, such as {{\"set\": …}}.", name)
    return [operation for each in value for operation in each.items()]


def _comment(operation: tuple[str, Any], version: int) -> str:
    verb, operand = operation
    if verb != "add" or not isinstance(operand, dict):
        raise SiteFault('A comment is added here: {"add": {"body": …}}.', "comment")
    return comments.text(operand, version)


def properties(body: Json) -> dict[str, Any]:
    """The properties that a body gives an issue, by key; raises `SiteFault`."""
    listed = body.get("properties") or []
    if not isinstance(listed, list) or not all(isinstance(each, dict) for each in listed):
        raise SiteFault("'properties' must be a list of objects with a key and a value.", "properties")
    found = {str(each.get("key") or ""): each.get("value") for each in listed}
    for key, value in found.items():
        check(key, value)
    return found


def changes(site: Site, given: Json, version: int) -> Changes:
    """What fields with their values change, as a version of REST takes them; raises `SiteFault`, by field."""
    for name in given:
        if name not in SETTABLE:
            raise SiteFault(f"Field '{name}' cannot be set in this stand-in.", name)
    return Changes(
        summary=text(given, "summary"),
        description=prose(given["description"], version, "description") if "description" in given else None,
        priority=_priority(given["priority"]) if "priority" in given else None,
        labels=_labels(given["labels"]) if "labels" in given else None,
        assignee=assignee(site, given["assignee"]) if "assignee" in given else None,
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
    return site.project(str(value.get("key") or value.get("id") or ""), status=400)


def issue_type(site: Site, given: Json) -> IssueType:
    """The type that the fields name, the first one where they name none; raises `SiteFault`."""
    value = given.get("issuetype") or {}
    wanted = str(value.get("id") or value.get("name") or next(iter(site.types))) if isinstance(value, dict) else ""
    for kind in site.types.values():
        if wanted in (kind.id, kind.name):
            return kind
    raise SiteFault("Specify a valid issue type", "issuetype")


def assignee(site: Site, value: Any) -> str:
    """The account id of whom an object with an accountId names, empty for nobody; raises `SiteFault`."""
    identity = value.get("accountId") if isinstance(value, dict) else value
    if identity is None:
        return ""
    found = site.users.get(identity) if isinstance(identity, str) else None
    if found is None or not found.account_id:
        raise SiteFault(f"User '{identity}' cannot be assigned issues.", "assignee")
    return found.account_id


def chosen(shapes: Shapes, issue: Issue, names: object, expand: object, keys: object = None) -> Json:
    """An issue with the fields of some names, its properties of some keys, its changelog where that is in `expand`."""
    wanted = [str(name).strip() for name in names] if isinstance(names, list) else []
    whole = shapes.issue(issue)
    if not {"*all", "*navigable"} & set(wanted):
        whole["fields"] = {name: value for name, value in whole["fields"].items() if name in wanted}
    for name in wanted:
        if name.startswith("-"):
            whole["fields"].pop(name[1:], None)
    if asked := _listed(keys):
        every = "*all" in asked
        whole["properties"] = {key: value for key, value in issue.properties.items() if every or key in asked}
    if "changelog" in _listed(expand):
        histories = [shapes.change(change) for change in reversed(issue.changes)]
        count = len(histories)
        whole["changelog"] = {"startAt": 0, "maxResults": count, "total": count, "histories": histories}
    return whole


def _listed(asked: object) -> list[str]:
    """Names that are asked for as a list, or with commas between them."""
    names = asked if isinstance(asked, list) else str(asked or "").split(",")
    return [name.strip() for name in map(str, names) if name.strip()]


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
