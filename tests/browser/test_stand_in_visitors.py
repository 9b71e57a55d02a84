"""Who uses the stand-in's pages, and how: administrators, members and nobody; by keyboard; with every method of AP."""

from __future__ import annotations

import json
from typing import Any

from playwright.sync_api import Page, expect

from devkit.jira.host import JiraHost
from tests.browser.conftest import frame_of
from tests.unit.jira.fake_app import KEY

PLACE = "atl.jira.view.issue.right.context"
LICENSED = [{"condition": "addon_is_licensed"}]
SITE_EVENTS = {
    *("project_created", "project_soft_deleted", "project_restored_deleted", "jira:version_created"),
    *("jira:version_released", "board_created", "board_updated", "board_configuration_changed"),
    *("sprint_created", "sprint_started", "user_created"),
    "option_voting_changed",
}

MODULES: dict[str, Any] = {
    "webhooks": [{"event": event, "url": "/webhooks/site"} for event in sorted(SITE_EVENTS)],
    "webPanels": [
        {"key": "panel", "name": {"value": "Panel"}, "location": PLACE, "url": "/panel"},
        {"key": "paid", "name": {"value": "Paid"}, "location": PLACE, "url": "/panel", "conditions": LICENSED},
    ],
    "generalPages": [{"key": "map", "name": {"value": "Map"}, "url": "/panel"}],
}

METHODS = """
    request resize sizeToParent hideFooter getLocation env.resize env.sizeToParent env.hideFooter env.getLocation
    context.getToken context.getContext events.on events.once events.off events.offAll events.onAny events.offAny
    events.emit events.onPublic events.oncePublic events.offPublic events.emitPublic flag.create dialog.create
    dialog.close dialog.getCustomData dialog.getButton dialog.createButton dialog.disableCloseOnSubmit
    theming.initializeTheming user.getCurrentUser user.getLocale user.getTimeZone navigator.go navigator.reload
    navigator.getLocation history.getState history.pushState history.replaceState history.popState history.back
    history.forward history.go jira.refreshIssuePage jira.openCreateIssueDialog jira.openIssueDialog
    jira.setDashboardItemTitle jira.isDashboardItemEditable cookie.save cookie.read cookie.erase page.setTitle
    host.focus host.getSelectedText scrollPosition.getPosition scrollPosition.setVerticalPosition inlineDialog.hide
    messages.generic messages.info messages.hint messages.success messages.warning messages.error messages.clear
"""
"""What Atlassian documents for apps in Jira, as far as the stand-in has it; all else is reported when asked for."""


def become(page: Page, user: str) -> None:
    """Another user, by clicks."""
    page.get_by_role("button", name="You are").click()
    page.get_by_label("User").select_option(label=user)
    with page.expect_navigation():
        page.get_by_role("button", name="Use").click()


def test_nobody_may_look_and_is_told_what_else_is_not_for_them(page: Page, jira: JiraHost) -> None:
    issue = jira.create_issue("A burrow")
    page.goto(f"{jira.url}/browse/{issue.key}")
    try:
        become(page, "Anonymous (not logged in)")
        frame = frame_of(page, "panel")
        assert frame.evaluate("AP.user.getCurrentUser()") == {"atlassianAccountId": None}
        page.get_by_label("Status", exact=True).select_option("Done")
        expect(page.get_by_role("region", name="That did not work")).to_be_visible()
        expect(page.get_by_label("Status", exact=True).locator("option:checked")).to_have_text("To Do")
    finally:
        become(page, "Hazel Nutt (administrator)")


def test_a_licence_is_given_by_clicks_and_the_app_is_told(page: Page, jira: JiraHost) -> None:
    issue = jira.create_issue("A burrow")
    for licence, told in (("Licensed", "active"), ("Evaluation", "active"), ("No licence", "none")):
        page.goto(f"{jira.url}/apps")
        page.get_by_label("Licence of Fake app").select_option(label=licence)
        page.wait_for_timeout(100)
        page.goto(f"{jira.url}/browse/{issue.key}")
        assert f"lic={told}" in frame_of(page, "panel").evaluate("location.search")
        expect(page.locator("iframe[id*='__paid__']")).to_have_count(1 if told == "active" else 0)


def test_colours_follow_the_system_until_one_is_chosen(page: Page, jira: JiraHost) -> None:
    issue = jira.create_issue("A burrow")
    page.goto(f"{jira.url}/browse/{issue.key}")
    frame = frame_of(page, "panel")
    frame.evaluate("AP.theming.initializeTheming()")
    for scheme in ("light", "dark", "light"):
        page.emulate_media(color_scheme=scheme)
        expect(page.locator("html")).to_have_attribute("data-color-mode", scheme)
        frame.wait_for_function(f"document.documentElement.dataset.colorMode === '{scheme}'")
    page.get_by_label("Colours").select_option("Dark")
    page.emulate_media(color_scheme="light")
    expect(page.locator("html")).to_have_attribute("data-color-mode", "dark")


def test_by_keyboard_one_gets_everywhere_sees_where_one_is_and_out_of_every_dialog(page: Page, jira: JiraHost) -> None:
    page.goto(jira.url)
    page.get_by_role("button", name="Create issue").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Summary")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_role("button", name="Create issue")).to_be_focused()
    page.goto(jira.url)
    page.wait_for_selector(".columns h2")
    passed = []
    for _ in range(12):
        page.keyboard.press("Tab")
        # The link of a card is as large as the card, and so is its outline, which an element after it draws.
        outlined = (
            "each => [getComputedStyle(each), getComputedStyle(each, '::after')].some((s) => s.outlineStyle !== 'none')"
        )
        assert page.locator(":focus").evaluate(outlined), page.locator(":focus").evaluate("each => each.outerHTML")
        passed.append(page.locator(":focus").evaluate("each => each.textContent.trim() || each.ariaLabel || each.id"))
    pages = ["Board", "Dashboard", "Manage apps", "Site", "Deliveries", "Calls", "Frames"]
    places = ["Skip to content", "Stand-in for Jira", *pages]
    assert passed[: len(places)] == places
    assert "Map" in passed


def test_the_focus_stays_where_one_works_though_the_page_is_drawn_anew(page: Page, jira: JiraHost) -> None:
    page.goto(f"{jira.url}/site")
    create = page.get_by_role("button", name="Create a version")
    create.focus()
    page.keyboard.press("Enter")
    page.keyboard.type("9.0")
    page.keyboard.press("Enter")
    release = page.get_by_role("button", name="Release 9.0")
    expect(release).to_be_visible()
    expect(create).to_be_focused()
    release.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Take back 9.0")).to_be_focused()
    page.goto(f"{jira.url}/apps")
    page.get_by_role("button", name="Disable").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Enable")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Disable")).to_be_focused()
    page.goto(f"{jira.url}/faults")
    page.get_by_role("form", name="Drop").get_by_role("button", name="Switch on").focus()
    page.keyboard.press("Enter")
    page.get_by_role("form", name="Drop").get_by_role("button", name="Take back").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("form", name="Drop").get_by_role("button", name="Switch on")).to_be_focused()
    page.goto(f"{jira.url}/browse/{jira.create_issue('A burrow').key}")
    page.get_by_role("button", name="Edit", exact=True).focus()
    page.keyboard.press("Enter")
    page.keyboard.type(" is dug")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("is dug")
    expect(page.get_by_role("button", name="Edit", exact=True)).to_be_focused()


def test_every_documented_method_is_there(page: Page, jira: JiraHost) -> None:
    page.goto(f"{jira.url}/plugins/servlet/ac/{KEY}/map")
    frame = frame_of(page, "map")
    missing = """(names) => names.trim().split(/\\s+/)
        .filter((name) => typeof name.split('.').reduce((all, one) => all?.[one], AP) !== 'function')"""
    assert frame.evaluate(missing, METHODS) == []


def test_an_issue_is_opened_and_read_anew_for_an_app(page: Page, jira: JiraHost) -> None:
    issue, other = jira.create_issue("A burrow"), jira.create_issue("Another burrow")
    page.goto(f"{jira.url}/browse/{issue.key}")
    frame = frame_of(page, "panel")
    with page.expect_request(f"**/rest/api/2/issue/{issue.id}?expand=changelog"):
        frame.evaluate("AP.jira.refreshIssuePage()")
    assert frame.evaluate("AP.navigator.getLocation()") == {"target": "webPanels", "context": {"issue": issue.key}}
    frame.evaluate("AP.host.focus()")
    expect(page.locator("#main")).to_be_focused()
    frame.evaluate("key => { AP.jira.openIssueDialog(key, () => { window.left = key }) }", other.key)
    shown = page.get_by_role("dialog", name="Another burrow")
    expect(shown).to_contain_text("To Do")
    shown.get_by_role("button", name="Close").click()
    frame.wait_for_function("key => window.left === key", arg=other.key)
    frame.evaluate("AP.jira.openIssueDialog('NO-1')")
    expect(page.get_by_role("alert").get_by_text("Issue does not exist")).to_be_visible()
    frame.evaluate("key => AP.jira.openIssueDialog(key)", other.key)
    shown.get_by_role("link", name=other.key).click()
    page.wait_for_url(f"**/browse/{other.key}")


def test_a_dialog_for_an_issue_that_is_closed_gives_none(page: Page, jira: JiraHost) -> None:
    page.goto(f"{jira.url}/plugins/servlet/ac/{KEY}/map")
    frame = frame_of(page, "map")
    frame.evaluate("AP.jira.openCreateIssueDialog((made) => { window.made = made })")
    page.get_by_role("dialog").wait_for()
    page.keyboard.press("Escape")
    frame.wait_for_function("window.made?.length === 0")


def test_the_whole_state_of_the_history_is_told(page: Page, jira: JiraHost) -> None:
    page.goto(f"{jira.url}/plugins/servlet/ac/{KEY}/map?ac.deep=1")
    frame = frame_of(page, "map")
    frame.evaluate("AP.history.replaceState('deep')")
    page.wait_for_url("**/map?ac.deep=1#!deep")
    told = frame.evaluate("AP.history.getState('all')")
    assert told == {"hash": "deep", "query": {"ac.deep": "1"}, "title": page.title(), "href": page.url, "state": "deep"}


def test_files_links_work_and_comments_are_added_and_taken_away_by_clicks(page: Page, jira: JiraHost) -> None:
    issue, other = jira.create_issue("A burrow"), jira.create_issue("Another burrow")
    page.goto(f"{jira.url}/browse/{issue.key}")
    page.get_by_role("button", name="Attach a file").click()
    page.get_by_label("File", exact=True).set_input_files(
        {"name": "map.txt", "mimeType": "text/plain", "buffer": b"deep"}
    )
    page.get_by_role("button", name="Attach", exact=True).click()
    expect(page.get_by_role("link", name="map.txt")).to_be_visible()
    page.get_by_role("button", name="Link an issue").click()
    page.get_by_label("Issue", exact=True).fill(other.key)
    page.get_by_role("button", name="Link", exact=True).click()
    expect(page.get_by_role("region", name="Links").get_by_role("link", name=other.key)).to_be_visible()
    page.get_by_role("button", name="Log work").click()
    page.get_by_label("Time spent").fill("long")
    page.get_by_role("button", name="Log", exact=True).click()
    expect(page.get_by_role("alert").get_by_text("is no span of time")).to_be_visible()
    page.get_by_label("Time spent").fill("1h 30m")
    page.get_by_role("button", name="Log", exact=True).click()
    expect(page.get_by_role("region", name="Work")).to_contain_text("1h 30m by Hazel Nutt")
    jira.comment(issue, "Well dug")
    page.get_by_role("button", name="Comments (1)").wait_for()
    comment = page.locator(".entry", has_text="Well dug")
    comment.get_by_role("button", name="Edit").click()
    page.get_by_role("dialog").get_by_label("Comment").fill("Dug deep")
    page.get_by_role("button", name="Save").click()
    page.locator(".entry", has_text="Dug deep").get_by_role("button", name="Delete").click()
    expect(page.get_by_role("button", name="Comments (0)")).to_be_visible()
    for name in ("map.txt", f"blocks {other.key}", "1h 30m of work"):
        page.get_by_role("button", name=f"Remove {name}").click()
        expect(page.get_by_role("button", name=f"Remove {name}")).to_have_count(0)


def test_an_administrator_changes_the_site_by_clicks_and_the_app_is_told(page: Page, jira: JiraHost) -> None:
    def add(button: str, name: str, **more: str) -> None:
        page.get_by_role("button", name=button).click()
        page.get_by_label("Name", exact=True).fill(name)
        for label, value in more.items():
            page.get_by_label(label, exact=True).fill(value)
        page.get_by_role("dialog").locator("button").first.click()
        expect(page.get_by_role("dialog")).to_have_count(0)

    page.goto(f"{jira.url}/site")
    page.get_by_role("button", name="Create a sprint").click()
    expect(page.get_by_role("region", name="A sprint needs a board")).to_be_visible()
    add("Create a project", "Nest", Key="NEST")
    expect(page.get_by_role("region", name="Projects")).to_contain_text("NEST")
    add("Create a version", "1.0")
    page.get_by_role("button", name="Release").click()
    expect(page.get_by_role("region", name="Versions")).to_contain_text("released")
    add("Create a board", "Diggers")
    add("Rename Diggers", "Badgers")
    page.get_by_role("button", name="Columns of Badgers").click()
    page.get_by_label("In Review").uncheck()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.get_by_role("button", name="Columns of Badgers").click()
    expect(page.get_by_label("In Review")).not_to_be_checked()
    expect(page.get_by_label("In Progress")).to_be_checked()
    page.keyboard.press("Escape")
    add("Create a sprint", "Spring")
    page.get_by_role("button", name="Start").click()
    expect(page.get_by_role("region", name="Sprints")).to_contain_text("active")
    add("Invite somebody", "Moss Bank")
    expect(page.get_by_role("region", name="People")).to_contain_text("Moss Bank")
    page.get_by_label("Voting").uncheck()
    page.get_by_role("button", name="Remove Nest").click()
    page.get_by_role("button", name="Restore it").click()
    expect(page.get_by_role("region", name="Projects")).to_contain_text("NEST")
    jira.settle()
    told = {delivery.event for delivery in jira.deliveries}
    assert told >= SITE_EVENTS


def test_the_site_is_renamed_by_clicks_and_its_page_goes_with_it(page: Page, jira: JiraHost) -> None:
    page.goto(f"{jira.url}/site")
    for name in ("127.0.0.1", "localhost"):
        page.get_by_label("Name in the base URL").select_option(name)
        page.get_by_label("Custom domain").fill("https://burrows.example.com")
        with page.expect_navigation(url=f"http://{name}:*/site"):
            page.get_by_role("button", name="Use").click()
        assert json.loads(jira.deliveries[-2].body)["baseUrl"] == jira.url == page.url.removesuffix("/site")
    expect(page.get_by_label("Custom domain")).to_have_value("https://burrows.example.com")
