"""The things beside issues, in the form in which REST and webhooks show them; the two differ for links and projects.

Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/ and samples of what real sites have sent.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from devkit.jira import spans
from devkit.jira.forms import instant
from devkit.jira.model import Attachment, Issue, Json, Link, LinkType, Project, Worklog

if TYPE_CHECKING:
    from devkit.jira.agile import Board, Sprint
    from devkit.jira.people import Option
    from devkit.jira.shapes import Shapes
    from devkit.jira.versions import Version


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


def links_of(shapes: Shapes, issue: Issue) -> list[Json]:
    """The links of an issue as it shows them: each with the other issue alone, where whoever asks may see that."""
    found = []
    for each in shapes.site.links_of(issue):
        inward = each.destination == issue.id
        other = shapes.site.by_id(each.source if inward else each.destination)
        if other is not None and shapes.sees(other):
            at = {"id": each.id, "self": f"{shapes.rest}/issueLink/{each.id}", "type": link_type(shapes, each.kind)}
            found.append({**at, "inwardIssue" if inward else "outwardIssue": shapes.linked(other)})
    return found


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


def told_project(shapes: Shapes, found: Project) -> Json:
    """A project as webhooks tell it: its id is a number, and its lead has another name than in REST."""
    return {
        "self": f"{shapes.rest}/project/{found.id}",
        "id": int(found.id),
        "key": found.key,
        "name": found.name,
        "avatarUrls": {},
        "projectLead": shapes.lead(found),
        "assigneeType": "admin.assignee.type.unassigned",
    }


def version(shapes: Shapes, found: Version) -> Json:
    """A version, as REST shows it, and webhooks too."""
    today = datetime.fromtimestamp(shapes.site.clock(), UTC).date()
    late = not found.released and found.release_date is not None and date.fromisoformat(found.release_date) < today
    days = {"startDate": found.start_date, "releaseDate": found.release_date}
    words = {"userStartDate": _day(found.start_date), "userReleaseDate": _day(found.release_date)}
    return {
        "self": f"{shapes.rest}/version/{found.id}",
        "id": found.id,
        "description": found.description,
        "name": found.name,
        "archived": found.archived,
        "released": found.released,
        **{name: value for name, value in days.items() if value},
        "overdue": late,
        **{name: value for name, value in words.items() if value},
        "projectId": int(found.project),
    }


def _day(text: str | None) -> str | None:
    """A date as a person of the site reads it, such as ``24/Nov/26``."""
    return f"{date.fromisoformat(text):%d/%b/%y}" if text else None


def board(shapes: Shapes, found: Board) -> Json:
    """A board, as REST shows it, and webhooks too."""
    return {"id": found.id, "self": f"{shapes.agile}/board/{found.id}", "name": found.name, "type": found.type}


def board_configuration(shapes: Shapes, found: Board) -> Json:
    """How a board is set up, as REST shows it, and webhooks too."""
    columns = [
        {"name": shapes.site.statuses[each].name, "statuses": [{"id": each, "self": f"{shapes.rest}/status/{each}"}]}
        for each in found.columns
    ]
    return {
        **board(shapes, found),
        "self": f"{shapes.agile}/board/{found.id}/configuration",
        "columnConfig": {"columns": columns, "constraintType": "none"},
    }


def sprint(shapes: Shapes, found: Sprint) -> Json:
    """A sprint, as REST shows it, and webhooks too."""
    dates = {
        "startDate": found.start_date,
        "endDate": found.end_date,
        "completeDate": found.complete_date,
        "createdDate": found.created,
    }
    return {
        "id": found.id,
        "self": f"{shapes.agile}/sprint/{found.id}",
        "state": found.state,
        "name": found.name,
        **{name: value for name, value in dates.items() if value},
        "originBoardId": found.board,
        **({"goal": found.goal} if found.goal else {}),
    }


def option(found: Option) -> Json:
    """An option of the site, as webhooks tell it."""
    return {"key": found.key, "value": str(found.on).lower()}
