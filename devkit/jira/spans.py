"""Spans of working time as Jira writes them, such as ``1d 3h 20m``: a day has eight hours, a week five days.

Source: https://support.atlassian.com/jira-cloud-administration/docs/configure-time-tracking/
"""

from __future__ import annotations

import re
from typing import Final

from devkit.jira.happenings import SiteFault

SECONDS: Final = {"w": 5 * 8 * 3600, "d": 8 * 3600, "h": 3600, "m": 60}

MOST_SECONDS: Final = 10 * 365 * 86_400

_PART: Final = re.compile(r"(\d{1,6})\s*([wdhm])\s*")


def seconds_of(text: str) -> int:
    """The seconds of a span; raises `SiteFault` where it is none."""
    rest, found = text.strip().lower(), 0
    while part := _PART.match(rest):
        found += int(part[1]) * SECONDS[part[2]]
        rest = rest[part.end() :]
    if rest:
        raise SiteFault(f"{text!r} is no span of time: one is written 1w 2d 3h 4m.", "timeSpent")
    return checked(found)


def checked(seconds: int) -> int:
    """The seconds, found to be some; raises `SiteFault`."""
    if not 0 < seconds <= MOST_SECONDS:
        raise SiteFault("Work takes from a second to ten years.", "timeLogged")
    return seconds


def text_of(seconds: int) -> str:
    """Seconds as a span; what is less than a minute does not show."""
    parts = []
    for unit, size in SECONDS.items():
        if count := seconds // size:
            parts.append(f"{count}{unit}")
        seconds %= size
    return " ".join(parts) or "0m"
