"""What the texts that people and apps give to the site must be like."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from devkit.jira.forms import instant
from devkit.jira.happenings import SiteFault


def checked_summary(text: str) -> str:
    """The summary of an issue; raises `SiteFault`."""
    text = text.strip()
    if not text:
        raise SiteFault("You must specify a summary of the issue.", "summary")
    if len(text) > 255 or not text.isprintable():
        raise SiteFault("The summary must be one line of at most 255 characters.", "summary")
    return text


def check_comment(body: str) -> None:
    """Raises `SiteFault` where a comment is empty."""
    if not body.strip():
        raise SiteFault("Comment body can not be empty!", "comment")


def check_seen_by_all(given: Mapping[str, Any]) -> None:
    """Raises `SiteFault` where a comment or a worklog brings what is not kept: who alone may see it, properties."""
    for name in ("visibility", "properties"):
        if given.get(name):
            raise SiteFault(f"The {name} of a comment or a worklog is not part of this stand-in.", name)


def checked_name(text: object, most: int = 255) -> str:
    """The name of a project, a version, a board, a sprint or a person; raises `SiteFault`."""
    if not isinstance(text, str) or not 0 < len(text.strip()) <= most or not text.isprintable():
        raise SiteFault(f"The name must be one line of 1 to {most} characters.", "name")
    return text.strip()


def is_number(text: str) -> bool:
    """Whether a text is a whole number, and no longer than anything that is counted here."""
    return text.isdecimal() and len(text) <= 20


def checked_instant(text: object, field: str) -> float:
    """The seconds since the epoch of an instant that `instant` can write again; raises `SiteFault`."""
    try:
        moment = datetime.fromisoformat(str(text))
        if moment.tzinfo is None:
            raise ValueError(text)
        instant(moment.timestamp())
        return moment.timestamp()
    except (ValueError, OverflowError) as fault:
        raise SiteFault(f"{text!r} is no instant: one is written 2026-11-24T10:00:00.000+0000.", field) from fault
