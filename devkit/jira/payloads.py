"""The bodies of webhooks, in the shapes that Jira Cloud sends.

Source: https://developer.atlassian.com/cloud/jira/platform/webhooks/ and samples of what real sites have sent.
"""

from __future__ import annotations

from devkit.jira.happenings import Happening
from devkit.jira.model import Json
from devkit.jira.shapes import Shapes


def body(happening: Happening, shapes: Shapes, base_url: str) -> Json:
    """The body of the webhook about what has happened; `shapes` are those of version 2."""
    envelope: Json = {"timestamp": int(happening.at * 1000) + 20, "webhookEvent": happening.event}
    # Jira Cloud leaves "/issue" out of this one URL.
    issue: Json = {"id": happening.issue.id, "self": f"{base_url}/rest/api/2/{happening.issue.id}"}
    if happening.comment is not None:
        # No user, and not the whole issue: so it is at Jira.
        comment = {**shapes.comment(happening.issue, happening.comment), "body": happening.comment.body}
        issue |= {"key": happening.issue.key, "fields": shapes.short_fields(happening.issue)}
        return {**envelope, "comment": comment, "issue": issue}
    if happening.property is not None:
        # No issue at all, only its id.
        about = {"property": happening.property, "issueId": happening.issue.id}
        return {**envelope, **about, "user": shapes.user(happening.user)}
    if happening.type_name:
        envelope["issue_event_type_name"] = happening.type_name
    issue |= {"key": happening.issue.key, "fields": shapes.fields(happening.issue)}
    found = {**envelope, "user": shapes.user(happening.user), "issue": issue}
    if happening.change is not None:
        found["changelog"] = {"id": happening.change.id, "items": happening.change.items}
    return found
