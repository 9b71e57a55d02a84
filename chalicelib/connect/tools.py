"""What handlers, routes of pages and jobs are given to work with, all of one tenant."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.connect.values import frozen

if TYPE_CHECKING:
    from chalicelib.connect.jira.client import JiraClient
    from chalicelib.connect.starter import TenantJobs
    from chalicelib.connect.storage.ports import Records


@frozen
class Tools:
    """Ways to what is one tenant's, and to nothing of another."""

    records: Records
    """The app's own records."""
    jira: JiraClient
    """Calls back to the tenant's Jira."""
    jobs: TenantJobs
    """Starts jobs and says how far they are."""
