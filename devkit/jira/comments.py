"""Comments on issues: added, changed, taken away.

Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-comments/
"""

from __future__ import annotations

from devkit.jira.checks import check_comment
from devkit.jira.model import Comment, Issue, User
from devkit.jira.site import Site


def add(site: Site, issue: Issue, body: str, *, by: User) -> Comment:
    """Adds a comment; raises `SiteFault` where it is empty."""
    check_comment(body)
    now = site.clock()
    with site.store.transaction():
        comment = Comment(site.new_id(), by.account_id, body, now, now)
        issue.comments.append(comment)
        issue.updated = now
        site.save(issue)
    site.tell("comment_created", issue, by, now, comment=comment)
    return comment


def edit(site: Site, issue: Issue, comment: Comment, body: str, *, by: User) -> None:
    """Changes a comment; raises `SiteFault` where it would be empty."""
    check_comment(body)
    comment.body, comment.update_author = body, by.account_id
    comment.updated = issue.updated = site.clock()
    site.save(issue)
    site.tell("comment_updated", issue, by, comment.updated, comment=comment)


def remove(site: Site, issue: Issue, comment: Comment, *, by: User) -> None:
    """Takes a comment away."""
    issue.comments.remove(comment)
    issue.updated = site.clock()
    site.save(issue)
    site.tell("comment_deleted", issue, by, issue.updated, comment=comment)
