"""One scenario, clicked through in Chromium with two apps: Dormouse's own, and one on Atlassian's framework.

Install, panel with context, issue moved, webhook received, comment, uninstall: the host treats them alike.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from devkit.jira.deliveries import Delivery
from devkit.jira.host import JiraHost
from tests.deployed_app import DeployedApp
from tests.peers.node import ExpressApp
from tests.peers.outcomes import Outcomes

MILLISECONDS = 20_000
"""How long a webhook may take to the page; Dormouse's worker may have to start first."""


@dataclass(frozen=True, slots=True)
class Hosted:
    """An app on a site: what it is called in its descriptor, and where its panel shows what it knows of the issue."""

    name: str
    key: str
    descriptor_url: str
    panel: str
    shows: str
    last: str
    """What it shows there once it has taken in a move and a comment."""
    jira: JiraHost


@pytest.fixture(params=["dormouse", "connect-express"])
def hosted(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Hosted]:
    """Each app in turn, up, and not installed yet."""
    if request.param == "dormouse":
        deployment: DeployedApp = request.getfixturevalue("deployment")
        with JiraHost(deployment.jira_port) as jira:
            url = f"{deployment.base_url}/atlassian-connect.json"
            names = ("Time in Status by Dormouse", "dormouse-time-in-status")
            yield Hosted(*names, url, "time-in-status-panel", "#rows", "In Progress", jira)
        return
    with JiraHost() as jira, ExpressApp(request.getfixturevalue("packages"), jira.url, tmp_path / "log") as app:
        names, last = ("Written with Express", "connect-express"), "comment_created In Progress"
        yield Hosted(*names, app.descriptor_url, "heard", "#out", last, jira)


def answers(jira: JiraHost, *events: str) -> str:
    """How the app answered to the newest delivery of each event."""
    jira.settle()
    newest: dict[str, Delivery] = {each.event: each for each in jira.deliveries}
    given = [newest[event].attempts[-1].status if event in newest else "not asked for" for event in events]
    return ", ".join(map(str, given))


def test_an_app_lives_on_a_site(hosted: Hosted, page: Page, outcomes: Outcomes) -> None:
    jira = hosted.jira

    def note(step: str, words: str) -> None:
        outcomes.note(step, hosted.key, words)

    card = install(page, hosted)
    note("installed, enabled", answers(jira, "installed", "enabled"))

    shown = open_issue(page, hosted)
    expect(shown).to_contain_text("To Do", timeout=MILLISECONDS)
    note("panel with context", " ".join(shown.inner_text().split()))

    page.get_by_label("Status", exact=True).select_option("In Progress")
    expect(shown).to_contain_text("In Progress", timeout=MILLISECONDS)
    note("moved: jira:issue_updated", answers(jira, "jira:issue_updated"))

    page.get_by_label("Add a comment").fill("Well dug")
    page.get_by_role("button", name="Comment", exact=True).click()
    expect(page.get_by_role("button", name="Comments (1)")).to_be_visible()
    note("comment_created", answers(jira, "comment_created"))
    expect(shown).to_contain_text(hosted.last, timeout=MILLISECONDS)
    note("panel in the end", " ".join(shown.inner_text().split()))

    uninstall(page, hosted, card)
    note("disabled, uninstalled", answers(jira, "disabled", "uninstalled"))

    assert [each.event for each in jira.deliveries if each.state != "delivered"] == []


def told(page: Page, method: str) -> AbstractContextManager[object]:
    """Until the app has answered to what is clicked: the page shows some of it while the calls are still made."""
    return page.expect_response(lambda given: given.request.method == method and "/stand-in/apps" in given.url)


def install(page: Page, hosted: Hosted) -> Locator:
    """Installs the app by clicks; gives its card."""
    page.goto(f"{hosted.jira.url}/apps")
    page.get_by_label("App descriptor URL").fill(hosted.descriptor_url)
    with told(page, "POST"):
        page.get_by_role("button", name="Install", exact=True).click()
    card = page.get_by_label(hosted.name, exact=True)
    expect(card.get_by_text("Enabled")).to_be_visible()
    return card


def open_issue(page: Page, hosted: Hosted) -> Locator:
    """Creates an issue by clicks and opens it; gives what the app shows beside it."""
    page.goto(hosted.jira.url)
    page.get_by_role("button", name="Create issue").click()
    page.get_by_role("textbox", name="Summary").fill("Dig a second exit")
    page.get_by_role("textbox", name="Summary").press("Enter")
    page.get_by_role("link", name="Dig a second exit").click()
    return page.frame_locator(f"iframe[id^='{hosted.key}__{hosted.panel}__']").locator(hosted.shows)


def uninstall(page: Page, hosted: Hosted, card: Locator) -> None:
    """Removes the app by clicks."""
    page.goto(f"{hosted.jira.url}/apps")
    card.get_by_role("button", name="Uninstall").click()
    with told(page, "DELETE"):
        page.get_by_role("dialog").get_by_role("button", name="Uninstall").click()
    expect(card).to_have_count(0)
