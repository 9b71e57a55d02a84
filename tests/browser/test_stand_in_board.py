"""A board of many issues, as a person clicks it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from devkit.jira.host import JiraHost
from tests.unit.jira.fake_app import FakeApp

MANY = 400


@pytest.fixture
def jira() -> Iterator[JiraHost]:
    with JiraHost() as jira:
        yield jira


def test_a_page_says_when_the_stand_in_is_gone_and_goes_on_when_it_is_back(page: Page, tmp_path: Path) -> None:
    gone = page.get_by_text("The stand-in does not answer.")
    with JiraHost(folder=tmp_path) as jira:
        page.goto(jira.url)
        page.get_by_role("region", name="Done").wait_for()
        port = urlsplit(jira.url).port
    expect(gone).to_be_visible()
    with JiraHost(port, tmp_path) as jira:
        jira.create_issue("Dug meanwhile")
        expect(page.get_by_role("link", name="Dug meanwhile")).to_be_visible()
        expect(gone).to_be_hidden()
        page.goto("about:blank")


def test_after_a_burst_the_newest_deliveries_are_there(page: Page, jira: JiraHost) -> None:
    modules = {"webhooks": [{"event": "jira:issue_created", "url": "/webhooks/created"}]}
    with FakeApp(jira.install_keys_url, modules=modules) as app:
        jira.install(app.descriptor_url)
        page.goto(f"{jira.url}/deliveries")
        jira.create_issue("A burrow")
        jira.settle()
        jira.burst(600)
        jira.settle()
        expect(page.locator("details.delivery")).to_have_count(500)
        expect(page.locator("details.delivery .lozenge.done")).to_have_count(500)
        page.goto("about:blank")


def test_a_board_of_many_issues_shows_the_newest_and_more_when_asked(page: Page, jira: JiraHost) -> None:
    jira.fill(issues=MANY, months=12, seed=7)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(jira.url)
    done = page.get_by_role("region", name="Done")
    expect(done.locator(".card")).to_have_count(50)
    assert len([url for url in asked if "/stand-in/board" in url or "/rest/" in url]) == 1
    done.get_by_role("button", name="Show 50 more").click()
    expect(done.locator(".card")).to_have_count(100)
    expect(done.get_by_role("button", name="Show 50 more")).to_be_focused()
