"""A person at work: creates an issue in the stand-in, moves it, and sees the app's panel follow."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, FrameLocator, Page, expect

from devkit.jira.host import JiraHost
from tests.browser.conftest import close
from tests.deployed_app import DeployedApp

SECONDS = 20_000
"""How long a webhook may take to the page, in Playwright's milliseconds; the worker may have to start first."""


@pytest.fixture(scope="module")
def jira(deployment: DeployedApp) -> Iterator[JiraHost]:
    """The stand-in, with the deployed app installed."""
    with JiraHost(deployment.jira_port) as host:
        host.install(f"{deployment.base_url}/atlassian-connect.json")
        yield host


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page whose scripts make no mistakes and load nothing from outside this machine."""
    context = browser.new_context(viewport={"width": 1280, "height": 860}, locale="en-GB")
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    page.on("request", lambda request: faults.append(request.url) if _is_outside(request.url) else None)
    yield page
    close(context)
    # Until the first webhook has arrived, the API answers 404, which Chromium counts as an error of the page.
    assert [fault for fault in faults if "404" not in fault] == []


def _is_outside(url: str) -> bool:
    return not re.match(r"https?://(localhost|127\.0\.0\.1)[:/]|data:|blob:|about:", url)


def panel(page: Page) -> FrameLocator:
    """The app's panel beside the issue."""
    return page.frame_locator("iframe[id*='time-in-status-panel']")


def test_a_person_creates_an_issue_moves_it_and_sees_the_panel_follow(page: Page, jira: JiraHost) -> None:
    page.goto(jira.url)
    page.get_by_role("button", name="Create issue").first.click()
    page.get_by_role("textbox", name="Summary").fill("Dig a second exit")
    page.get_by_role("textbox", name="Summary").press("Enter")
    page.get_by_role("link", name="Dig a second exit").click()

    rows = panel(page).locator("#rows tr")
    expect(rows).to_have_count(1, timeout=SECONDS)
    expect(rows.first).to_contain_text("To Do")
    expect(rows.first).to_contain_text("now")

    page.get_by_label("Status", exact=True).select_option("In Progress")
    expect(rows).to_have_count(2, timeout=SECONDS)
    expect(rows.nth(1)).to_contain_text("In Progress")
    expect(rows.nth(1)).to_contain_text("now")
    expect(rows.first).not_to_contain_text("now")

    page.get_by_label("Status", exact=True).select_option("Done")
    expect(rows).to_have_count(3, timeout=SECONDS)
    expect(panel(page).locator("#bar rect")).to_have_count(3)


def test_the_panel_takes_the_colours_of_jira(page: Page, jira: JiraHost) -> None:
    issue = jira.create_issue("Look about in the dark")
    page.emulate_media(color_scheme="dark")
    page.goto(f"{jira.url}/browse/{issue.key}")

    expect(panel(page).locator("#rows tr")).to_have_count(1, timeout=SECONDS)
    expect(panel(page).locator("html")).to_have_attribute("data-color-mode", "dark")
    expect(panel(page).locator("main")).to_have_css("color", re.compile(r"rgb\((1[5-9]\d|2\d\d), "))


def test_a_page_that_is_opened_outside_jira_says_so(page: Page, deployment: DeployedApp, jira: JiraHost) -> None:
    page.goto(f"{deployment.base_url}/pages/issue-panel")

    expect(page.get_by_role("status")).to_have_text("This page shows its content inside Jira.")


def test_while_the_history_is_read_the_panel_says_how_far(page: Page, jira: JiraHost) -> None:
    issue = jira.create_issue("Dig where others have dug")
    visit = {"id": "1", "name": "To Do", "milliseconds": 90_000, "visits": 1, "firstEnteredAt": 0, "current": True}
    answer = {"issueId": issue.id, "asOf": 0, "createdAt": 0, "statuses": [visit], "visits": [], "gaps": []}
    reading = iter([0, 1_200])
    page.route("**/api/time-in-status", lambda route: route.fulfill(json={**answer, "reading": next(reading, None)}))
    page.goto(f"{jira.url}/browse/{issue.key}")

    said = panel(page).get_by_role("status")
    expect(said).to_contain_text("being read, 0 issues so far", timeout=SECONDS)
    expect(said).to_contain_text("being read, 1,200 issues so far")
    expect(panel(page).locator("#rows tr")).to_have_count(1)
    expect(said).to_be_hidden()
