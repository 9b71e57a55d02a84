"""Webhooks that an app registers on a site at run time: with a JQL of that site's own, and for thirty days at a time.

An app says which ones it wants, and `keep` makes it so: what is missing is registered, what would soon expire is given
another thirty days, what nobody wants any more is removed. It may be run as often as one likes, and at once.
Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-webhooks/
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from chalicelib.connect.errors import JiraAddressError, JiraAnswerError, JiraError
from chalicelib.connect.protocol.event_names import DYNAMIC_PATH, PREFIX

if TYPE_CHECKING:
    from chalicelib.connect.jira.client import JiraClient

AT = "/rest/api/3/webhook"

REFRESHED_DAYS = 15
"""A webhook that would live no longer than this is given its thirty days again: a daily run may fail for two weeks."""


@dataclass(frozen=True, slots=True)
class DynamicWebhook:
    """One webhook that an app wants from a site."""

    events: frozenset[str]
    """By their names in Jira, such as ``jira:issue_updated``; handlers wait for ``dynamic:jira:issue_updated``."""
    jql: str
    """Which issues it is about; a subset of JQL: ``project = BUR AND status != Done``."""
    fields: frozenset[str] = frozenset()
    """The ids of the fields whose change is told in ``jira:issue_updated``; none stands for all."""
    properties: frozenset[str] = frozenset()
    """The keys of the issue properties whose change is told; none stands for all."""

    @classmethod
    def of(cls, *events: str, jql: str, fields: Iterable[str] = (), properties: Iterable[str] = ()) -> DynamicWebhook:
        """One for `events`, named as in Jira or as handlers do."""
        return cls(
            frozenset(event.removeprefix(PREFIX) for event in events), jql, frozenset(fields), frozenset(properties)
        )

    def to_json(self) -> dict[str, Any]:
        """As Jira wants it."""
        return {
            "events": sorted(self.events),
            "jqlFilter": self.jql,
            **({"fieldIdsFilter": sorted(self.fields)} if self.fields else {}),
            **({"issuePropertyKeysFilter": sorted(self.properties)} if self.properties else {}),
        }

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> DynamicWebhook:
        """As Jira tells it."""
        return cls(
            frozenset(told["events"]),
            told["jqlFilter"],
            frozenset(told.get("fieldIdsFilter") or ()),
            frozenset(told.get("issuePropertyKeysFilter") or ()),
        )


@dataclass(frozen=True, slots=True)
class Kept:
    """What `keep` did, by Jira's ids."""

    registered: tuple[int, ...]
    refreshed: tuple[int, ...]
    removed: tuple[int, ...]


def keep(jira: JiraClient, wanted: Iterable[DynamicWebhook]) -> Kept:
    """Make the app's webhooks on the site those that are `wanted`.

    Raises a `JiraError`, with Jira's own words when it does not take one of them: then those that it takes are there,
    the others live on, and none was removed for it. Two runs at once may register one twice; the next run removes one
    of the two.
    """
    if not jira.tenant.app_base_url:
        raise JiraAddressError("Webhooks were not registered", "this site was last installed before it said where")
    url = jira.tenant.app_base_url + DYNAMIC_PATH
    wanted = list(dict.fromkeys(wanted))
    kept: dict[DynamicWebhook, Mapping[str, Any]] = {}
    elsewhere, surplus = [], []
    for told in _told(jira):
        webhook = DynamicWebhook.from_json(told)
        if told["url"] != url:
            elsewhere.append(told["id"])
        elif webhook in wanted and webhook not in kept:
            kept[webhook] = told
        else:
            surplus.append(told["id"])
    # Jira takes one URL for all webhooks of an app: those of a former one are in the way of the new.
    _remove(jira, elsewhere)
    # First of all: a new one that Jira does not take must not let the others expire.
    refreshed = [told["id"] for told in kept.values() if _expires_soon(told, jira.clock())]
    if refreshed:
        jira.put(f"{AT}/refresh", {"webhookIds": refreshed})
    registered = _register(jira, url, [webhook for webhook in wanted if webhook not in kept])
    _remove(jira, surplus)
    return Kept(tuple(registered), tuple(refreshed), (*elsewhere, *surplus))


def _told(jira: JiraClient) -> list[Mapping[str, Any]]:
    told = list(jira.each(AT))
    for each in told:
        if not (isinstance(each, dict) and {"id", "url", "events", "jqlFilter"} <= each.keys()):
            raise JiraAnswerError(f"GET {AT}", "the answer holds something that is no webhook")
    return told


def _register(jira: JiraClient, url: str, missing: Sequence[DynamicWebhook]) -> list[int]:
    if not missing:
        return []
    answer = jira.post(AT, {"url": url, "webhooks": [webhook.to_json() for webhook in missing]})
    results = answer.get("webhookRegistrationResult") if isinstance(answer, dict) else None
    if not isinstance(results, list):
        raise JiraAnswerError(f"POST {AT}", "the answer does not say what was registered")
    if refused := [str(words) for each in results for words in each.get("errors") or ()]:
        raise JiraError(f"POST {AT}", "Jira did not register all webhooks", status=400, messages=tuple(refused))
    return [each["createdWebhookId"] for each in results]


def _remove(jira: JiraClient, ids: Sequence[int]) -> None:
    if ids:
        jira.delete(AT, body={"webhookIds": list(ids)})


def _expires_soon(told: Mapping[str, Any], now: float) -> bool:
    expires = told.get("expirationDate")
    return not isinstance(expires, int) or expires / 1000 < now + REFRESHED_DAYS * 86_400
