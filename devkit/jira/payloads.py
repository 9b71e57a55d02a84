"""The bodies of webhooks, in the shapes that Jira Cloud sends.

Source: https://developer.atlassian.com/cloud/jira/platform/webhooks/ and samples of what real sites have sent.
"""

from __future__ import annotations

from devkit.jira import thing_shapes
from devkit.jira.agile import Board, Sprint
from devkit.jira.happenings import Happening
from devkit.jira.model import Attachment, Comment, Issue, Json, Link, Project, User, Worklog
from devkit.jira.people import Option
from devkit.jira.shapes import Shapes
from devkit.jira.versions import Version


def body(happening: Happening, shapes: Shapes) -> Json:
    """The body of the webhook about what has happened; `shapes` are those of version 2."""
    envelope: Json = {"timestamp": int(happening.at * 1000) + 20, "webhookEvent": happening.event}
    issue = happening.issue
    if happening.thing is not None:
        return {**envelope, **_thing(happening, shapes)}
    if issue is None:
        return envelope
    comment = {} if happening.comment is None else {"comment": _comment(issue, happening.comment, shapes)}
    if comment and not happening.type_name:
        # No user, and not the whole issue: so it is at Jira.
        return {**envelope, **comment, "issue": _issue(issue, shapes, shapes.short_fields(issue))}
    if happening.property is not None:
        # No issue at all, only its id.
        about = {"property": happening.property, "issueId": issue.id}
        return {**envelope, **about, "user": shapes.user(happening.user)}
    if happening.type_name:
        envelope["issue_event_type_name"] = happening.type_name
    whole = _issue(issue, shapes, shapes.fields(issue))
    found = {**envelope, "user": shapes.user(happening.user), "issue": whole, **comment}
    if happening.change is not None:
        found["changelog"] = {"id": happening.change.id, "items": happening.change.items}
    return found


def _issue(issue: Issue, shapes: Shapes, fields: Json) -> Json:
    # Jira Cloud leaves "/issue" out of this one URL.
    return {"id": issue.id, "self": f"{shapes.rest}/{issue.id}", "key": issue.key, "fields": fields}


def _comment(issue: Issue, comment: Comment, shapes: Shapes) -> Json:
    return {**shapes.comment(issue, comment), "body": comment.body}


def _thing(happening: Happening, shapes: Shapes) -> Json:
    """What is told of a thing that is no issue; who has done it is not said."""
    match happening.thing:
        case Worklog() as worklog if happening.issue:
            return {"worklog": thing_shapes.worklog(shapes, happening.issue, worklog)}
        case Attachment() as attachment:
            return {"attachment": thing_shapes.attachment(shapes, attachment)}
        case Link() as link:
            return {"issueLink": thing_shapes.told_link(link)}
        case Project() as project:
            return {"project": thing_shapes.told_project(shapes, project)}
        case Version() as version:
            merged = happening.other
            more = {"mergedTo": thing_shapes.version(shapes, merged)} if isinstance(merged, Version) else {}
            return {"version": thing_shapes.version(shapes, version), **more}
        case Sprint() as sprint:
            before = happening.other
            more = {"oldValue": thing_shapes.sprint(shapes, before)} if isinstance(before, Sprint) else {}
            return {"sprint": thing_shapes.sprint(shapes, sprint), **more}
        case Board() as board if happening.event == "board_configuration_changed":
            return {"configuration": thing_shapes.board_configuration(shapes, board)}
        case Board() as board:
            return {"board": thing_shapes.board(shapes, board)}
        case User() as user:
            return {"user": shapes.user(user)}
        case Option() as option:
            return {"property": thing_shapes.option(option)}
    raise TypeError(f"webhooks do not tell of {happening.thing!r}")
