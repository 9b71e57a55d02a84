"""Pages of apps beyond the panel: with the window to themselves, in dialogs, on the dashboard, with their bridge."""

from __future__ import annotations

import pytest
from playwright.sync_api import Frame, Page, expect

from devkit.jira.host import JiraHost
from tests.browser.conftest import frame_of, named
from tests.unit.jira.fake_app import KEY, FakeApp

LISTED = {"description": {"value": "Digs"}, "thumbnailUrl": "/gadget.png"}

MODULES = {
    "generalPages": [named("map")],
    "adminPages": [named("settings")],
    "jiraProjectPages": [named("report", url="/panel?project={project.key}")],
    "jiraDashboardItems": [
        named("gadget", url="/panel?item={dashboardItem.id}", **LISTED),
        named("meter", **LISTED),
    ],
    "jiraBackgroundScripts": [
        named(
            "watch", url="/panel?watched={issue.key}", location={"type": "issue_view", "shouldReloadOnRefresh": True}
        ),
        named("guard", url="/panel?guarded={issue.key}", location={"type": "issue_view"}),
        named("lookout", location={"type": "dashboard"}),
    ],
    "configurePage": named("setup"),
    "postInstallPage": named("welcome"),
    "jiraProjectAdminTabPanels": [named("fence", url="/panel?project={project.key}")],
    "jiraReports": [named("burndown", url="/panel?project={project.key}", **LISTED)],
    "jiraSearchRequestViews": [named("unseen")],
    "jiraIssueTabPanels": [named("tracks", url="/panel?issue={issue.key}")],
    "webPanels": [named("wide", location="atl.jira.view.issue.left.context")],
    "webSections": [{"key": "digging", "name": {"value": "Digging"}, "location": "operations-work"}],
    "webItems": [
        named("dig", location="digging", target={"type": "dialog", "options": {"size": "small"}}),
        named("look", location="jira.issue.tools", url="/panel?issue={issue.key}"),
        named("roam", location="system.top.navigation.bar"),
    ],
}


def test_the_pages_of_an_app_are_found_from_the_pages_of_the_site(page: Page, jira: JiraHost) -> None:
    page.goto(jira.url)
    page.get_by_role("link", name="Report").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Report")
    assert "project=BUR" in frame_of(page, "report").evaluate("location.search")
    page.goto(f"{jira.url}/apps")
    page.locator("section.app summary").click()
    expect(page.get_by_text("not shown here")).to_have_count(1)
    page.get_by_role("link", name="Open Settings").click()
    frame_of(page, "settings")


def test_an_issue_has_the_links_tabs_and_panels_of_apps(page: Page, jira: JiraHost) -> None:
    issue = jira.create_issue("A burrow")
    page.goto(f"{jira.url}/browse/{issue.key}")
    wide, aside = (
        page.locator("iframe[id*='__wide__']").bounding_box(),
        page.get_by_role("complementary").bounding_box(),
    )
    assert wide is not None
    assert aside is not None
    assert wide["x"] + wide["width"] < aside["x"]
    expect(page.get_by_text("Digging", exact=True)).to_be_visible()
    page.get_by_role("button", name="Dig", exact=True).click()
    dialog = frame_of(page, "dig")
    assert dialog.evaluate("AP.context.getContext()")["jira"]["issue"]["key"] == issue.key
    dialog.evaluate("AP.dialog.close()")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.get_by_role("button", name="Tracks").click()
    assert f"issue={issue.key}" in frame_of(page, "tracks").evaluate("location.search")
    page.get_by_role("button", name="Comments (0)").click()
    expect(page.locator("iframe[id*='__tracks__']")).to_have_count(0)
    page.get_by_role("link", name="Look", exact=True).click()
    assert f"issue={issue.key}" in frame_of(page, "look").evaluate("location.search")


def test_the_top_of_each_page_and_the_project_have_links_of_apps(page: Page, jira: JiraHost) -> None:
    page.goto(jira.url)
    page.get_by_role("link", name="Burndown").click()
    assert "project=BUR" in frame_of(page, "burndown").evaluate("location.search")
    page.get_by_role("link", name="Roam").click()
    assert frame_of(page, "roam").evaluate("AP._data.options.isFullPage") is True


def test_a_gadget_stands_on_the_dashboard_and_names_itself(page: Page, jira: JiraHost) -> None:
    page.goto(f"{jira.url}/dashboard")
    gadget = frame_of(page, "gadget")
    assert "item=10000" in gadget.evaluate("location.search")
    assert gadget.evaluate("AP.jira.isDashboardItemEditable()") is True
    gadget.evaluate("AP.jira.setDashboardItemTitle('Burrows')")
    expect(page.get_by_role("heading", name="Burrows")).to_be_visible()


def test_the_gadgets_and_scripts_of_an_app_on_the_dashboard_hear_each_other(page: Page, jira: JiraHost) -> None:
    page.goto(f"{jira.url}/dashboard")
    heard = "window.heard = []; AP.events.on('dug', (depth) => heard.push(depth))"
    others = [frame_of(page, name) for name in ("meter", "lookout")]
    for frame in others:
        frame.evaluate(heard)
    gadget = frame_of(page, "gadget")
    gadget.evaluate("AP.events.emit('dug', 3)")
    for frame in others:
        frame.wait_for_function("heard.length === 1", polling=50)
    items = [frame.evaluate("AP.context.getContext()")["jira"] for frame in (gadget, others[0])]
    assert [item["dashboardItem"]["id"] for item in items] == ["10000", "10001"]


def test_a_script_beside_an_issue_runs_unseen_and_begins_anew_where_it_wants_to(page: Page, jira: JiraHost) -> None:
    issue = jira.create_issue("A burrow")
    page.goto(f"{jira.url}/browse/{issue.key}")
    watch, guard = frame_of(page, "watch"), frame_of(page, "guard")
    assert f"watched={issue.key}" in watch.evaluate("location.search")
    expect(page.locator("iframe[id*='__watch__']")).to_be_hidden()
    guard.evaluate("window.mark = 1")
    before = page.locator("iframe[id*='__watch__']").get_attribute("id")
    jira.move(issue, "Done")
    expect(page.locator("iframe[id*='__watch__']")).not_to_have_attribute("id", str(before))
    assert frame_of(page, "watch").evaluate("AP.context.getContext()")["jira"]["issue"]["key"] == issue.key
    assert guard.evaluate("window.mark") == 1


@pytest.mark.parametrize(("link", "module"), [("Configure", "setup"), ("Get started", "welcome")])
def test_an_administrator_finds_the_pages_that_set_an_app_up(
    page: Page, jira: JiraHost, link: str, module: str
) -> None:
    page.goto(f"{jira.url}/apps")
    page.get_by_role("link", name=link, exact=True).click()
    frame_of(page, module)


def test_what_jira_does_for_whole_pages_alone_is_refused_loudly_elsewhere(page: Page, jira: JiraHost) -> None:
    page.goto(f"{jira.url}/dashboard")
    gadget = frame_of(page, "gadget")
    gadget.evaluate("AP.sizeToParent()")
    expect(page.get_by_role("alert").get_by_text("AP.sizeToParent works on pages")).to_be_visible()


def test_cookies_are_the_apps_own_and_stay(page: Page, app_page: Frame) -> None:
    app_page.evaluate("AP.cookie.save('depth', '3', 1)")
    page.reload()
    frame = frame_of(page, "map")
    assert frame.evaluate("new Promise((done) => AP.cookie.read('depth', done))") == "3"
    frame.evaluate("AP.cookie.erase('depth')")
    assert frame.evaluate("new Promise((done) => AP.cookie.read('depth', done))") is None


def test_an_apps_history_is_the_browsers(page: Page, app_page: Frame) -> None:
    app_page.evaluate("window.popped = []; AP.history.popState((event) => popped.push(event.state))")
    app_page.evaluate("AP.history.pushState('deep')")
    page.wait_for_url("**/map#!deep")
    app_page.evaluate("AP.history.pushState('deeper')")
    page.wait_for_url("**/map#!deeper")
    assert app_page.evaluate("AP.history.getState()") == "deeper"
    page.go_back()
    app_page.wait_for_function("popped.length === 1")
    page.go_back()
    app_page.wait_for_function("popped.length === 2")
    assert app_page.evaluate("popped") == ["deep", ""]


def test_the_smaller_methods_do_what_they_say(page: Page, jira: JiraHost, app_page: Frame) -> None:
    app_page.evaluate("AP.page.setTitle('Depths')")
    expect(page).to_have_title("Depths · Stand-in for Jira")
    app_page.evaluate("AP.messages.info('Hm', 'Deep')")
    expect(page.get_by_role("region", name="Hm")).to_contain_text("Deep")
    assert app_page.evaluate("new Promise((done) => AP.scrollPosition.getPosition(done))")["scrollY"] == 0
    app_page.evaluate("AP.env.sizeToParent(true)")
    expect(page.get_by_role("contentinfo")).to_be_hidden()
    opening = "AP.jira.openCreateIssueDialog({ fields: { summary: 'From an app' } })"
    made = app_page.evaluate_handle(f"({{ promise: {opening} }})")
    page.get_by_role("button", name="Create", exact=True).click()
    assert made.evaluate("async ({ promise }) => (await promise)[0].key").startswith("BUR-")
    app_page.evaluate(
        "AP.jira.openCreateIssueDialog((made) => { window.made = made }, { fields: { summary: 'First' } })"
    )
    page.get_by_role("button", name="Create", exact=True).click()
    app_page.wait_for_function("window.made?.length === 1")
    app_page.evaluate("AP.navigator.go('addonModule', { moduleKey: 'settings' })")
    administration = "AP.navigator.go('projectAdminTabPanel', { projectKey: 'BUR', adminPageKey: 'fence' })"
    frame_of(page, "settings").evaluate(administration)
    assert "project=BUR" in frame_of(page, "fence").evaluate("location.search")


def test_the_user_is_changed_by_clicks_and_apps_are_told(page: Page, jira: JiraHost) -> None:
    page.goto(f"{jira.url}/plugins/servlet/ac/{KEY}/map")
    before = frame_of(page, "map").evaluate("AP.user.getCurrentUser()")["atlassianAccountId"]
    page.get_by_role("button", name="You are Hazel Nutt: change").click()
    page.get_by_label("User").select_option(label="Robin Sedge (member)")
    page.get_by_label("Time zone").select_option("Asia/Tokyo")
    with page.expect_navigation():
        page.get_by_role("button", name="Use").click()
    frame = frame_of(page, "map")
    assert frame.evaluate("AP.user.getCurrentUser()")["atlassianAccountId"] != before
    assert frame.evaluate("AP.user.getTimeZone()") == "Asia/Tokyo"
    page.goto(f"{jira.url}/plugins/servlet/ac/{KEY}/settings")
    expect(page.get_by_text("The conditions of Settings do not hold for you here.")).to_be_visible()


def test_what_is_wrong_with_the_pages_of_an_app_is_seen_once_it_is_installed(page: Page, jira: JiraHost) -> None:
    modules = {"generalPages": [named("shy"), named("mute", url="/nowhere")]}
    shy = {"key": "shy-app", "name": "Shy app"}
    headers = {"X-Frame-Options": "DENY"}
    with FakeApp(jira.install_keys_url, f"{jira.url}/all.js", modules, page_headers=headers, extra=shy) as app:
        page.goto(f"{jira.url}/apps")
        page.get_by_label("App descriptor URL").fill(app.descriptor_url)
        page.get_by_role("button", name="Install", exact=True).click()
        card = page.get_by_label("Shy app", exact=True)
        card.get_by_text("complaints about 2").click()
        expect(card.get_by_text("X-Frame-Options: DENY")).to_be_visible()
        expect(card.get_by_text("The app answers with 405")).to_be_visible()
        jira.uninstall("shy-app")
        expect(card).to_have_count(0)
