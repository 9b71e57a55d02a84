"""How Jira writes instants and long texts.

Source: https://developer.atlassian.com/cloud/jira/platform/apis/document/structure/
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from devkit.jira.model import Json


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


def plain(value: Any) -> str:
    """The text of a document (ADF), or of a plain text; blocks become lines."""
    if value is None or isinstance(value, str):
        return value or ""
    if not isinstance(value, dict):
        return ""
    if value.get("type") == "hardBreak":
        return "\n"
    own = str(value.get("text") or "")
    content = value.get("content")
    parts = [plain(part) for part in content] if isinstance(content, list) else []
    inline = value.get("type") in ("paragraph", "heading")
    return own + ("" if inline else "\n").join(parts)
