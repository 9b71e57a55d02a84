"""Files at issues. Each is told as an attachment, which names no issue, and as a change of its issue.

Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-attachments/
"""

from __future__ import annotations

import base64
from typing import Final

from devkit.jira.happenings import SiteFault, item
from devkit.jira.model import Attachment, Issue, User
from devkit.jira.site import Site

MOST_BYTES: Final = 10 * 1024 * 1024

CONTENT: Final = "attachment_content"
"""The kind of document in the store that holds the bytes."""


def check(filename: str, mime_type: str, content: bytes) -> None:
    """Raises `SiteFault` where a file can not be put at an issue."""
    if not filename or len(filename) > 255 or "/" in filename or not filename.isprintable():
        raise SiteFault("The name of a file must be 1 to 255 characters long, without slashes.")
    if len(content) > MOST_BYTES:
        raise SiteFault(f"The file is larger than {MOST_BYTES} bytes.", status=413)
    if not (mime_type.isascii() and mime_type.isprintable()):
        raise SiteFault("The type of a file must be one of MIME, such as text/plain.")


def add(site: Site, issue: Issue, filename: str, mime_type: str, content: bytes, *, by: User) -> Attachment:
    """Puts a file at an issue; raises `SiteFault`."""
    check(filename, mime_type, content)
    now = site.clock()
    attachment = Attachment(site.new_id(), by.account_id, filename, mime_type, len(content), now)
    with site.store.transaction():
        site.store.put(CONTENT, attachment.id, {"base64": base64.b64encode(content).decode()})
        issue.attachments.append(attachment)
        site.save(issue)
    site.tell("attachment_created", issue, by, now, thing=attachment)
    site.changed(issue, by, now, [_item(None, attachment)], "issue_updated")
    return attachment


def find(site: Site, identity: str) -> tuple[Issue, Attachment]:
    """A file, and the issue that it is at; raises `SiteFault`."""
    for issue in site.issues():
        for attachment in issue.attachments:
            if attachment.id == identity:
                return issue, attachment
    raise SiteFault(f"The attachment with id '{identity}' does not exist.", status=404)


def content(site: Site, attachment: Attachment) -> bytes:
    """The bytes of a file."""
    kept = site.store.get(CONTENT, attachment.id) or {"base64": ""}
    return base64.b64decode(kept["base64"])


def remove(site: Site, issue: Issue, attachment: Attachment, *, by: User) -> None:
    """Takes a file away."""
    now = site.clock()
    with site.store.transaction():
        issue.attachments.remove(attachment)
        site.store.remove(CONTENT, attachment.id)
        site.save(issue)
    site.tell("attachment_deleted", issue, by, now, thing=attachment)
    site.changed(issue, by, now, [_item(attachment, None)], "issue_updated")


def _item(before: Attachment | None, after: Attachment | None) -> dict[str, str | None]:
    start, end = (((each.id, each.filename) if each else (None, None)) for each in (before, after))
    return {**item("Attachment", *start, *end), "fieldId": "attachment"}
