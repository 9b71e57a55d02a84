"""Which pages of an app a user sees, where, with which context; and who the user is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest

from devkit.jira.conditions import unknown
from devkit.jira.host import JiraHost
from tests.unit.jira.asking import V3, Asking
from tests.unit.jira.fake_app import KEY, FakeApp

PANEL = {"name": {"value": "Panel"}, "location": "atl.jira.view.issue.right.context", "url": "/panel"}


def page(key: str, **more: Any) -> dict[str, Any]:
    """A module with a page."""
    return {"key": key, "name": {"value": key.capitalize()}, "url": f"/panel-{key}", **more}


LISTED = {"description": {"value": "Digs"}, "thumbnailUrl": "/gadget.png"}

MODULES = {
    "generalPages": [page("main", url="/panel?mine={ac.mine}&user={user.accountId}&admin={condition.user_is_admin}")],
    "adminPages": [page("admin")],
    "configurePage": page("configure"),
    "jiraProjectPages": [page("project", url="/panel?project={project.key}")],
    "jiraDashboardItems": [page("gadget", url="/panel?item={dashboardItem.id}", **LISTED)],
    "dialogs": [{"key": "talk", "url": "/panel"}],
    "webPanels": [
        {**PANEL, "key": "everyone"},
        {**PANEL, "key": "members", "conditions": [{"condition": "user_is_logged_in"}]},
        {
            **PANEL,
            "key": "licensed",
            "conditions": [{"condition": "addon_is_licensed"}, {"condition": "user_is_admin", "invert": True}],
        },
        {
            **PANEL,
            "key": "deep",
            "conditions": [
                {
                    "or": [
                        {
                            "condition": "entity_property_equal_to",
                            "params": {"entity": "issue", "propertyKey": "depth", "objectName": "m", "value": "3"},
                        },
                        {"and": [{"condition": "has_global_permission", "params": {"permission": "NOTHING"}}]},
                    ]
                }
            ],
        },
    ],
}


@pytest.fixture
def site(jira: JiraHost) -> Asking:
    return Asking(jira)


@pytest.fixture
def app(jira: JiraHost) -> Iterator[FakeApp]:
    with FakeApp(jira.install_keys_url, modules=MODULES) as app:
        jira.install(app.descriptor_url)
        yield app


def use(site: Asking, name: str) -> None:
    """Has someone use the pages."""
    users = site.ask("GET", "/stand-in/session")[1]["users"]
    (account,) = [user["accountId"] for user in users if user["name"] == name]
    assert site.ask("PUT", "/stand-in/session", {"accountId": account})[0] == 200


def beside(site: Asking, issue: str) -> list[str]:
    """The panels that are shown beside an issue."""
    return [frame["moduleKey"] for frame in site.ask("GET", f"/stand-in/issues/{issue}/frames")[1]]


def frame(site: Asking, module: str, query: str = "") -> Any:
    """One frame, or what is said in its place."""
    return site.ask("GET", f"/stand-in/frame?app={KEY}&module={module}{query}")[1]


def test_conditions_decide_who_sees_a_panel(site: Asking, app: FakeApp) -> None:
    key = site.create()
    assert beside(site, key) == ["everyone", "members"]
    use(site, "Anonymous")
    assert beside(site, key) == ["everyone"]
    use(site, "Robin Sedge")
    site.ask("PUT", f"/stand-in/apps/{KEY}", {"licence": "active"})
    assert beside(site, key) == ["everyone", "members", "licensed"]
    use(site, "Hazel Nutt")
    site.ask("PUT", f"{V3}/issue/{key}/properties/depth", {"m": 3})
    assert beside(site, key) == ["everyone", "members", "deep"]


OPTIONS = {
    "linking_enabled": "issuelinks",
    "sub_tasks_enabled": "subtasks",
    "time_tracking_enabled": "timetracking",
    "voting_enabled": "voting",
    "watching_enabled": "watching",
}


@pytest.mark.parametrize("condition", OPTIONS)
def test_a_panel_may_depend_on_an_option_of_the_site(site: Asking, jira: JiraHost, condition: str) -> None:
    panels = {"webPanels": [{**PANEL, "key": "bound", "conditions": [{"condition": condition}]}]}
    with FakeApp(jira.install_keys_url, modules=panels) as app:
        jira.install(app.descriptor_url)
        key = site.create()
        assert beside(site, key) == ["bound"]
        site.ask("PUT", "/stand-in/options", {OPTIONS[condition]: False})
        assert beside(site, key) == []


def test_a_panel_may_depend_on_the_state_of_the_issue_and_on_what_may_be_done_with_it(
    site: Asking, jira: JiraHost
) -> None:
    names = ("is_issue_unresolved", "is_issue_editable", "can_attach_file_to_issue")
    panels = {
        "webPanels": [{**PANEL, "key": name.replace("_", "-"), "conditions": [{"condition": name}]} for name in names]
    }
    with FakeApp(jira.install_keys_url, modules=panels) as app:
        jira.install(app.descriptor_url)
        issue = jira.create_issue("A burrow")
        assert beside(site, issue.key) == [name.replace("_", "-") for name in names]
        jira.move(issue, "Done")
        assert beside(site, issue.key) == ["is-issue-editable", "can-attach-file-to-issue"]
        use(site, "Anonymous")
        assert beside(site, issue.key) == []


def test_pages_for_administrators_are_for_them_alone(site: Asking, app: FakeApp) -> None:
    def kinds() -> set[str]:
        return {each["kind"] for each in site.ask("GET", "/stand-in/menu?project=BUR")[1]}

    everyone = {"generalPages", "jiraProjectPages", "jiraDashboardItems"}
    assert kinds() == everyone | {"adminPages", "configurePage"}
    use(site, "Robin Sedge")
    assert kinds() == everyone
    assert "conditions" in frame(site, "admin")["errorMessages"][0]


def test_each_place_has_its_context(site: Asking, app: FakeApp) -> None:
    def query(module: str, more: str = "") -> dict[str, list[str]]:
        return parse_qs(urlsplit(frame(site, module, more)["url"]).query, keep_blank_values=True)

    account = site.ask("GET", f"{V3}/myself")[1]["accountId"]
    main = query("main", "&ac.mine=a%26b")
    assert (main["mine"], main["user"], main["admin"]) == (["a&b"], [account], ["true"])
    assert query("project", "&project=BUR")["project"] == ["BUR"]
    assert query("gadget", "&dashboardItem.id=7")["item"] == ["7"]
    shown = frame(site, "project", "&project=BUR")["options"]
    assert shown["structuredContext"] == {"jira": {"project": {"id": "10000", "key": "BUR"}}}
    assert site.ask("GET", f"/stand-in/frame?app={KEY}&module=nothing")[0] == 404


def test_the_licence_is_in_the_url(site: Asking, app: FakeApp) -> None:
    assert "&lic=none&" in frame(site, "main")["url"]
    site.ask("PUT", f"/stand-in/apps/{KEY}", {"licence": "evaluation"})
    assert "&lic=active&" in frame(site, "main")["url"]


def test_a_context_token_is_for_the_place_and_nobodys_has_no_subject(site: Asking, app: FakeApp) -> None:
    def claims(place: dict[str, str]) -> dict[str, Any]:
        token = site.ask("POST", "/stand-in/token", {"appKey": KEY, "place": place})[1]["token"]
        (secret,) = app.secrets.values()
        return dict(jwt.decode(token, secret, algorithms=["HS256"]))

    key = site.create()
    assert claims({"issue": key})["context"]["jira"]["issue"]["key"] == key
    assert claims({"project": "BUR"})["context"] == {"jira": {"project": {"id": "10000", "key": "BUR"}}}
    assert claims({})["context"] == {}
    use(site, "Anonymous")
    assert "sub" not in claims({})
    url, _, token = frame(site, "main")["url"].rpartition("&jwt=")
    assert "sub" not in jwt.decode(token, options={"verify_signature": False})
    assert "user=&" in url


def test_nobody_may_look_and_nothing_more(site: Asking, app: FakeApp) -> None:
    key = site.create()
    use(site, "Anonymous")
    assert site.ask("GET", f"{V3}/myself")[0] == 401
    assert site.ask("GET", f"{V3}/issue/{key}")[0] == 200
    assert site.ask("POST", f"{V3}/issue/{key}/comment", {"body": "x"})[0] == 403
    assert site.ask("POST", f"{V3}/issue/{key}/transitions", {"transition": {"id": "41"}})[0] == 403


def test_the_user_has_a_language_and_a_time_zone(site: Asking) -> None:
    changed = site.ask("PUT", "/stand-in/session", {"locale": "de_DE", "timeZone": "Asia/Tokyo"})[1]
    assert (changed["user"]["locale"], changed["user"]["timeZone"]) == ("de_DE", "Asia/Tokyo")
    assert site.ask("GET", f"{V3}/myself")[1]["timeZone"] == "Asia/Tokyo"
    for wrong in ({"locale": "de-DE!"}, {"timeZone": "Moon/Sea"}):
        assert site.ask("PUT", "/stand-in/session", wrong)[0] == 400
    assert site.ask("PUT", "/stand-in/session", {"accountId": "nobody"})[0] == 404


def test_a_request_of_a_page_is_kept_to_the_scopes_of_its_app(site: Asking, app: FakeApp) -> None:
    key, as_page = site.create(), {**site.own, "AP-Client-Key": KEY}
    assert site.ask("GET", f"{V3}/issue/{key}", None, as_page)[0] == 200
    assert site.ask("POST", f"{V3}/issue/{key}/comment", {"body": "x"}, as_page)[0] == 403
    assert site.ask("GET", f"{V3}/webhook", None, as_page)[0] == 403


def test_kinds_that_are_not_shown_are_listed_as_such(site: Asking, app: FakeApp) -> None:
    modules = {**MODULES, "jiraSearchRequestViews": [page("view")], "jiraEntityProperties": [page("props")]}
    with FakeApp(site.jira.install_keys_url, modules=modules, extra={"key": "second"}) as second:
        shown = site.ask("POST", "/stand-in/apps", {"descriptorUrl": second.descriptor_url})[1]["modules"]
    hidden = [module["kind"] for module in shown if not module["shown"]]
    assert hidden == ["jiraSearchRequestViews", "jiraEntityProperties"]


def test_conditions_that_are_not_evaluated_are_named() -> None:
    conditions = [
        {"condition": "user_is_admin"},
        {"or": [{"condition": "feature_flag"}, {"condition": "moon_is_full"}]},
    ]
    assert unknown(conditions) == ["feature_flag", "moon_is_full"]
