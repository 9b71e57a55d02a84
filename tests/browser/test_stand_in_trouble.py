"""What the stand-in says above a page of an app, and for how long it stands there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from devkit.jira.host import JiraHost
from tests.browser.conftest import frame_of
from tests.unit.jira.fake_app import FakeApp

MODULES: dict[str, Any] = {
    "generalPages": [
        {"key": "map", "name": {"value": "Map"}, "url": "/panel"},
        {"key": "odd", "name": {"value": "Odd"}, "url": "/panel", "conditions": [{"condition": "moon_is_full"}]},
    ],
}


@pytest.fixture(scope="module")
def jira() -> Iterator[JiraHost]:
    """The stand-in, which waits for a page half a second where Jira waits twelve."""
    with JiraHost(frame_seconds=0.5) as jira:
        yield jira


@pytest.fixture(scope="module")
def app(jira: JiraHost) -> Iterator[FakeApp]:
    with FakeApp(jira.install_keys_url, f"{jira.url}/all.js", MODULES) as app:
        jira.install(app.descriptor_url)
        yield app


def test_a_page_that_comes_late_is_told_what_jira_shows_meanwhile(page: Page, jira: JiraHost, app: FakeApp) -> None:
    app.page_seconds = 1.5
    try:
        page.goto(jira.url)
        page.get_by_role("link", name="Map").click(no_wait_after=True)
        late = page.get_by_role("alert").get_by_text("The page has not come for 0.5 s.")
        expect(late).to_contain_text("App is not responding")
        frame_of(page, "map")
        expect(late).to_be_visible()
    finally:
        app.page_seconds = 0
    page.goto(f"{jira.url}/frames")
    load = page.locator("details.delivery").first
    load.locator("summary").click()
    expect(load).to_contain_text(re.compile(r"The bridge stood after \d+\.\d s\. After 0\.5 s Jira shows"))


def test_a_page_that_comes_in_time_is_not_complained_about(page: Page) -> None:
    page.clock.install()
    with JiraHost() as jira, FakeApp(jira.install_keys_url, f"{jira.url}/all.js", MODULES) as app:
        jira.install(app.descriptor_url)
        page.goto(jira.url)
        page.get_by_role("link", name="Map").click()
        frame_of(page, "map")
        page.clock.fast_forward("00:13")
        expect(page.locator(".complaints p")).to_have_count(0)


def test_a_condition_that_is_not_evaluated_is_named_above_the_page(page: Page, jira: JiraHost, app: FakeApp) -> None:
    page.goto(jira.url)
    page.get_by_role("link", name="Odd").click()
    frame_of(page, "odd")
    expect(page.get_by_role("alert").get_by_text("does not evaluate these conditions")).to_contain_text("moon_is_full")


def test_what_is_read_of_an_app_appears_by_itself_with_its_token_and_the_headers_of_the_answer(
    page: Page, jira: JiraHost, app: FakeApp
) -> None:
    page.goto(f"{jira.url}/deliveries")
    page.wait_for_selector("h1")
    app.page_headers = {"X-Frame-Options": "DENY"}
    try:
        jira.complaints(app.key)
    finally:
        app.page_headers = {}
    read = page.locator("details.delivery", has_text=re.compile("page map.*note"))
    read.locator("summary").click()
    expect(read.get_by_text("no browser shows it in a frame")).to_be_visible()
    expect(read.get_by_role("region", name="Answer 200")).to_contain_text("X-Frame-Options: DENY")
    expect(read.get_by_role("region", name="Token")).to_contain_text("GET&/panel&")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    read.get_by_role("button", name="Copy as curl").click()
    page.get_by_role("region", name="Copied as curl").wait_for()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith(f"curl -i -X GET -H 'Accept: text/html' '{app.base_url}/panel?")
    page.get_by_label("Which deliveries").select_option(label="Descriptors and pages")
    expect(page.locator("details.delivery", has_text="enabled")).to_be_hidden()
    descriptor = page.locator("details.delivery", has_text="descriptor").first
    descriptor.locator("summary").click()
    expect(descriptor.get_by_role("region", name="Answer 200")).to_contain_text('"key": "fake-app"')
