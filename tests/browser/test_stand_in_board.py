"""A board of many issues, as a person clicks it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from devkit.jira.host import JiraHost

MANY = 400


@pytest.fixture
def jira() -> Iterator[JiraHost]:
    with JiraHost() as jira:
        yield jira


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
