"""The life of an app in every order that Jira knows, at a word; and over the plug-in manager's REST."""

from __future__ import annotations

import time
from collections import deque
from pathlib import Path
from typing import Any

import pytest

from devkit.jira.descriptor import Refused
from devkit.jira.host import JiraHost
from tests.unit.jira.asking import V3, Asking
from tests.unit.jira.fake_app import KEY, FakeApp

AT = "/rest/plugins/1.0"


def events(app: FakeApp) -> list[str]:
    """The lifecycle calls that the app took, in their order."""
    return [call.path.lstrip("/") for call in app.calls if not call.path.startswith("/webhooks/")]


def test_a_new_secret_comes_with_a_new_installed_and_is_used_at_once(jira: JiraHost, app: FakeApp) -> None:
    first = jira.install(app.descriptor_url)
    second = jira.reinstall(KEY)
    assert first.client_key == second.client_key
    assert app.secrets[first.client_key] == second.shared_secret != first.shared_secret
    jira.create_issue("A burrow")
    jira.settle()
    assert (app.refused, len(app.calls_to("/webhooks/jira:issue_created"))) == ([], 1)


def test_a_secret_that_the_app_does_not_take_is_not_used(jira: JiraHost, app: FakeApp) -> None:
    jira.install(app.descriptor_url)
    before = jira.installation(KEY).shared_secret
    app.answers["/installed"] = deque([500])
    with pytest.raises(Exception, match="HTTP response code 500"):
        jira.reinstall(KEY)
    assert jira.installation(KEY).shared_secret == before


@pytest.mark.parametrize(
    ("order", "told", "refused"),
    [
        ("first", ["disabled", "uninstalled"], 0),
        ("last", ["uninstalled", "disabled"], 0),
        ("unsigned", ["uninstalled"], 1),
    ],
)
def test_an_app_is_told_of_its_end_in_the_order_that_was_asked_for(
    jira: JiraHost, app: FakeApp, order: str, told: list[str], refused: int
) -> None:
    jira.install(app.descriptor_url)
    jira.uninstall(KEY, order)
    assert events(app)[2:] == told
    assert len(app.refused) == refused
    calls = [delivery.event for delivery in jira.deliveries if delivery.kind == "lifecycle"]
    assert sorted(calls[2:]) == ["disabled", "uninstalled"]


def test_over_the_console_too(jira: JiraHost, app: FakeApp) -> None:
    site = Asking(jira)
    jira.install(app.descriptor_url)
    assert site.ask("POST", f"/stand-in/apps/{KEY}/secret", {})[0] == 200
    assert site.ask("PUT", f"/stand-in/apps/{KEY}", {"licence": "evaluation"})[0] == 200
    assert site.ask("PUT", f"/stand-in/apps/{KEY}", {"licence": "stolen"})[0] == 400
    assert jira.installation(KEY).licence == "evaluation"
    assert site.ask("DELETE", f"/stand-in/apps/{KEY}?disabled=never")[0] == 400
    assert site.ask("DELETE", f"/stand-in/apps/{KEY}?disabled=last")[0] == 200
    assert events(app)[-2:] == ["uninstalled", "disabled"]


def test_two_sites_are_two_tenants_of_one_app(jira: JiraHost, app: FakeApp) -> None:
    with JiraHost() as other:
        first = jira.install(app.descriptor_url)
        app.keys_url = other.install_keys_url
        second = other.install(app.descriptor_url)
        assert first.client_key != second.client_key
        assert set(app.secrets) == {first.client_key, second.client_key}
        other.create_issue("A burrow")
        other.settle()
    (call,) = app.calls_to("/webhooks/jira:issue_created")
    assert call.claims["iss"] == second.client_key


def register(site: Asking, url: str) -> tuple[int, Any]:
    """Installs as other frameworks do; gives the answer that ends the polling."""
    _, _, headers = site.ask("GET", f"{AT}/", headers={})
    basic = {"Authorization": "Basic YTpi", "Content-Type": "application/vnd.atl.plugins.remote.install+json"}
    status, task, _ = site.ask("POST", f"{AT}/?token={headers['upm-token']}", {"pluginUri": url}, basic)
    assert status == 202
    for _ in range(200):
        status, told, found = site.ask("GET", task["links"]["self"], headers={})
        if status == 303:
            return site.ask("GET", found["location"], headers={})[:2]
        if told["status"]["done"]:
            return status, told
        time.sleep(0.01)
    raise AssertionError("the install did not end")


def test_another_framework_registers_its_app_over_the_plugin_manager(jira: JiraHost, app: FakeApp) -> None:
    site = Asking(jira)
    app.modules["generalPages"] = [{"key": "page", "name": {"value": "Page"}, "url": "/panel"}]
    app.page_headers = {"X-Frame-Options": "DENY"}
    status, plugin = register(site, app.descriptor_url)
    assert (status, plugin["key"], plugin["enabled"]) == (200, KEY, True)
    assert events(app) == ["installed", "enabled"]
    assert [each["key"] for each in site.ask("GET", f"{AT}/", headers={})[1]["plugins"]] == [KEY]
    jira.settle()
    modules = site.ask("GET", "/stand-in/apps")[1][0]["modules"]
    assert ["X-Frame-Options" in " ".join(each["complaints"]) for each in modules if each["key"] == "page"] == [True]
    basic = {"Authorization": "Basic YTpi"}
    assert site.ask("DELETE", f"{AT}/{KEY}-key", None, basic)[0] == 204
    assert site.ask("GET", f"{AT}/{KEY}-key", headers={})[0] == 404
    assert site.ask("DELETE", f"{AT}/{KEY}-key", None, basic)[0] == 404


def test_a_registration_that_fails_says_why(jira: JiraHost, app: FakeApp) -> None:
    status, told = register(Asking(jira), f"{app.base_url}/nowhere")
    assert (status, "could not be read" in told["status"]["errorMessage"]) == (200, True)


def test_the_plugin_manager_wants_its_token_and_a_pluginuri(jira: JiraHost) -> None:
    site = Asking(jira)
    assert site.ask("POST", f"{AT}/?token=x", {"pluginUri": "x"})[0] == 403
    token = site.ask("GET", f"{AT}/")[2]["upm-token"]
    assert site.ask("POST", f"{AT}/?token={token}", "{")[0] == 400
    assert site.ask("POST", f"{AT}/?token={token}", {"pluginUri": "x"})[0] == 403, "a token is good for one install"
    assert site.ask("GET", f"{AT}/pending/99")[0] == 404
    assert site.ask("GET", f"{AT}/pending/{'9' * 5000}")[0] == 404
    keys = [each["key"] for each in site.ask("GET", f"{AT}/settings")[1]["settings"]]
    assert "connectDeveloperListingsEnabled" in keys


def test_a_site_that_is_renamed_tells_its_apps_the_new_base_url_with_a_new_secret(jira: JiraHost, app: FakeApp) -> None:
    site, first = Asking(jira), jira.install(app.descriptor_url)
    status, told, _ = site.ask("PUT", "/stand-in/site", {"name": "127.0.0.1"})
    assert (status, told["refused"]) == (200, {})
    assert told["baseUrl"] == jira.url == f"http://127.0.0.1:{site.port}"
    again = app.calls_to("/installed")[-1].json
    assert (again["baseUrl"], again["displayUrl"], again["clientKey"]) == (jira.url, jira.url, first.client_key)
    assert again["sharedSecret"] != first.shared_secret
    jira.create_issue("A burrow")
    jira.settle()
    assert app.refused == []
    assert app.calls_to("/webhooks/jira:issue_created")[0].json["issue"]["self"].startswith(jira.url)
    assert site.by_app(jira.installation(KEY), "GET", "/rest/api/3/serverInfo")[1]["baseUrl"] == jira.url
    assert site.ask("PUT", "/stand-in/site", {"name": "127.0.0.1"})[0] == 200
    assert len(app.calls_to("/installed")) == 2, "it had that name already"


def test_a_custom_domain_is_told_with_the_next_call_of_the_lifecycle(jira: JiraHost, app: FakeApp) -> None:
    site = Asking(jira)
    jira.install(app.descriptor_url)
    assert site.ask("PUT", "/stand-in/site", {"displayUrl": "https://burrows.example.com/"})[0] == 200
    assert len(app.calls_to("/enabled")) == 1, "nobody is told at once"
    jira.enable(KEY, enabled=False)
    told = app.calls_to("/disabled")[0].json
    assert (told["baseUrl"], told["displayUrl"]) == (jira.url, "https://burrows.example.com")
    assert site.ask("GET", "/rest/api/3/serverInfo")[1]["displayUrl"] == "https://burrows.example.com"


def test_an_app_that_does_not_take_the_new_name_keeps_its_secret_and_is_named(jira: JiraHost, app: FakeApp) -> None:
    before = jira.install(app.descriptor_url).shared_secret
    app.answers["/installed"] = deque([500])
    _, told, _ = Asking(jira).ask("PUT", "/stand-in/site", {"name": "127.0.0.1"})
    assert "HTTP response code 500" in told["refused"][KEY][0]
    assert jira.installation(KEY).shared_secret == before
    app.answers["/installed"] = deque([500])
    with pytest.raises(Refused, match="HTTP response code 500"):
        jira.rename("localhost")


@pytest.mark.parametrize(
    "asked",
    [
        {"name": "evil.example.com"},
        {"name": None},
        {"displayUrl": "http://burrows.example.com"},
        {"displayUrl": "https://burrows.example.com/path"},
        {"displayUrl": "https://"},
        {"displayUrl": "https://["},
        {"displayUrl": "https://burrows.example.com", "name": "evil.example.com"},
    ],
)
def test_a_name_that_leads_elsewhere_is_refused(jira: JiraHost, asked: dict[str, Any]) -> None:
    site = Asking(jira)
    assert site.ask("PUT", "/stand-in/site", asked)[0] == 400
    assert jira.url.startswith("http://localhost:")
    assert site.ask("GET", f"{V3}/serverInfo")[1]["displayUrl"] == jira.url


def test_the_name_of_a_site_outlives_a_restart_and_pages_move_to_it(tmp_path: Path) -> None:
    with JiraHost(folder=tmp_path) as jira:
        port = Asking(jira).port
        jira.rename("127.0.0.1", "https://burrows.example.com")
    with JiraHost(port, tmp_path) as jira:
        assert jira.url == f"http://127.0.0.1:{port}"
        status, _, headers = Asking(jira).ask("GET", "/faults", None, {"Sec-Fetch-Mode": "navigate"})
        assert (status, headers["location"]) == (302, f"{jira.url}/faults")
