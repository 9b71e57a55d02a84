"""Work, files, links and comments of an issue, and a board of many issues, as a person clicks them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from devkit.jira.host import JiraHost
from tests.browser.conftest import close

MANY = 400


@pytest.fixture
def jira() -> Iterator[JiraHost]:
    with JiraHost() as jira:
        yield jira


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context()
    yield context.new_page()
    close(context)


def test_work_files_links_and_comments_come_and_go_by_clicks(page: Page, jira: JiraHost) -> None:
    issue, other = jira.create_issue("A burrow"), jira.create_issue("Another one")
    page.goto(f"{jira.url}/browse/{issue.key}")
    page.get_by_role("button", name="Log work").click()
    page.get_by_label("Time spent").fill("soon")
    page.get_by_role("button", name="Log", exact=True).click()
    expect(page.get_by_text("is no span of time")).to_be_visible()
    page.get_by_label("Time spent").fill("1h 30m")
    page.get_by_role("button", name="Log", exact=True).click()
    page.get_by_role("button", name="Attach", exact=True).click()
    plan = {"name": "plan.txt", "mimeType": "text/plain", "buffer": b"deep"}
    page.get_by_label("File", exact=True).set_input_files(plan)  # type: ignore[arg-type]
    page.get_by_role("dialog").get_by_role("button", name="Attach").click()
    page.get_by_role("button", name="Link issue").click()
    page.get_by_label("Key of the other issue").fill(other.key)
    page.get_by_role("button", name="Link", exact=True).click()
    things = page.get_by_label("Work, files and links")
    expect(things).to_contain_text("1h 30m by Hazel Nutt")
    expect(things).to_contain_text("plan.txt 4 bytes")
    expect(things).to_contain_text(f"blocks {other.key} Another one")
    for name in ("Remove the 1h 30m", "Remove plan.txt", f"Remove the link to {other.key}"):
        page.get_by_role("button", name=name).click()
    expect(things.get_by_role("listitem")).to_have_count(0)
    jira.comment(issue, "Well dug")
    page.get_by_role("button", name="Change the comment").click()
    page.get_by_label("Comment", exact=True).fill("Better")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Better", exact=True)).to_be_visible()
    page.get_by_role("button", name="Remove the comment").click()
    expect(page.get_by_text("Better", exact=True)).to_have_count(0)


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
