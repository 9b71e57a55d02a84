"""The webhooks that no retry could bring to their app, as apps may read them for 72 hours.

Only those are here whose last retry has failed: an answer that Jira does not retry is the app's own word that it does
not want the webhook.
Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-webhooks/#api-rest-api-3-webhook-failed-get
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass

from devkit.jira.model import Json
from devkit.jira.store import Store

KEPT_SECONDS = 72 * 3600.0

PAGE = 100


@dataclass(frozen=True, slots=True)
class FailedWebhook:
    """A webhook that was given up; `failed_at` in milliseconds since the epoch, no two the same."""

    id: str
    app_key: str
    url: str
    body: str
    failed_at: int


class FailedWebhooks:
    """All that were given up, kept in the store."""

    def __init__(self, store: Store, clock: Callable[[], float] = time.time) -> None:
        self._store = store
        self._clock = clock
        self._known = {body["id"]: FailedWebhook(**body) for body in store.all("failed_webhook")}

    def add(self, identity: str, app_key: str, url: str, body: str) -> None:
        """Writes down that a webhook was given up just now; one that failed before moves to its newest failure."""
        last = max((each.failed_at for each in self._known.values()), default=0)
        # A page ends with a time, and the next begins behind it: so no two may share one.
        failed = FailedWebhook(identity, app_key, url, body, max(int(self._clock() * 1000), last + 1))
        self._known.pop(identity, None)
        self._known[identity] = failed
        self._store.put("failed_webhook", identity, asdict(failed))

    def after(self, app_key: str, after: int) -> list[FailedWebhook]:
        """Those of an app that failed after a time (milliseconds since the epoch), the oldest first."""
        self._forget_old()
        return [each for each in self._known.values() if each.app_key == app_key and each.failed_at > after]

    def _forget_old(self) -> None:
        oldest = (self._clock() - KEPT_SECONDS) * 1000
        for identity in [each.id for each in self._known.values() if each.failed_at < oldest]:
            del self._known[identity]
            self._store.remove("failed_webhook", identity)


def shown(failed: FailedWebhook) -> Json:
    """As REST shows it; a webhook without a body is shown without one."""
    body = {"body": failed.body} if failed.body else {}
    return {"id": failed.id, **body, "url": failed.url, "failureTime": failed.failed_at}
