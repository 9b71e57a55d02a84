"""What the app does that takes longer than a function lives: it reads what happened before it was there, or was missed.

Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-search/ and
https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issues/#api-rest-api-3-issue-issueidorkey-changelog-get
"""

from __future__ import annotations

import logging
from collections.abc import Iterator

from chalicelib.connect.errors import JiraForbiddenError, JiraNotFoundError
from chalicelib.connect.jobs import Job, Jobs, Value
from chalicelib.time_in_status.changelog import Json, histories, issue_id
from chalicelib.time_in_status.store import Issues

BACKFILL = "backfill"
RECOUNT = "recount"

ISSUES_A_STEP = 20
"""Each takes a call to Jira, of a few tenths of a second: a step is then a few seconds long."""

jobs = Jobs()

# Below the framework's log, whose lines name the tenant and the job.
_LOG = logging.getLogger("dormouse.time_in_status")


@jobs.job(BACKFILL, on_install=True)
def backfill(job: Job) -> Iterator[Value]:
    """Read the history of all issues of the site, the newest first."""
    return _read(job, 'created >= "2000-01-01" ORDER BY created DESC')


@jobs.job(RECOUNT)
def recount(job: Job) -> Iterator[Value]:
    """Read the history of the issues that have changed within two days: what no webhook told is soon known too."""
    return _read(job, "updated >= -2d ORDER BY updated ASC")


def _read(job: Job, jql: str) -> Iterator[Value]:
    asked = {"jql": jql, "fields": ["created", "updated", "status"], "maxResults": ISSUES_A_STEP}
    for part in job.jira.parts("/rest/api/3/search/jql", items="issues", body=asked, start=job.place.get("next")):
        for issue in part.items:
            job.jira.keep_reserve()
            _learn(job, issue)
        job.progress["issues"] = job.progress.get("issues", 0) + len(part.items)
        if part.next is not None:
            yield {"next": part.next}


def _learn(job: Job, issue: Json) -> None:
    identity = issue_id({"issue": issue})
    if identity is None:
        return
    try:
        entries = list(job.jira.each(f"/rest/api/3/issue/{identity}/changelog"))
    except JiraNotFoundError:
        return  # deleted since, or out of the app's sight: what is known of it says so, or goes with the next webhook
    except JiraForbiddenError as error:
        # One issue that is closed to the app, by its security level or its project, must not end the whole run.
        _LOG.warning("history not read: %s", error)
        return
    Issues(job.records).fill(identity, issue, histories(entries))
