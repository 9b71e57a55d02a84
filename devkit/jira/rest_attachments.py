"""Files at issues over REST.

Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-attachments/
"""

from __future__ import annotations

from aiohttp import web

from devkit.jira import attachments, thing_shapes
from devkit.jira.happenings import SiteFault
from devkit.jira.model import Attachment, Issue
from devkit.jira.rest_call import Call, Operation, Upload, answer


def _add(call: Call) -> web.Response:
    issue = call.issue("CREATE_ATTACHMENTS")
    if call.headers.get("X-Atlassian-Token") != "no-check":
        raise SiteFault("XSRF check failed: files are sent with the header X-Atlassian-Token: no-check.", status=403)
    files = call.content if isinstance(call.content, list) else []
    given = [each for each in files if isinstance(each, Upload)]
    if not given:
        raise SiteFault("The body must be multipart/form-data, with one part named file for each file.")
    for each in given:  # before the first is kept: all are, or none is
        attachments.check(each.filename, each.mime_type, each.content)
    made = [
        attachments.add(call.site, issue, each.filename, each.mime_type, each.content, by=call.caller.user)
        for each in given
    ]
    return answer([thing_shapes.attachment(call.shapes, each) for each in made])


def _read(call: Call) -> web.Response:
    _, attachment = _seen(call)
    return answer({**thing_shapes.attachment(call.shapes, attachment), "id": int(attachment.id)})


def _content(call: Call) -> web.Response:
    _, attachment = _seen(call)
    # Whatever it is, a browser is not to take it for a page of this site.
    headers = {"Content-Disposition": "attachment", "X-Content-Type-Options": "nosniff"}
    content = attachments.content(call.site, attachment)
    return web.Response(body=content, headers={**headers, "Content-Type": attachment.mime_type})


def _remove(call: Call) -> web.Response:
    issue, attachment = _seen(call)
    call.need_over("DELETE", "ATTACHMENTS", attachment.author, issue.project)
    attachments.remove(call.site, issue, attachment, by=call.caller.user)
    return web.Response(status=204)


def _seen(call: Call) -> tuple[Issue, Attachment]:
    issue, attachment = attachments.find(call.site, call.place["attachment"])
    call.need("BROWSE_PROJECTS", issue.project, "There is no such attachment.", status=404)
    return issue, attachment


OPERATIONS: list[tuple[str, str, Operation]] = [
    ("POST", "/issue/{issue}/attachments", _add),
    ("GET", "/attachment/content/{attachment}", _content),
    ("GET", "/attachment/{attachment}", _read),
    ("DELETE", "/attachment/{attachment}", _remove),
]
