"""Work on issues: logged, corrected, and taken back. Each is told twice, as at Jira: as a worklog and as a change.

Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-worklogs/
"""

from __future__ import annotations

from devkit.jira import spans
from devkit.jira.happenings import SiteFault, item
from devkit.jira.model import Issue, User, Worklog
from devkit.jira.site import Site


def spent(issue: Issue) -> int:
    """All seconds that were logged on an issue."""
    return sum(worklog.seconds for worklog in issue.worklogs)


def find(issue: Issue, identity: str) -> Worklog:
    """One worklog of an issue; raises `SiteFault`."""
    found = next((each for each in issue.worklogs if each.id == identity), None)
    if found is None:
        raise SiteFault(f"Cannot find worklog with id: '{identity}'.", status=404)
    return found


def log(
    site: Site, issue: Issue, seconds: int, *, by: User, comment: str = "", started: float | None = None
) -> Worklog:
    """Logs work that was `started` at an instant, or just now; raises `SiteFault`."""
    now, before = site.clock(), spent(issue)
    start = now if started is None else started
    worklog = Worklog(site.new_id(), by.account_id, comment, spans.checked(seconds), start, now, now)
    issue.worklogs.append(worklog)
    _told(site, issue, worklog, before, by, "worklog_created", "issue_work_logged")
    return worklog


def correct(
    site: Site,
    issue: Issue,
    worklog: Worklog,
    *,
    by: User,
    seconds: int | None = None,
    comment: str | None = None,
    started: float | None = None,
) -> None:
    """Changes what is given of a worklog; raises `SiteFault`."""
    before = spent(issue)
    worklog.seconds = worklog.seconds if seconds is None else spans.checked(seconds)
    worklog.comment = worklog.comment if comment is None else comment
    worklog.started = worklog.started if started is None else started
    worklog.updated, worklog.update_author = site.clock(), by.account_id
    _told(site, issue, worklog, before, by, "worklog_updated", "issue_worklog_updated")


def remove(site: Site, issue: Issue, worklog: Worklog, *, by: User) -> None:
    """Takes a worklog back."""
    before = spent(issue)
    issue.worklogs.remove(worklog)
    _told(site, issue, worklog, before, by, "worklog_deleted", "issue_worklog_deleted")


def _told(site: Site, issue: Issue, worklog: Worklog, before: int, by: User, event: str, type_name: str) -> None:
    after, now = spent(issue), site.clock()
    start, end = (str(each) if each else None for each in (before, after))
    items = [item("timespent", start, start, end, end), item("WorklogId", worklog.id, worklog.id, None, None)]
    site.save(issue)
    site.tell(event, issue, by, now, thing=worklog)
    site.changed(issue, by, now, items, type_name)
