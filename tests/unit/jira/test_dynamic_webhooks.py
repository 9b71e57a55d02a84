"""Webhooks that apps register at run time, and the list of those that never came."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterator
from typing import Any

import pytest

from devkit.jira.host import JiraHost
from devkit.jira.installations import Installation
from tests.unit.jira.asking import V3, Asking
from tests.unit.jira.fake_app import FakeApp

AT = f"{V3}/webhook"
DAY = 86_400


class Clock:
    """A time that tests move."""

    def __init__(self) -> None:
        self.ahead = 0.0

    def __call__(self) -> float:
        return time.time() + self.ahead


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def site(clock: Clock) -> Iterator[Asking]:
    with JiraHost(clock=clock) as jira:
        yield Asking(jira)


@pytest.fixture
def app(site: Asking) -> Iterator[FakeApp]:
    with FakeApp(site.jira.install_keys_url) as app:
        yield app


@pytest.fixture
def installed(site: Asking, app: FakeApp) -> Installation:
    return site.jira.install(app.descriptor_url)


def wanted(app: FakeApp, *webhooks: dict[str, Any]) -> dict[str, Any]:
    """The body of a registration."""
    return {"url": f"{app.base_url}/hook", "webhooks": list(webhooks)}


CREATED = {"events": ["jira:issue_created"], "jqlFilter": "project = BUR"}
UPDATED = {"events": ["jira:issue_updated"], "jqlFilter": "project = BUR", "fieldIdsFilter": ["status"]}


def test_a_registered_webhook_is_sent_and_says_which_ones_matched(
    site: Asking, app: FakeApp, installed: Installation
) -> None:
    asked = wanted(app, CREATED, {**CREATED, "jqlFilter": "project = OTHER"}, {**CREATED, "jqlFilter": "key != BUR-9"})
    _, made = site.by_app(installed, "POST", AT, asked)
    ids = [each["createdWebhookId"] for each in made["webhookRegistrationResult"]]
    site.jira.create_issue("A burrow")
    site.jira.settle()
    (call,) = app.calls_to("/hook")
    assert app.refused == []
    assert call.json["matchedWebhookIds"] == [ids[0], ids[2]]
    assert call.json["webhookEvent"] == "jira:issue_created"


def test_an_update_is_told_only_for_the_fields_that_are_asked_for(
    site: Asking, app: FakeApp, installed: Installation
) -> None:
    site.by_app(installed, "POST", AT, wanted(app, UPDATED))
    issue = site.jira.create_issue("A burrow")
    site.jira.edit(issue, "Another")
    site.jira.comment(issue, "This is an update without a change")
    site.jira.move(issue, "Done")
    site.jira.settle()
    (call,) = app.calls_to("/hook")
    assert "status" in [item["fieldId"] for item in call.json["changelog"]["items"]]


def test_each_is_refused_for_itself_in_the_order_of_the_request(
    site: Asking, app: FakeApp, installed: Installation
) -> None:
    asked = wanted(
        app,
        {"events": ["jira:issue_created"], "jqlFilter": "summary ~ x"},
        {"events": ["issue_moved"], "jqlFilter": "project = BUR"},
        {"events": ["jira:issue_created"], "jqlFilter": "watchCount > 5"},
        {"events": ["jira:issue_created"], "jqlFilter": "status is EMPTY"},
        {"events": []},
        CREATED,
    )
    status, made = site.by_app(installed, "POST", AT, asked)
    results = made["webhookRegistrationResult"]
    assert status == 200
    assert [sorted(each) for each in results] == [["errors"]] * 5 + [["createdWebhookId"]]
    assert results[0]["errors"] == ["The clause summary is unsupported", "The operator '~' is unsupported"]
    assert "watchcount" in results[2]["errors"][0]


def test_they_are_listed_refreshed_and_removed_by_their_own_app_alone(
    site: Asking, app: FakeApp, installed: Installation, clock: Clock
) -> None:
    _, made = site.by_app(installed, "POST", AT, wanted(app, CREATED, UPDATED))
    ids = [each["createdWebhookId"] for each in made["webhookRegistrationResult"]]
    _, page = site.by_app(installed, "GET", AT)
    assert (page["total"], page["isLast"], [each["id"] for each in page["values"]]) == (2, True, ids)
    assert page["values"][1]["fieldIdsFilter"] == ["status"]
    with FakeApp(site.jira.install_keys_url, extra={"key": "second"}) as other:
        second = site.jira.install(other.descriptor_url)
        assert site.by_app(second, "GET", AT)[1]["values"] == []
        assert site.by_app(second, "DELETE", AT, {"webhookIds": ids})[0] == 202
    clock.ahead = 29 * DAY
    _, refreshed = site.by_app_at(clock(), installed, "PUT", f"{AT}/refresh", {"webhookIds": [ids[0], 5]})
    assert abs(refreshed["expirationDate"] / 1000 - clock() - 30 * DAY) < 60
    clock.ahead = 31 * DAY
    left = site.by_app_at(clock(), installed, "GET", AT)[1]["values"]
    assert [each["id"] for each in left] == ids[:1], "the other one has expired"
    assert site.by_app_at(clock(), installed, "DELETE", AT, {"webhookIds": ids})[0] == 202
    assert site.by_app_at(clock(), installed, "GET", AT)[1]["total"] == 0


@pytest.mark.parametrize("url", ["https://elsewhere.example.com/hook", None, 5])
def test_the_url_must_be_the_apps_own(site: Asking, app: FakeApp, installed: Installation, url: object) -> None:
    assert site.by_app(installed, "POST", AT, {"url": url, "webhooks": [CREATED]})[0] == 400


def test_an_app_has_one_url_and_at_most_a_hundred(site: Asking, app: FakeApp, installed: Installation) -> None:
    _, made = site.by_app(installed, "POST", AT, wanted(app, *[CREATED] * 101))
    assert [sorted(each) for each in made["webhookRegistrationResult"][99:]] == [["createdWebhookId"], ["errors"]]
    status, told = site.by_app(installed, "POST", AT, {"url": f"{app.base_url}/b", "webhooks": [CREATED]})
    assert (status, "single URL" in told["errorMessages"][0]) == (400, True)


def test_nobody_but_an_app_has_any(site: Asking, installed: Installation) -> None:
    assert site.ask("GET", AT)[0] == 403
    assert site.ask("GET", f"{AT}/failed")[0] == 403
    assert site.by_app(installed, "DELETE", AT, {"webhookIds": ["x"]})[0] == 400


def test_they_end_with_the_app(site: Asking, app: FakeApp, installed: Installation) -> None:
    site.by_app(installed, "POST", AT, wanted(app, CREATED))
    site.jira.uninstall(app.key)
    again = site.jira.install(app.descriptor_url)
    assert site.by_app(again, "GET", AT)[1]["values"] == []


def test_what_no_retry_brings_is_listed_page_by_page(
    site: Asking, app: FakeApp, installed: Installation, clock: Clock
) -> None:
    site.by_app(installed, "POST", AT, wanted(app, CREATED))
    app.answers["/hook"] = deque([503] * 18)
    for number in range(3):
        site.jira.create_issue(f"Number {number}")
        site.jira.settle()
    _, page = site.by_app(installed, "GET", f"{AT}/failed?maxResults=2")
    first, second = page["values"]
    calls = app.calls_to("/hook")
    assert (first["id"], first["url"]) == (calls[0].headers["x-atlassian-webhook-identifier"], f"{app.base_url}/hook")
    assert first["body"] == calls[0].body
    assert page["next"].endswith(f"failedAfter={second['failureTime']}&maxResults=2")
    _, rest = site.by_app(installed, "GET", page["next"].removeprefix(site.jira.url))
    _, same = site.by_app(installed, "GET", f"{AT}/failed?after={second['failureTime']}&maxResults=2")
    assert rest == same
    assert (len(rest["values"]), rest["maxResults"]) == (1, 2)
    clock.ahead = 3 * DAY + 60
    assert site.by_app_at(clock(), installed, "GET", f"{AT}/failed")[1] == {"values": [], "maxResults": 100}


@pytest.mark.parametrize("status", [401, 413])
def test_what_the_app_has_refused_is_not_listed(
    site: Asking, app: FakeApp, installed: Installation, status: int
) -> None:
    site.by_app(installed, "POST", AT, wanted(app, CREATED))
    app.answers["/hook"] = deque([status])
    site.jira.create_issue("A burrow")
    site.jira.settle()
    assert site.by_app(installed, "GET", f"{AT}/failed")[1]["values"] == []
