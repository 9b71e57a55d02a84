"""The permissions that a route asks for, checked for the account that the context token names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.connect.errors import ForbiddenError, JiraError

if TYPE_CHECKING:
    from chalicelib.connect.jira.permissions import Permissions
    from chalicelib.connect.web.request import TenantRequest


def check(request: TenantRequest, permissions: Permissions) -> None:
    """Raises `ForbiddenError` unless Jira says, now, that the account has every one of `permissions`.

    A context token says where a page is shown and to whom, for a quarter of an hour; it says nothing of what they
    may do, and an id in the query nothing at all. An account that is not named has no permission. Raises
    `BadRequestError` when the page is in the place of no such thing, a `JiraError` when another try can help.
    """
    from chalicelib.connect.jira.permissions import missing

    if request.account_id is None:
        raise ForbiddenError("Nobody is logged in to Jira.")
    try:
        lacking = missing(
            request.jira,
            request.account_id,
            permissions,
            issue_id=request.issue_id if permissions.issue else None,
            project_id=request.project_id if permissions.project else None,
        )
    except JiraError as error:
        if error.retry:
            raise
        raise ForbiddenError("Jira does not say whether this is permitted.") from error
    if lacking:
        raise ForbiddenError(f"This takes a permission in Jira: {', '.join(lacking)}.")
