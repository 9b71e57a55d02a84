"""Who may do what on the site: administrators all, members all but to administer; whoever has not logged in may look.

Single permissions can be taken from a user. An app's user may do what the scopes of its descriptor let it do.
Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-permissions/
"""

from __future__ import annotations

from typing import Final

from devkit.jira.happenings import SiteFault
from devkit.jira.model import User
from devkit.jira.store import Store

ADMINISTRATION: Final = {"ADMINISTER", "SYSTEM_ADMIN"}

GLOBAL: Final = {
    *ADMINISTRATION,
    *("USER_PICKER", "CREATE_SHARED_OBJECTS", "MANAGE_GROUP_FILTER_SUBSCRIPTIONS", "BULK_CHANGE"),
}

PROJECT_ADMINISTRATION: Final = {"ADMINISTER_PROJECTS", "MANAGE_SPRINTS_PERMISSION", "MODIFY_REPORTER"}

PROJECT: Final = {
    *PROJECT_ADMINISTRATION,
    *("BROWSE_PROJECTS", "VIEW_DEV_TOOLS", "VIEW_READONLY_WORKFLOW", "VIEW_AGGREGATED_DATA"),
    *("CREATE_ISSUES", "EDIT_ISSUES", "DELETE_ISSUES", "MOVE_ISSUES", "TRANSITION_ISSUES", "RESOLVE_ISSUES"),
    *("ASSIGN_ISSUES", "ASSIGNABLE_USER", "SCHEDULE_ISSUES", "CLOSE_ISSUES", "LINK_ISSUES", "SET_ISSUE_SECURITY"),
    *("VIEW_VOTERS_AND_WATCHERS", "MANAGE_WATCHERS", "ARCHIVE_ISSUES", "UNARCHIVE_ISSUES"),
    *("ADD_COMMENTS", "EDIT_ALL_COMMENTS", "EDIT_OWN_COMMENTS", "DELETE_ALL_COMMENTS", "DELETE_OWN_COMMENTS"),
    *("CREATE_ATTACHMENTS", "DELETE_ALL_ATTACHMENTS", "DELETE_OWN_ATTACHMENTS"),
    *("WORK_ON_ISSUES", "EDIT_ALL_WORKLOGS", "EDIT_OWN_WORKLOGS", "DELETE_ALL_WORKLOGS", "DELETE_OWN_WORKLOGS"),
}


class Permissions:
    """The permissions of the site; what was taken away is kept in the store."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._taken = {body["id"] for body in store.all("taken_permission")}

    def has(self, user: User, permission: str, project: str | None = None) -> bool:
        """Whether a user has a permission; `project` is the id of the one that it is about, where it is about one."""
        taken = {_named(user, permission, ""), _named(user, permission, project or "")}
        return not taken & self._taken and self._granted(user, permission)

    def _granted(self, user: User, permission: str) -> bool:
        if permission not in GLOBAL | PROJECT:
            return False
        if user.account_type == "anonymous":
            return permission == "BROWSE_PROJECTS"
        if user.account_type == "app" and permission in PROJECT:
            return True  # its scopes are its limits: Jira gives apps a role of their own in every project
        return user.is_admin or permission not in ADMINISTRATION | PROJECT_ADMINISTRATION

    def take(self, user: User, permission: str, project: str = "") -> None:
        """Takes a permission from a user, everywhere or in the project of an id; raises `SiteFault`."""
        if permission not in GLOBAL | PROJECT:
            raise SiteFault(f"There is no permission {permission!r} that could be taken.")
        identity = _named(user, permission, project)
        self._taken.add(identity)
        self._store.put("taken_permission", identity, {"id": identity})

    def taken(self) -> list[tuple[str, str, str]]:
        """All that was taken away: account id, permission, project id or nothing."""
        return [(account, permission, project) for account, permission, project in map(_parts, sorted(self._taken))]


def _named(user: User, permission: str, project: str) -> str:
    return f"{user.account_id}|{permission}|{project}"


def _parts(identity: str) -> tuple[str, str, str]:
    account, permission, project = identity.split("|")
    return account, permission, project
