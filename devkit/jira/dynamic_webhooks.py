"""The webhooks that apps register at run time: kept for thirty days, and matched with what happens.

Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-webhooks/
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from typing import Final

from devkit.jira.happenings import Happening
from devkit.jira.jql import NotUnderstood, Query
from devkit.jira.model import Json
from devkit.jira.site import Site
from devkit.jira.store import Store

LIFE_SECONDS: Final = 30 * 86_400.0

MOST: Final = 100
"""How many an app may have on one site."""

EVENTS: Final = {
    *("jira:issue_created", "jira:issue_updated", "jira:issue_deleted"),
    *("comment_created", "comment_updated", "comment_deleted"),
    *("issue_property_set", "issue_property_deleted"),
    *("sprint_created", "sprint_updated", "sprint_closed", "sprint_deleted", "sprint_started"),
    *("jira:version_released", "jira:version_unreleased", "jira:version_created", "jira:version_moved"),
    *("jira:version_updated", "jira:version_deleted"),
}

FIELDS: Final = {"key", "issuekey", "project", "issuetype", "status", "priority", "assignee", "reporter"}
"""What the JQL of such a webhook may ask about."""

OPERATORS: Final = {"=", "!=", "in", "not in"}


@dataclass(frozen=True, slots=True)
class DynamicWebhook:
    """One webhook that an app has registered; `expires` in seconds since the epoch."""

    id: int
    app_key: str
    url: str
    events: list[str]
    jql: str
    fields: list[str] | None
    properties: list[str] | None
    expires: float


class DynamicWebhooks:
    """All that were registered, kept in the store."""

    def __init__(self, store: Store, site: Site, clock: Callable[[], float] = time.time) -> None:
        self._store = store
        self._site = site
        self._clock = clock
        self._known = {body["id"]: DynamicWebhook(**body) for body in store.all("dynamic_webhook")}
        self._next_id = int((store.get("counter", "webhook") or {"value": 999})["value"])

    def of(self, app_key: str) -> list[DynamicWebhook]:
        """Those of an app that have not expired."""
        now = self._clock()
        for identity in [each.id for each in self._known.values() if each.expires <= now]:
            self._remove(identity)
        return [each for each in self._known.values() if each.app_key == app_key]

    def register(self, app_key: str, url: str, asked: Json) -> int | list[str]:
        """Registers one; returns its id, or why it is not registered."""
        if errors := self._errors(app_key, asked):
            return errors
        self._next_id += 1
        webhook = DynamicWebhook(
            self._next_id,
            app_key,
            url,
            asked["events"],
            asked["jqlFilter"],
            asked.get("fieldIdsFilter"),
            asked.get("issuePropertyKeysFilter"),
            self._clock() + LIFE_SECONDS,
        )
        with self._store.transaction():
            self._store.put("counter", "webhook", {"value": self._next_id})
            self._put(webhook)
        return webhook.id

    def refresh(self, app_key: str, ids: list[int]) -> float:
        """Gives those of the ids that are the app's thirty days again; returns when they expire."""
        expires = self._clock() + LIFE_SECONDS
        for webhook in self.of(app_key):
            if webhook.id in ids:
                self._put(replace(webhook, expires=expires))
        return expires

    def remove(self, app_key: str, ids: list[int]) -> None:
        """Removes those of the ids that are the app's."""
        for webhook in self.of(app_key):
            if webhook.id in ids:
                self._remove(webhook.id)

    def keep_only(self, app_keys: set[str]) -> None:
        """Removes all that are no longer of an app that is here."""
        for identity in [each.id for each in self._known.values() if each.app_key not in app_keys]:
            self._remove(identity)

    def matching(self, app_key: str, happening: Happening) -> list[DynamicWebhook]:
        """Those of an app that wait for what has happened."""
        return [each for each in self.of(app_key) if self._matches(each, happening)]

    def _matches(self, webhook: DynamicWebhook, happening: Happening) -> bool:
        if happening.event not in webhook.events:
            return False
        if happening.event == "jira:issue_updated" and webhook.fields:
            items = happening.change.items if happening.change else []
            if not {item.get("fieldId") for item in items} & set(webhook.fields):
                return False
        changed_property = happening.property["key"] if happening.property else None
        if changed_property and webhook.properties and changed_property not in webhook.properties:
            return False
        if happening.issue is None or not webhook.jql.strip():
            return True
        return Query(webhook.jql, self._site).matches(happening.issue)

    def _errors(self, app_key: str, asked: Json) -> list[str]:
        events, jql = asked.get("events"), asked.get("jqlFilter")
        if not isinstance(events, list) or not events:
            return ["At least one event must be given."]
        errors = [f"The event {event} is unsupported" for event in events if event not in EVENTS]
        for name in ("fieldIdsFilter", "issuePropertyKeysFilter"):
            value = asked.get(name)
            if value is not None and not (isinstance(value, list) and all(isinstance(each, str) for each in value)):
                errors.append(f"{name} must be a list of texts")
        if not isinstance(jql, str):
            return [*errors, "jqlFilter must be a text"]
        errors += self._jql_errors(jql)
        if len(self.of(app_key)) >= MOST:
            errors.append(f"The app has the most webhooks that it may have on a site: {MOST}")
        return errors

    def _jql_errors(self, jql: str) -> list[str]:
        try:
            query = Query(jql, self._site)
        except NotUnderstood as fault:
            return [f"The clause {fault} is unsupported"]
        wrong = [f"The clause {field} is unsupported" for field, _ in query.uses if field not in FIELDS]
        return wrong + [
            f"The operator '{operator}' is unsupported" for _, operator in query.uses if operator not in OPERATORS
        ]

    def _put(self, webhook: DynamicWebhook) -> None:
        self._known[webhook.id] = webhook
        self._store.put("dynamic_webhook", str(webhook.id), asdict(webhook))

    def _remove(self, identity: int) -> None:
        del self._known[identity]
        self._store.remove("dynamic_webhook", str(identity))


def shown(webhook: DynamicWebhook) -> Json:
    """As REST shows it."""
    optional = {"fieldIdsFilter": webhook.fields, "issuePropertyKeysFilter": webhook.properties}
    return {
        "id": webhook.id,
        "url": webhook.url,
        "events": webhook.events,
        "jqlFilter": webhook.jql,
        **{name: value for name, value in optional.items() if value},
        "expirationDate": int(webhook.expires * 1000),
    }
