"""The things beside issues, in the form in which REST and webhooks show them; the two differ for links and projects.

Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/ and samples of what real sites have sent.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from devkit.jira import spans
from devkit.jira.forms import instant
from devkit.jira.model import Attachment, Issue, Json, Link, LinkType, Worklog

if TYPE_CHECKING:
    from devkit.jira.shapes import Shapes


def worklog(shapes: Shapes, issue: Issue, found: Worklog) -> Json:
    """A worklog, as REST shows it, and webhooks too."""
    author = shapes.user(found.author)
    return {
        "self": f"{shapes.rest}/issue/{issue.id}/worklog/{found.id}",
        "author": author,
        "updateAuthor": shapes.user(found.update_author) or author,
        **({"comment": shapes.text(found.comment)} if found.comment else {}),
        "created": instant(found.created),
        "updated": instant(found.updated),
        "started": instant(found.started),
        "timeSpent": spans.text_of(found.seconds),
        "timeSpentSeconds": found.seconds,
        "id": found.id,
        "issueId": issue.id,
    }


def attachment(shapes: Shapes, found: Attachment) -> Json:
    """A file at an issue, which it does not name."""
    return {
        "self": f"{shapes.rest}/attachment/{found.id}",
        "id": found.id,
        "filename": found.filename,
        "author": shapes.user(found.author),
        "created": instant(found.created),
        "size": found.size,
        "mimeType": found.mime_type,
        "content": f"{shapes.rest}/attachment/content/{found.id}",
    }


def link_type(shapes: Shapes, kind: LinkType) -> Json:
    """A type of links, as REST shows it."""
    return {
        "id": kind.id,
        "name": kind.name,
        "inward": kind.inward,
        "outward": kind.outward,
        "self": f"{shapes.rest}/issueLinkType/{kind.id}",
    }


def link(shapes: Shapes, found: Link, source: Issue, destination: Issue) -> Json:
    """A link with both its issues, as REST shows it: the inward issue is the one at which it begins."""
    return {
        "id": found.id,
        "self": f"{shapes.rest}/issueLink/{found.id}",
        "type": link_type(shapes, found.kind),
        "inwardIssue": shapes.linked(source),
        "outwardIssue": shapes.linked(destination),
    }


def link_of(shapes: Shapes, found: Link, issue: Issue) -> Json:
    """A link as one of its issues shows it: with the other one alone."""
    inward = found.destination == issue.id
    other = shapes.site.by_id(found.source if inward else found.destination)
    name = "inwardIssue" if inward else "outwardIssue"
    return {
        "id": found.id,
        "self": f"{shapes.rest}/issueLink/{found.id}",
        "type": link_type(shapes, found.kind),
        **({name: shapes.linked(other)} if other else {}),
    }


def told_link(found: Link) -> Json:
    """A link as webhooks tell it: all ids are numbers, and there is no issue."""
    kind = found.kind
    return {
        "id": int(found.id),
        "sourceIssueId": int(found.source),
        "destinationIssueId": int(found.destination),
        "issueLinkType": {
            "id": int(kind.id),
            "name": kind.name,
            "outwardName": kind.outward,
            "inwardName": kind.inward,
            "isSubTaskLinkType": False,
            "isSystemLinkType": False,
        },
        "sequence": None,
        "systemLink": False,
    }
