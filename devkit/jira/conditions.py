"""The conditions under which a module is shown, evaluated for the user and the place of now.

Source: https://developer.atlassian.com/cloud/jira/platform/conditions/
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from devkit.jira.installations import Installation
from devkit.jira.model import Json
from devkit.jira.people import People
from devkit.jira.permissions import Permissions
from devkit.jira.places import Place
from devkit.jira.properties import AppProperties
from devkit.jira.site import Site


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks, where, and for which app."""

    site: Site
    permissions: Permissions
    properties: AppProperties
    people: People
    known: Installation
    place: Place

    def may(self, permission: object) -> bool:
        """Whether the user has a permission at the place."""
        project = self.place.project.id if self.place.project else None
        return self.permissions.has(self.site.current_user, str(permission), project)

    def option(self, name: str) -> bool:
        """Whether an option of the site is on."""
        return self.people.options()[name]

    def property(self, params: Json) -> tuple[bool, Any]:
        """Whether there is the property that the parameters name, and its value."""
        if params.get("entity") == "issue":
            values = self.place.issue.properties if self.place.issue else {}
        elif params.get("entity") in (None, "addon"):
            values = self.properties.of(self.known.descriptor["key"])
        else:
            values = {}
        key = str(params.get("propertyKey"))
        found = values.get(key)
        for step in str(params.get("objectName") or "").split("."):
            found = found.get(step) if step and isinstance(found, dict) else found
        return key in values, found


def _has_property(asked: Asked, params: Json) -> bool:
    return asked.property(params)[0]


def _equals_property(asked: Asked, params: Json) -> bool:
    there, value = asked.property(params)
    text = value if isinstance(value, str) else str(value).lower() if isinstance(value, bool) else str(value)
    return there and text == str(params.get("value"))


_KNOWN: Final[dict[str, Callable[[Asked, Json], bool]]] = {
    "user_is_logged_in": lambda asked, params: asked.site.current_user.account_type != "anonymous",
    "user_is_admin": lambda asked, params: asked.may("ADMINISTER"),
    "user_is_sysadmin": lambda asked, params: asked.may("SYSTEM_ADMIN"),
    "user_is_project_admin": lambda asked, params: asked.may("ADMINISTER_PROJECTS"),
    "addon_is_licensed": lambda asked, params: asked.known.licence != "none",
    "has_global_permission": lambda asked, params: asked.may(params.get("permission")),
    "has_project_permission": lambda asked, params: asked.may(params.get("permission")),
    "has_issue_permission": lambda asked, params: asked.may(params.get("permission")),
    "has_selected_project": lambda asked, params: asked.place.project is not None,
    "project_type": lambda asked, params: params.get("projectTypeKey", params.get("type")) in (None, "software"),
    "can_use_application": lambda asked, params: params.get("applicationKey") in ("jira-software", "jira-core"),
    "addon_property_exists": _has_property,
    "addon_property_equal_to": _equals_property,
    "entity_property_exists": _has_property,
    "entity_property_equal_to": _equals_property,
    "can_attach_file_to_issue": lambda asked, params: asked.place.issue is not None and asked.may("CREATE_ATTACHMENTS"),
    "is_issue_editable": lambda asked, params: asked.place.issue is not None and asked.may("EDIT_ISSUES"),
    "is_issue_unresolved": lambda asked, params: asked.place.issue is not None and asked.place.issue.resolved is None,
    "linking_enabled": lambda asked, params: asked.option("issuelinks"),
    "sub_tasks_enabled": lambda asked, params: asked.option("subtasks"),
    "time_tracking_enabled": lambda asked, params: asked.option("timetracking"),
    "voting_enabled": lambda asked, params: asked.option("voting"),
    "watching_enabled": lambda asked, params: asked.option("watching"),
    "is_issue_assigned_to_current_user": lambda asked, params: bool(
        asked.place.issue and asked.place.issue.assignee == asked.site.current_user.account_id
    ),
    "is_issue_reported_by_current_user": lambda asked, params: bool(
        asked.place.issue and asked.place.issue.reporter == asked.site.current_user.account_id
    ),
}


def hold(conditions: object, asked: Asked) -> bool:
    """Whether all conditions of a module hold; one that the stand-in does not know holds, and `unknown` names it."""
    return all(_holds(each, asked) for each in conditions) if isinstance(conditions, list) else True


def by_name(name: str, asked: Asked) -> bool:
    """Whether the condition of a name holds, as a URL asks about it."""
    return _holds({"condition": name}, asked)


def unknown(conditions: object) -> list[str]:
    """The names of the conditions that the stand-in does not evaluate."""
    if isinstance(conditions, list):
        return [name for each in conditions for name in unknown(each)]
    if not isinstance(conditions, dict):
        return []
    inner = [name for word in ("and", "or") for name in unknown(conditions.get(word))]
    name = conditions.get("condition")
    return inner + ([name] if isinstance(name, str) and name not in _KNOWN else [])


def _holds(condition: Any, asked: Asked) -> bool:
    if not isinstance(condition, dict):
        return True
    if "or" in condition:
        return any(_holds(each, asked) for each in condition["or"])
    if "and" in condition:
        return hold(condition["and"], asked)
    params = condition.get("params")
    test = _KNOWN.get(str(condition.get("condition")))
    if test is None:
        return True
    return test(asked, params if isinstance(params, dict) else {}) != bool(condition.get("invert"))
