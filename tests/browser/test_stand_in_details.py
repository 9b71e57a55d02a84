"""What the stand-in's bridge and pages do beyond the plain way: several apps, odd heights, mistakes, eyes and ears."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from devkit.jira.host import JiraHost
from devkit.jira.model import Issue
from tests.browser.conftest import frame_of
from tests.unit.jira.asking import V3, Asking
from tests.unit.jira.fake_app import KEY, FakeApp

OTHER = "other-app"

NAMELESS = """() => [...document.querySelectorAll('button, input, select, textarea, a[href], summary')]
    .filter(each => !each.labels?.length && !each.getAttribute('aria-label') && !each.textContent.trim())
    .map(each => each.outerHTML)"""
"""The controls of a page that a screen reader has no name for."""


def panels(*keys: str) -> dict[str, Any]:
    """Modules that show a page beside an issue."""
    place = "atl.jira.view.issue.right.context"
    return {"webPanels": [{"key": key, "name": {"value": key}, "location": place, "url": "/panel"} for key in keys]}


@pytest.fixture(scope="module")
def jira() -> Iterator[JiraHost]:
    """The stand-in, with two apps that show three panels beside an issue."""
    with JiraHost() as jira:
        keys, all_js = jira.install_keys_url, f"{jira.url}/all.js"
        with (
            FakeApp(keys, all_js, panels("first", "second")) as app,
            FakeApp(keys, all_js, panels("third"), extra={"key": OTHER}) as other,
        ):
            jira.install(app.descriptor_url)
            jira.install(other.descriptor_url)
            yield jira


@pytest.fixture
def issue(jira: JiraHost, page: Page) -> Issue:
    """A new issue, opened in the page."""
    issue = jira.create_issue("Dig a burrow")
    page.goto(f"{jira.url}/browse/{issue.key}")
    return issue


def test_an_event_of_one_app_is_not_heard_by_another_unless_it_is_public(page: Page, issue: Issue) -> None:
    first, third = frame_of(page, "first"), frame_of(page, "third", OTHER)
    for frame in (first, third):
        frame.evaluate(
            """() => {
                window.heard = [];
                AP.events.on("dug", () => heard.push("own"));
                AP.events.onPublic("dug", (depth) => heard.push(depth));
                AP.events.onPublic("dug", () => heard.push("from the other"), { addonKey: "other-app" });
            }"""
        )
    first.evaluate("AP.events.emit('dug')")
    first.evaluate("AP.events.emitPublic('dug', 2)")
    # A frame that is out of sight draws nothing, and the default is to look whenever something is drawn.
    third.wait_for_function("heard.length", polling=50)
    assert third.evaluate("heard") == [2]
    assert first.evaluate("heard") == ["own", 2]


def test_a_listener_that_is_off_or_fails_keeps_no_other_from_hearing(page: Page, issue: Issue) -> None:
    frame = frame_of(page, "first")
    frame.evaluate(
        """() => {
            window.heard = [];
            const gone = () => heard.push("gone");
            AP.events.on("dug", gone);
            AP.events.off("dug", gone);
            AP.events.on("dug", () => { throw new Error("stone"); });
            AP.events.on("dug", (...given) => heard.push(given));
            AP.events.emit("dug");
        }"""
    )
    frame.wait_for_function("heard.length")
    assert frame.evaluate("heard") == [[]]


def test_a_frame_shrinks_with_its_content_and_counts_its_margins(page: Page, issue: Issue) -> None:
    frame, shown = frame_of(page, "first"), page.locator(f"iframe[id^='{KEY}__first__']")
    for style, height in (("height: 640px", "640px"), ("height: 90px; margin: 10px 0 20px", "120px")):
        frame.evaluate("style => { document.querySelector('.ac-content').style.cssText = style }", style)
        expect(shown).to_have_css("height", height)


def test_a_page_that_is_as_high_as_its_frame_does_not_grow_for_ever(page: Page, issue: Issue) -> None:
    frame, shown = frame_of(page, "first"), page.locator(f"iframe[id^='{KEY}__first__']")
    with page.expect_console_message(lambda said: "depends on the frame's" in said.text):
        frame.evaluate("document.querySelector('.ac-content').style.cssText = 'height: 100vh; padding-bottom: 40px'")
    height = shown.evaluate("element => element.clientHeight")
    page.wait_for_timeout(200)
    assert shown.evaluate("element => element.clientHeight") == height < 1500


def test_an_app_leads_to_another_page_of_the_site_and_nowhere_else(page: Page, jira: JiraHost, issue: Issue) -> None:
    frame = frame_of(page, "first")
    for target, context in (("moon", {}), ("site", {"absoluteUrl": "https://example.com/"}), ("issue", {})):
        frame.evaluate("([target, context]) => AP.navigator.go(target, context)", [target, context])
        expect(page.get_by_role("alert").get_by_text(f'go("{target}") leads nowhere in this stand-in')).to_be_visible()
    other = jira.create_issue("Another burrow")
    frame.evaluate("key => AP.navigator.go('issue', { issueKey: key })", other.key)
    page.wait_for_url(f"**/browse/{other.key}")
    with page.expect_event("framenavigated", lambda gone: gone == page.main_frame):
        frame_of(page, "first").evaluate("AP.navigator.reload()")
    frame_of(page, "first")
    assert page.url.endswith(other.key)


def test_a_message_for_a_method_that_was_never_there_is_reported(page: Page, issue: Issue) -> None:
    message = "{ eid: AP._data.extension_id, type: 'req', mod: 'moon', fn: 'dig', args: [] }"
    with page.expect_console_message(lambda said: said.type == "error" and "AP.moon.dig" in said.text):
        frame_of(page, "first").evaluate(f"parent.postMessage({message}, '*')")
    first = page.get_by_role("region", name="first", exact=True)
    expect(first.get_by_role("alert")).to_contain_text("AP.moon.dig is not part of this stand-in")


def test_the_board_and_the_issue_follow_what_happens_elsewhere(page: Page, jira: JiraHost, issue: Issue) -> None:
    jira.move(issue, "In Review")
    expect(page.get_by_label("Status").locator("option:checked")).to_have_text("In Review")
    page.goto(jira.url)
    page.get_by_label(f"Status of {issue.key}").select_option("In Progress")
    expect(page.get_by_role("region", name="In Progress")).to_contain_text(issue.key)
    jira.move(issue, "Done")
    expect(page.get_by_role("region", name="Done")).to_contain_text(issue.key)


def test_the_colours_that_were_chosen_are_kept(page: Page, issue: Issue) -> None:
    page.get_by_label("Colours").select_option("Dark")
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-color-mode", "dark")
    expect(page.get_by_label("Colours")).to_have_value("dark")


def test_every_page_can_be_used_by_ear_and_by_keyboard_and_says_what_it_is(
    page: Page, jira: JiraHost, issue: Issue
) -> None:
    faults: list[str] = []
    page.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda fault: faults.append(str(fault)))
    for path in ("/", f"/browse/{issue.key}", "/apps", "/site", "/deliveries", "/calls", "/frames", "/faults"):
        page.goto(jira.url + path)
        page.wait_for_selector("h1")
        assert page.get_by_role("heading", level=1).count() == 1
        assert all(page.get_by_role(role).count() == 1 for role in ("banner", "main", "contentinfo"))
        assert page.get_by_role("navigation", name="Main").locator("[aria-current=page]").count() == 1
        assert page.evaluate(NAMELESS) == []
        expect(page.get_by_role("banner")).to_contain_text("Stand-in for Jira")
        expect(page.get_by_role("contentinfo")).to_contain_text("not made by Atlassian")
        page.keyboard.press("Tab")
        expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    assert faults == []


def test_on_a_narrow_screen_the_panels_stand_before_the_comments(page: Page, issue: Issue) -> None:
    page.set_viewport_size({"width": 360, "height": 800})
    tops = [page.locator(part).bounding_box() for part in ("h1", "iframe >> nth=0", "#comment")]
    heights = [box["y"] for box in tops if box]
    assert heights == sorted(heights)
    assert len(heights) == 3


def test_faults_are_switched_on_and_taken_back_by_clicks(page: Page, jira: JiraHost) -> None:
    page.goto(f"{jira.url}/faults")
    late = page.get_by_role("form", name="Delay")
    late.get_by_label("Times").fill("3")
    late.get_by_role("button", name="Switch on").click()
    expect(late.get_by_text("on for 3 more")).to_be_visible()
    page.get_by_role("button", name="Take all back").click()
    expect(late.get_by_text("off")).to_be_visible()


def test_a_call_of_an_app_appears_by_itself_with_the_reason_for_its_refusal(page: Page, jira: JiraHost) -> None:
    page.goto(f"{jira.url}/calls")
    page.wait_for_selector("h1")
    site, path = Asking(jira), f"{V3}/search/jql?jql=project%3DBUR"
    app = jira.installation(KEY)
    site.ask("GET", path, None, site.as_app(app, "GET", f"{V3}/search/jql"))
    row = page.locator("details.delivery", has_text="/search/jql")
    row.locator("summary").click()
    expect(row.get_by_text("the query was left out")).to_be_visible()
    compared = row.get_by_role("group", name="Expected and received")
    expect(compared).to_contain_text("receivedGET&/rest/api/3/search/jql&")
    expect(compared.locator("mark").first).to_have_text("jql=project%3DBUR")


@pytest.mark.parametrize("width", [1280, 380])
def test_the_status_of_an_issue_stands_before_its_texts_and_is_reached_before_its_files(
    page: Page, issue: Issue, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    status, text, files = (
        page.get_by_label("Status", exact=True),
        page.get_by_role("heading", name="Description"),
        page.get_by_role("button", name="Attach a file"),
    )
    tops = [each.evaluate("each => each.getBoundingClientRect().top") for each in (status, text, files)]
    assert tops == sorted(tops)
    page.get_by_role("button", name="Delete", exact=True).first.focus()
    page.keyboard.press("Tab")
    expect(status).to_be_focused()


def test_the_status_keeps_the_focus_while_the_issue_is_drawn_anew(page: Page, jira: JiraHost, issue: Issue) -> None:
    status = page.get_by_label("Status", exact=True)
    status.focus()
    jira.move(issue, "Done")
    expect(status.locator("option:checked")).to_have_text("Done")
    expect(status).to_be_focused()
