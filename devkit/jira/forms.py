"""How Jira writes instants and long texts.

Source: https://developer.atlassian.com/cloud/jira/platform/apis/document/structure/
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

from devkit.jira.happenings import SiteFault
from devkit.jira.model import Json

NO_DOCUMENT: Final = "Operation value must be an Atlassian Document (see the Atlassian Document Format)"
NO_TEXT: Final = "Operation value must be a string"


def instant(seconds: float) -> str:
    """A time as Jira writes it, such as ``2026-11-24T10:00:00.000+0000``."""
    moment = datetime.fromtimestamp(seconds, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}+0000"


def zulu(seconds: float) -> str:
    """A time as Jira Software writes it, such as ``2026-11-24T10:00:00.000Z``."""
    return instant(seconds).replace("+0000", "Z")


def document(text: str) -> Json | None:
    """A plain text as a document (ADF): one paragraph for each line; None for no text."""
    lines = [
        {"type": "paragraph", "content": [{"type": "text", "text": line}] if line else []} for line in text.split("\n")
    ]
    return {"version": 1, "type": "doc", "content": lines} if text else None


def prose(value: Any, version: int, field: str, refused: str = "") -> str:
    """The text of what a version of REST takes for a long one: 3 a document (ADF), 2 a plain text; none may be null.

    Raises `SiteFault`, with the words `refused` or those of a field of an issue.
    """
    is_document = isinstance(value, dict) and value.get("type") == "doc" and value.get("version") == 1
    if value is not None and not (is_document if version == 3 else isinstance(value, str)):
        raise SiteFault(refused or (NO_DOCUMENT if version == 3 else NO_TEXT), field)
    return _plain(value)


def _plain(value: Any) -> str:
    """The text of a part of a document, or of a plain text; blocks become lines."""
    if value is None or isinstance(value, str):
        return value or ""
    if not isinstance(value, dict):
        return ""
    if value.get("type") == "hardBreak":
        return "\n"
    own = str(value.get("text") or "")
    content = value.get("content")
    parts = [_plain(part) for part in content] if isinstance(content, list) else []
    inline = value.get("type") in ("paragraph", "heading")
    return own + ("" if inline else "\n").join(parts)
