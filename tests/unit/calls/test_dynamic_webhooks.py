"""Webhooks that are registered at run time: whatever is there, what is wanted comes of it."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib.connect.errors import JiraAddressError, JiraAnswerError, JiraError
from chalicelib.connect.jira.client import JiraClient
from chalicelib.connect.jira.dynamic_webhooks import DynamicWebhook, keep
from tests.unit.calls.calls import Calls
from tests.unit.calls.jira_server import JiraServer, Reply, Seen

APP = "https://app.example.com/prod"
URL = f"{APP}/webhooks/dynamic"
DAY = 86_400

MOVES = DynamicWebhook.of("dynamic:jira:issue_updated", jql="project = BUR", fields=["status"])
COMMENTS = DynamicWebhook.of("comment_created", "comment_deleted", jql="project = BUR")
SEEN = DynamicWebhook.of("issue_property_set", jql="project = BUR", properties=["seen"])


class Registry:
    """What a site has of the app's webhooks; parts of two, as Jira hands out its lists."""

    def __init__(self, *webhooks: DynamicWebhook) -> None:
        self.hooks: dict[int, dict[str, Any]] = {}
        self.refuses = ""
        self.calls: list[str] = []
        for webhook in webhooks:
            self.add(webhook)

    def add(self, webhook: DynamicWebhook, *, url: str = URL, days: float = 30) -> int:
        number = max(self.hooks, default=0) + 1
        expires = int((time.time() + days * DAY) * 1000)
        self.hooks[number] = {"id": number, "url": url, "expirationDate": expires, **webhook.to_json()}
        return number

    def answer(self, seen: Seen) -> Reply:
        self.calls.append(f"{seen.method} {seen.target.partition('?')[0].removeprefix('/rest/api/3/webhook')}".strip())
        match seen.method:
            case "GET":
                start = int(seen.query.get("startAt", ["0"])[0])
                listed = list(self.hooks.values())
                part = {"startAt": start, "maxResults": 2, "total": len(listed), "isLast": start + 2 >= len(listed)}
                return Reply(json={**part, "values": listed[start : start + 2]})
            case "POST":
                assert {each["url"] for each in self.hooks.values()} <= {seen.json["url"]}, "one URL for all"
                return Reply(json={"webhookRegistrationResult": [self._try(each) for each in seen.json["webhooks"]]})
            case "DELETE":
                for number in seen.json["webhookIds"]:
                    self.hooks.pop(number, None)
                return Reply(202)
        assert seen.target.endswith("/refresh")
        for number in seen.json["webhookIds"]:
            self.hooks[number]["expirationDate"] = int((time.time() + 30 * DAY) * 1000)
        return Reply(json={"expirationDate": int((time.time() + 30 * DAY) * 1000)})

    def _try(self, given: dict[str, Any]) -> dict[str, Any]:
        if self.refuses and self.refuses in given["jqlFilter"]:
            return {"errors": ["The clause watchers is unsupported"]}
        return {"createdWebhookId": self.add(DynamicWebhook.from_json(given))}

    def now(self) -> list[DynamicWebhook]:
        return [DynamicWebhook.from_json(each) for each in self.hooks.values()]


def client(calls: Calls, server: JiraServer, registry: Registry) -> JiraClient:
    server.answer = registry.answer
    return calls.client(replace(calls.tenant, app_base_url=APP))


def test_what_is_missing_is_registered_and_the_rest_left_alone(calls: Calls, server: JiraServer) -> None:
    registry = Registry(MOVES)

    kept = keep(client(calls, server, registry), [MOVES, COMMENTS, SEEN])

    assert (kept.registered, kept.refreshed, kept.removed) == ((2, 3), (), ())
    assert registry.now() == [MOVES, COMMENTS, SEEN]
    assert {each["url"] for each in registry.hooks.values()} == {URL}


def test_a_second_run_asks_and_changes_nothing(calls: Calls, server: JiraServer) -> None:
    registry = Registry()
    jira = client(calls, server, registry)
    keep(jira, [MOVES, COMMENTS])
    registry.calls.clear()

    keep(jira, [COMMENTS, MOVES, MOVES])

    assert registry.calls == ["GET"]


def test_what_would_expire_within_two_weeks_lives_thirty_days_again(calls: Calls, server: JiraServer) -> None:
    registry = Registry()
    soon, later = registry.add(MOVES, days=14.9), registry.add(COMMENTS, days=15.1)
    before = registry.hooks[later]["expirationDate"]

    assert keep(client(calls, server, registry), [MOVES, COMMENTS]).refreshed == (soon,)
    assert registry.hooks[soon]["expirationDate"] > (time.time() + 29 * DAY) * 1000
    assert registry.hooks[later]["expirationDate"] == before


def test_one_that_does_not_say_when_it_expires_lives_thirty_days_again(calls: Calls, server: JiraServer) -> None:
    registry = Registry(COMMENTS)
    del registry.hooks[1]["expirationDate"]

    assert keep(client(calls, server, registry), [COMMENTS]).refreshed == (1,)


def test_jira_is_told_of_fields_and_properties_where_some_are_wanted_and_else_of_none() -> None:
    jql = {"jqlFilter": "project = BUR"}
    assert MOVES.to_json() == {"events": ["jira:issue_updated"], "fieldIdsFilter": ["status"], **jql}
    assert SEEN.to_json() == {"events": ["issue_property_set"], "issuePropertyKeysFilter": ["seen"], **jql}


@pytest.mark.parametrize("answer", [[], {}, {"webhookRegistrationResult": {"createdWebhookId": 1}}])
def test_an_answer_that_does_not_say_what_was_registered_is_an_error(
    calls: Calls, server: JiraServer, answer: Any
) -> None:
    registry = Registry(SEEN)
    jira = client(calls, server, registry)
    server.answer = lambda seen: Reply(json=answer) if seen.method == "POST" else registry.answer(seen)

    with pytest.raises(JiraAnswerError):
        keep(jira, [MOVES])
    assert registry.now() == [SEEN]


def test_what_nobody_wants_any_more_is_removed_after_the_new_is_there(calls: Calls, server: JiraServer) -> None:
    registry = Registry(MOVES, MOVES)

    assert keep(client(calls, server, registry), [COMMENTS]).removed == (1, 2)
    assert registry.now() == [COMMENTS]
    assert registry.calls == ["GET", "POST", "DELETE"]


def test_those_of_a_former_url_make_room_for_the_new(calls: Calls, server: JiraServer) -> None:
    registry = Registry()
    registry.add(MOVES, url="https://old.example.com/webhooks/dynamic")

    keep(client(calls, server, registry), [MOVES])

    assert [each["url"] for each in registry.hooks.values()] == [URL]


WEBHOOKS = st.lists(st.sampled_from([MOVES, COMMENTS, SEEN, replace(MOVES, jql="project = FOX")]))


@given(WEBHOOKS, WEBHOOKS)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=10, deadline=None)
def test_whatever_is_there_what_is_wanted_comes_of_it(
    calls: Calls, server: JiraServer, there: list[DynamicWebhook], wanted: list[DynamicWebhook]
) -> None:
    registry = Registry(*there)
    keep(client(calls, server, registry), wanted)
    assert sorted(registry.now(), key=repr) == sorted(set(wanted), key=repr)


def test_what_jira_does_not_take_is_told_in_its_words_and_removes_nothing(calls: Calls, server: JiraServer) -> None:
    registry = Registry(SEEN)
    registry.refuses = "watchers"

    with pytest.raises(JiraError, match="The clause watchers is unsupported"):
        keep(client(calls, server, registry), [MOVES, replace(COMMENTS, jql="watchers = 1")])

    assert registry.now() == [SEEN, MOVES]


def test_what_jira_does_not_take_lets_no_other_webhook_expire(calls: Calls, server: JiraServer) -> None:
    registry = Registry()
    soon = registry.add(MOVES, days=14.9)
    registry.refuses = "watchers"

    with pytest.raises(JiraError):
        keep(client(calls, server, registry), [MOVES, replace(COMMENTS, jql="watchers = 1")])

    assert registry.hooks[soon]["expirationDate"] > (time.time() + 29 * DAY) * 1000


@pytest.mark.parametrize("values", [[1], [{"id": 1}]])
def test_a_list_of_something_else_changes_nothing(calls: Calls, server: JiraServer, values: list[Any]) -> None:
    jira = client(calls, server, Registry())
    server.answer = lambda _: Reply(json={"values": values, "isLast": True})

    with pytest.raises(JiraAnswerError):
        keep(jira, [])
    assert [seen.method for seen in server.seen] == ["GET"]


def test_without_a_word_where_the_site_knows_the_app_nothing_is_asked(calls: Calls, server: JiraServer) -> None:
    with pytest.raises(JiraAddressError):
        keep(calls.jira, [MOVES])
    assert server.seen == []
