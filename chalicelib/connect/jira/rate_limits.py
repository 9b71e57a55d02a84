"""How long to wait before a call is made again, from what Jira's answer says.

Pure: whoever calls says what time it is and throws the dice.
Source: https://developer.atlassian.com/cloud/jira/platform/rate-limiting/
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

MOST_TRIES = 3
"""How often one call is made before it is handed back to the queue."""

LONGEST_WAIT = 4.0
"""The longest wait inside of a function, in seconds: it is paid for, and somebody may be looking at a page."""

UNTOLD = (1.0, 2.0, 30.0)
"""The waits after a first, second and third 429 that does not say how long, in seconds."""

WINDOW = 3_600
"""None of Jira's limits lasts longer than the hour of its quota, in seconds. A header that says otherwise is wrong, as
some were seen to be (https://community.developer.atlassian.com/t/97828), and must not hide a delivery for a day."""

LONGEST_SPREAD = 60.0
"""How far those who were turned away together are spread beyond the wait that Jira asked for, in seconds at most."""

Headers = Mapping[str, str]
"""The headers of an answer, by lower-case name."""

_SECONDS = re.compile(r"[0-9]{1,9}(\.[0-9]{0,9})?", re.ASCII)
_MANY_SECONDS = re.compile(r"[0-9]{1,400}(\.[0-9]{0,400})?", re.ASCII)
_WORD = re.compile(r"[a-z0-9-]{1,60}", re.ASCII)


def wait(status: int, headers: Headers, *, tries: int, now: float) -> float | None:
    """How many seconds Jira asks for before the next try; None when it does not ask for any.

    `tries` is how often the call has been made. ``Retry-After`` counts before all else, also on a 5xx; a 429 without
    it waits for the reset, or else a growing time. It is never more than `WINDOW`.
    """
    asked = retry_after(headers.get("retry-after", ""), now)
    if asked is not None and (status == 429 or status >= 500):
        return asked
    if status != 429:
        return None
    untold = UNTOLD[min(tries, len(UNTOLD)) - 1]
    reset = instant(headers.get("x-ratelimit-reset", ""), now)
    # It is told to the minute alone, and so may have passed already.
    return untold if reset is None else max(untold, min(reset - now, WINDOW))


def spread(seconds: float, chance: float) -> float:
    """`seconds` and a little more, by `chance` from 0 to 1: never less than Jira asked for."""
    return seconds + chance * (0.2 + min(seconds * 0.3, LONGEST_SPREAD))


def reason(headers: Headers) -> str:
    """Which limit it was, in Jira's own word such as ``jira-quota-tenant-based``; empty where it does not say."""
    word = headers.get("ratelimit-reason", "").strip().lower()
    return word if _WORD.fullmatch(word) else ""


def retry_after(text: str, now: float) -> float | None:
    """The seconds that a ``Retry-After`` header asks for, up to `WINDOW`: a number or a date; None when it is neither.

    Source: https://www.rfc-editor.org/rfc/rfc9110#field.retry-after
    """
    text = text.strip()
    if _MANY_SECONDS.fullmatch(text):
        return min(float(text), WINDOW)
    try:
        return min(max(0.0, _timestamp(parsedate_to_datetime(text)) - now), WINDOW)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def instant(text: str, now: float) -> float | None:
    """The time in a reset header, in seconds since the epoch; None when it is none.

    Jira writes ``2026-11-24T10:00Z``; others write seconds from now, or seconds or milliseconds since the epoch.
    """
    text = text.strip()
    if _SECONDS.fullmatch(text):
        return now + float(text) if float(text) < 10_000_000 else None
    if re.fullmatch(r"[0-9]{10}", text, re.ASCII):
        return float(text)
    if re.fullmatch(r"[0-9]{13}", text, re.ASCII):
        return float(text) / 1000
    try:
        return _timestamp(datetime.fromisoformat(text))
    except (ValueError, OverflowError):
        return None


def _timestamp(moment: datetime) -> float:
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
