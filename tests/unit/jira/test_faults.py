"""Faults made on purpose: each does to webhooks, tokens and REST what it says, and stops again."""

from __future__ import annotations

import time
from typing import Any

import pytest

from devkit.jira.host import JiraHost
from tests.unit.jira.asking import V3, Asking
from tests.unit.jira.fake_app import FakeApp

CREATED = "/webhooks/jira:issue_created"
AT = "/stand-in/faults"


@pytest.fixture
def app(jira: JiraHost, app: FakeApp) -> FakeApp:
    """The app, installed."""
    jira.install(app.descriptor_url)
    return app


def create(jira: JiraHost, count: int = 1) -> None:
    """New issues, with all webhooks about them sent."""
    for number in range(count):
        jira.create_issue(f"Number {number}")
    jira.settle()


def names(app: FakeApp) -> list[str]:
    """The identifiers of the webhooks that came, in their order."""
    return [call.headers["x-atlassian-webhook-identifier"] for call in app.calls_to(CREATED)]


def test_a_duplicate_comes_twice_under_one_identifier(jira: JiraHost, app: FakeApp) -> None:
    jira.fault("duplicate")
    create(jira, 2)
    assert len(names(app)) == 3
    assert len(set(names(app))) == 2


def test_a_dropped_one_never_comes_and_is_not_listed_as_failed(jira: JiraHost, app: FakeApp) -> None:
    jira.fault("drop", times=2)
    create(jira, 3)
    assert len(names(app)) == 1
    assert sorted(each.state for each in jira.deliveries if each.kind == "webhook") == [
        "delivered",
        "dropped",
        "dropped",
    ]


def test_a_held_one_comes_after_the_next(jira: JiraHost, app: FakeApp) -> None:
    jira.fault("reorder")
    create(jira, 2)
    summaries = [call.json["issue"]["fields"]["summary"] for call in app.calls_to(CREATED)]
    assert summaries == ["Number 1", "Number 0"]
    held, _ = (each for each in jira.deliveries if each.kind == "webhook")
    assert held.faults == ["reorder"]


def test_until_it_is_taken_back_each_two_change_places(jira: JiraHost, app: FakeApp) -> None:
    jira.fault("reorder", times=None)
    create(jira, 2)
    create(jira, 2)
    summaries = [call.json["issue"]["fields"]["summary"] for call in app.calls_to(CREATED)]
    assert summaries == ["Number 1", "Number 0"] * 2


def test_a_held_one_comes_even_where_no_other_follows(jira: JiraHost, app: FakeApp) -> None:
    jira.fault("reorder")
    create(jira)
    assert len(names(app)) == 1


def test_a_late_one_comes_late(jira: JiraHost, app: FakeApp) -> None:
    jira.fault("delay", amount=0.3)
    create(jira)
    (delivery,) = (each for each in jira.deliveries if each.kind == "webhook")
    assert delivery.attempts[0].at - delivery.created >= 0.29


def test_a_wrong_token_is_refused_by_the_app_and_the_verdict_says_that_it_is_right(
    jira: JiraHost, app: FakeApp
) -> None:
    jira.fault("wrong_token")
    create(jira, 2)
    assert len(app.refused) == 1
    assert "InvalidSignatureError" in app.refused[0]
    (refused,) = (each.attempts[0] for each in jira.deliveries if each.state == "failed")
    assert refused.verdict.startswith("Your app answered 401, and is right: the token is signed with a secret")


def test_a_huge_body_is_as_large_as_asked_for(jira: JiraHost, app: FakeApp) -> None:
    jira.fault("huge_body", amount=0.5)
    create(jira)
    (call,) = app.calls_to(CREATED)
    assert len(call.body) == 512 * 1024
    assert call.json["webhookEvent"] == "jira:issue_created"


def test_a_body_that_is_larger_than_jira_sends_is_never_sent(jira: JiraHost, app: FakeApp) -> None:
    jira.fault("reorder")
    jira.create_issue("Held back")
    jira.fault("huge_body", amount=26)
    create(jira)
    held, huge = (each for each in jira.deliveries if each.kind == "webhook")
    assert (huge.state, huge.attempts) == ("dropped", [])
    assert "larger than 25 MB" in huge.note
    assert held.state == "delivered", "what waited for it is sent nevertheless"


def test_tokens_of_a_clock_that_is_off_are_off_until_it_is_set_right(jira: JiraHost, app: FakeApp) -> None:
    jira.fault("clock_skew", times=None, amount=-3600)
    create(jira, 2)
    assert ["ExpiredSignatureError" in each for each in app.refused] == [True, True]
    jira.clear_faults()
    create(jira)
    assert abs(app.calls_to(CREATED)[0].claims["iat"] - time.time()) < 60


def test_a_burst_is_many_of_one_kind_under_identifiers_of_their_own(jira: JiraHost, app: FakeApp) -> None:
    create(jira)
    jira.burst(30)
    jira.settle()
    assert len(set(names(app))) == 31


def test_without_install_keys_no_install_is_verified(jira: JiraHost, app: FakeApp) -> None:
    site = Asking(jira)
    kid = jira.install_key.kid
    jira.fault("keys_outage", times=1)
    assert site.ask("GET", f"/install-keys/{kid}")[0] == 503
    assert site.ask("GET", f"/install-keys/{kid}")[0] == 200


def test_rest_fails_and_refuses_apps_as_asked_for_but_not_people(jira: JiraHost, app: FakeApp) -> None:
    site, installed = Asking(jira), jira.install(app.descriptor_url)
    path = f"{V3}/myself"
    jira.fault("rest_429", amount=7)
    jira.fault("rest_5xx", times=2)
    assert site.ask("GET", path)[0] == 200
    answers = [site.ask("GET", path, None, site.as_app(installed, "GET", path)) for _ in range(4)]
    assert [status for status, _, _ in answers] == [503, 503, 429, 200]
    assert answers[2][2]["retry-after"] == "7"
    assert "x-ratelimit-remaining" in answers[2][2]


def test_faults_are_switched_over_http_and_shown(jira: JiraHost, app: FakeApp) -> None:
    site = Asking(jira)
    status, shown, _ = site.ask("POST", AT, {"kind": "delay", "times": 3, "amount": 1})
    (delay,) = [each for each in shown if each["on"]]
    assert (status, delay["kind"], delay["on"]) == (200, "delay", {"kind": "delay", "left": 3, "amount": 1})
    assert site.ask("DELETE", f"{AT}?kind=delay")[0] == 200
    assert [each for each in site.ask("GET", AT)[1] if each["on"]] == []
    assert site.ask("POST", "/stand-in/bursts", {"count": 1})[0] == 400, "nothing was sent yet"


@pytest.mark.parametrize(
    "asked",
    [
        {"kind": "rain"},
        {"kind": "drop", "times": 0},
        {"kind": "drop", "times": "x"},
        {"kind": "drop", "amount": 1},
        {"kind": "delay", "amount": -1},
        {"kind": "delay", "amount": "x"},
        {"kind": "huge_body", "amount": 1000},
    ],
)
def test_a_fault_that_makes_no_sense_is_refused(jira: JiraHost, asked: dict[str, Any]) -> None:
    assert Asking(jira).ask("POST", AT, asked)[0] == 400
