"""Comments on issues: added, changed, taken away. Each is told twice, as at Jira: as a comment and as an update.

Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-comments/
"""

from __future__ import annotations

from devkit.jira.checks import check_comment, check_seen_by_all
from devkit.jira.forms import prose
from devkit.jira.model import Comment, Issue, Json, User
from devkit.jira.site import Site


def text(given: Json, version: int) -> str:
    """The text of a comment that a version of REST brings; raises `SiteFault`, by field."""
    check_seen_by_all(given)
    body = prose(given.get("body"), version, "comment", "Comment body is not valid!")
    check_comment(body)
    return body


def add(site: Site, issue: Issue, body: str, *, by: User) -> Comment:
    """Adds a comment; raises `SiteFault` where it is empty."""
    check_comment(body)
    now = site.clock()
    with site.store.transaction():
        comment = Comment(site.new_id(), by.account_id, body, now, now)
        issue.comments.append(comment)
        issue.updated = now
        site.save(issue)
    _told(site, "comment_created", issue, by, comment, "issue_commented")
    return comment


def edit(site: Site, issue: Issue, comment: Comment, body: str, *, by: User) -> None:
    """Changes a comment; raises `SiteFault` where it would be empty."""
    check_comment(body)
    comment.body, comment.update_author = body, by.account_id
    comment.updated = issue.updated = site.clock()
    site.save(issue)
    _told(site, "comment_updated", issue, by, comment, "issue_comment_edited")


def remove(site: Site, issue: Issue, comment: Comment, *, by: User) -> None:
    """Takes a comment away."""
    issue.comments.remove(comment)
    issue.updated = site.clock()
    site.save(issue)
    _told(site, "comment_deleted", issue, by, comment, "issue_comment_deleted")


def _told(site: Site, event: str, issue: Issue, by: User, comment: Comment, type_name: str) -> None:
    site.tell(event, issue, by, issue.updated, comment=comment)
    site.tell("jira:issue_updated", issue, by, issue.updated, comment=comment, type_name=type_name)
