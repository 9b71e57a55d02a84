"""What a user may do, asked of Jira itself. Whatever Jira does not plainly grant is missing.

Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-permissions/
(an app may ask for any user from its server, without being an administrator).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from chalicelib.connect.jira.client import JiraClient

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,254}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Permissions:
    """Permissions by their keys in Jira, such as ``BROWSE_PROJECTS``: all of them are needed, not one of them."""

    issue: tuple[str, ...] = ()
    """On the issue that the page is shown beside."""
    project: tuple[str, ...] = ()
    """On the project that the page is shown in."""
    everywhere: tuple[str, ...] = ()
    """Global ones, such as ``ADMINISTER``."""

    def __post_init__(self) -> None:
        named = [self.issue, self.project, self.everywhere]
        if not all(isinstance(each, tuple) for each in named) or not any(named):
            raise ValueError("Permissions are tuples of keys, and at least one is named.")
        if wrong := [name for each in named for name in each if not _NAME.fullmatch(name)]:
            raise ValueError(f"No permission of Jira is named like this: {', '.join(map(repr, wrong))}.")


def missing(
    jira: JiraClient,
    account_id: str,
    permissions: Permissions,
    *,
    issue_id: str | None = None,
    project_id: str | None = None,
) -> list[str]:
    """Those of `permissions` that the account does not have, on the issue and the project with these ids.

    One call to Jira, as the app. Raises a `JiraError` when Jira does not answer it.
    """
    places = [("issues", issue_id, permissions.issue), ("projects", project_id, permissions.project)]
    asked = {
        "accountId": account_id,
        "globalPermissions": list(permissions.everywhere),
        "projectPermissions": [
            {"permissions": list(names), kind: [int(identity)]}
            for kind, identity, names in places
            if names and identity
        ],
    }
    granted = set(_granted(jira.post("/rest/api/3/permissions/check", asked)))
    needed = [("everywhere", "", name) for name in permissions.everywhere]
    needed += [(kind, identity or "", name) for kind, identity, names in places for name in names]
    return [each[2] for each in needed if each not in granted]


def _granted(answer: Any) -> Iterator[tuple[str, str, str]]:
    """What the answer grants, as far as it has the shape that it should have."""
    told = answer if isinstance(answer, dict) else {}
    for name in _listed(told, "globalPermissions"):
        if isinstance(name, str):
            yield "everywhere", "", name
    for entry in _listed(told, "projectPermissions"):
        name = entry.get("permission") if isinstance(entry, dict) else None
        if isinstance(name, str):
            for kind in ("issues", "projects"):
                yield from ((kind, str(each), name) for each in _listed(entry, kind) if type(each) is int)


def _listed(holder: dict[str, Any], name: str) -> list[Any]:
    value = holder.get(name)
    return value if isinstance(value, list) else []
