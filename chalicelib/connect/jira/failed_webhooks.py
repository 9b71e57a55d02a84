"""The webhooks that Jira could not deliver, as Jira lists them: after its last try, and for up to 72 hours.

Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-webhooks/#api-rest-api-3-webhook-failed-get
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from chalicelib.connect.errors import JiraAnswerError, JiraTooLargeError

if TYPE_CHECKING:
    from chalicelib.connect.jira.client import JiraClient

AT = "/rest/api/3/webhook/failed"

PAGE = 100

# In JSON a body is a text, in which every quote is escaped: these names can only be those of the webhook itself.
_ID = re.compile(r'"id"\s*:\s*"([^"\\]{1,200})"')
_URL = re.compile(r'"url"\s*:\s*"([^"\\]{1,500})"')
_FAILED_AT = re.compile(r'"failureTime"\s*:\s*([0-9]{1,15})(?![0-9])', re.ASCII)


@dataclass(frozen=True, slots=True)
class FailedWebhook:
    """One webhook that never came."""

    id: str
    """Its name in the header that would have brought it."""
    url: str
    body: str | None
    """The JSON that it would have brought, as text; None where that can not be had."""
    failed_at: int
    """When Jira gave it up, milliseconds since the epoch."""
    why_lost: str = ""
    """Why there is no body."""


def failed_webhooks(jira: JiraClient, after: int) -> Iterator[tuple[FailedWebhook, ...]]:
    """What failed after `after` (milliseconds since the epoch), the oldest first, page by page.

    Where a page is too large for the function, smaller ones are asked for; a webhook that is too large by itself comes
    without its body. Raises a `JiraError`. Jira never parts those that failed in one millisecond, so that the last time
    on a page is where the next one begins.
    """
    size = PAGE
    while True:
        try:
            page, most = _page(jira.get(AT, {"after": after, "maxResults": size}))
        except JiraTooLargeError as error:
            if size > 1:
                size //= 2
                continue
            page, most = (_too_large(error, after),), 1
        if page:
            yield page
        last = max((each.failed_at for each in page), default=after)
        if len(page) < most or last <= after:
            return
        after, size = last, min(PAGE, 2 * size)


def _too_large(error: JiraTooLargeError, after: int) -> FailedWebhook:
    """What can be said of a webhook whose answer was too large; raises that `error` where there is no way past it."""
    known = f"{error.beginning}\n{error.ending}"
    name, url, failed_at = (pattern.search(known) for pattern in (_ID, _URL, _FAILED_AT))
    if failed_at is None or int(failed_at[1]) <= after:
        raise error
    return FailedWebhook(name[1] if name else "", url[1] if url else "", None, int(failed_at[1]), "it is too large")


def _page(answer: Any) -> tuple[tuple[FailedWebhook, ...], int]:
    """The webhooks in an answer, and how many there would have been if there were more."""
    if not (isinstance(answer, dict) and isinstance(answer.get("values"), list) and "maxResults" in answer):
        raise JiraAnswerError(f"GET {AT}", "the answer holds no page of a list")
    if not all(isinstance(each, dict) and _is_whole(each) for each in answer["values"]):
        raise JiraAnswerError(f"GET {AT}", "the answer holds something that is no failed webhook")
    return tuple(map(_webhook, answer["values"])), answer["maxResults"]


def _webhook(each: Mapping[str, Any]) -> FailedWebhook:
    has_body = isinstance(body := each.get("body"), str)
    why_lost = "" if has_body else "Jira does not say what it held"
    return FailedWebhook(each["id"], each["url"], body if has_body else None, each["failureTime"], why_lost)


def _is_whole(each: Mapping[str, Any]) -> bool:
    texts = isinstance(each.get("id"), str) and isinstance(each.get("url"), str)
    return texts and isinstance(each.get("failureTime"), int)
