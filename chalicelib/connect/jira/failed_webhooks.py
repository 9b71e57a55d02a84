"""The webhooks that Jira could not deliver, as Jira lists them: after its last try, and for up to 72 hours.

Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-webhooks/#api-rest-api-3-webhook-failed-get
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from chalicelib.connect.errors import JiraAnswerError

if TYPE_CHECKING:
    from chalicelib.connect.jira.client import JiraClient

AT = "/rest/api/3/webhook/failed"

PAGE = 100


@dataclass(frozen=True, slots=True)
class FailedWebhook:
    """One webhook that never came."""

    id: str
    """Its name in the header that would have brought it."""
    url: str
    body: str | None
    """The JSON that it would have brought, as text; None where Jira does not say."""
    failed_at: int
    """When Jira gave it up, milliseconds since the epoch."""


def failed_webhooks(jira: JiraClient, after: int) -> Iterator[tuple[FailedWebhook, ...]]:
    """What failed after `after` (milliseconds since the epoch), the oldest first, page by page.

    Raises a `JiraError`. Jira never parts those that failed in one millisecond, so that the last time on a page is
    where the next one begins.
    """
    while True:
        answer = jira.get(AT, {"after": after, "maxResults": PAGE})
        page = tuple(_read(answer))
        if page:
            yield page
        last = max((each.failed_at for each in page), default=after)
        if len(page) < answer["maxResults"] or last <= after:
            return
        after = last


def _read(answer: Any) -> Iterator[FailedWebhook]:
    if not (isinstance(answer, dict) and isinstance(answer.get("values"), list) and "maxResults" in answer):
        raise JiraAnswerError(f"GET {AT}", "the answer holds no page of a list")
    for each in answer["values"]:
        if not (isinstance(each, dict) and _is_whole(each)):
            raise JiraAnswerError(f"GET {AT}", "the answer holds something that is no failed webhook")
        body = each.get("body")
        yield FailedWebhook(each["id"], each["url"], body if isinstance(body, str) else None, each["failureTime"])


def _is_whole(each: Mapping[str, Any]) -> bool:
    texts = isinstance(each.get("id"), str) and isinstance(each.get("url"), str)
    return texts and isinstance(each.get("failureTime"), int)
