"""Install, update, switch and removal, as an app meets them; the fake app verifies every token."""

from __future__ import annotations

from collections import deque

import pytest

from devkit.jira.descriptor import Refused
from devkit.jira.host import JiraHost
from tests.unit.jira.fake_app import KEY, FakeApp


def paths(app: FakeApp) -> list[str]:
    return [call.path for call in app.calls]


def test_an_install_is_signed_complete_and_followed_by_enabled(jira: JiraHost, app: FakeApp) -> None:
    installation = jira.install(app.descriptor_url)
    assert app.refused == []
    assert paths(app) == ["/installed", "/enabled"]
    payload = app.calls[0].json
    assert payload["clientKey"] == installation.client_key == app.calls[0].claims["iss"]
    assert payload["sharedSecret"] == installation.shared_secret
    assert (payload["key"], payload["baseUrl"], payload["productType"]) == (KEY, jira.url, "jira")
    assert (payload["eventType"], app.calls[1].json["eventType"]) == ("installed", "enabled")
    assert app.calls[0].claims["aud"] == [app.base_url]
    assert payload["accountId"] == app.calls[0].claims["sub"] == jira.user("Hazel Nutt").account_id
    assert "sharedSecret" not in app.calls[1].json


def test_the_secret_is_not_shown_among_the_deliveries(jira: JiraHost, app: FakeApp) -> None:
    installation = jira.install(app.descriptor_url)
    assert all(installation.shared_secret not in delivery.body for delivery in jira.deliveries)


def test_an_app_that_is_installed_again_keeps_its_secret(jira: JiraHost, app: FakeApp) -> None:
    first = jira.install(app.descriptor_url)
    assert jira.install(app.descriptor_url) == first


def test_an_app_that_was_removed_comes_back_as_the_same_tenant_with_a_new_secret(jira: JiraHost, app: FakeApp) -> None:
    first = jira.install(app.descriptor_url)
    jira.uninstall(KEY)
    assert paths(app)[2:] == ["/disabled", "/uninstalled"]
    second = jira.install(app.descriptor_url)
    assert second.client_key == first.client_key
    assert second.shared_secret != first.shared_secret
    assert app.refused == []


def test_disabled_and_enabled_are_told_and_stop_and_start_the_webhooks(jira: JiraHost, app: FakeApp) -> None:
    jira.install(app.descriptor_url)
    jira.enable(KEY, enabled=False)
    jira.create_issue("Nobody hears of it")
    jira.enable(KEY)
    jira.create_issue("The app hears of it")
    jira.settle()
    assert paths(app)[2:] == ["/disabled", "/enabled", "/webhooks/jira:issue_created"]


def test_an_app_without_lifecycle_and_tokens_is_installed_in_silence(jira: JiraHost, app: FakeApp) -> None:
    app.lifecycle = ()
    app.extra = {"authentication": {"type": "none"}}
    assert jira.install(app.descriptor_url).installed
    assert jira.deliveries == []


@pytest.mark.parametrize("status", [400, 401, 302, 500])
def test_an_answer_other_than_200_or_204_fails_the_install_in_jiras_words(
    jira: JiraHost, app: FakeApp, status: int
) -> None:
    app.answers["/installed"] = deque([status])
    with pytest.raises(Refused, match=f"returned HTTP response code {status} when we tried to contact it"):
        jira.install(app.descriptor_url)
    jira.create_issue("The app is not here")
    jira.settle()
    assert paths(app) == ["/installed"]


def test_the_words_of_the_app_are_shown_where_an_install_fails(jira: JiraHost, app: FakeApp) -> None:
    app.answers["/installed"] = deque([500])
    with pytest.raises(Refused, match="The app answered: out of burrows"):
        jira.install(app.descriptor_url)


@pytest.mark.parametrize(("status", "doubts"), [(401, True), (404, True), (500, False)])
def test_an_app_that_refuses_the_token_is_asked_where_it_reads_install_keys(
    jira: JiraHost, app: FakeApp, status: int, doubts: bool
) -> None:
    app.answers["/installed"] = deque([status])
    with pytest.raises(Refused) as fault:
        jira.install(app.descriptor_url)
    assert (f"read install keys at {jira.install_keys_url}?" in str(fault.value)) is doubts


def test_an_update_that_fails_leaves_the_former_version(jira: JiraHost, app: FakeApp) -> None:
    first = jira.install(app.descriptor_url)
    app.extra = {"name": "Newer"}
    app.answers["/installed"] = deque([500])
    with pytest.raises(Refused):
        jira.install(app.descriptor_url)
    jira.create_issue("The former version hears of it")
    jira.settle()
    assert app.calls_to("/webhooks/jira:issue_created")[0].claims["iss"] == first.client_key


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("file:///etc/passwd", "must begin with http"),
        ("http://127.0.0.1:1/x.json", "could not be read"),
        ("{base}/panel", "is no JSON"),
        ("{base}/nowhere", "the answer is 405"),
        ("http://", "could not be read"),
    ],
)
def test_a_descriptor_that_can_not_be_read_is_refused(jira: JiraHost, app: FakeApp, url: str, reason: str) -> None:
    with pytest.raises(Refused, match=reason):
        jira.install(url.replace("{base}", app.base_url))


def test_a_descriptor_that_jira_would_refuse_is_not_installed(jira: JiraHost, app: FakeApp) -> None:
    app.extra = {"scopes": ["FLY"]}
    with pytest.raises(Refused, match=r"Line 1, column .*'FLY', which is no scope"):
        jira.install(app.descriptor_url)
    assert app.calls == []
