"""Every page of the stand-in, light and dark, wide and narrow, as axe-core sees it: nobody is kept from using it."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from devkit.jira.host import JiraHost
from devkit.jira.rest_call import Parts
from tests.browser.conftest import close, frame_of
from tests.unit.jira.fake_app import KEY, FakeApp

LOOK = "(options) => axe.run(document, options).then((found) => found.violations)"
OPTIONS = {"iframes": False, "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
"""What is in the frames of apps is theirs."""

LOCATION = "atl.jira.view.issue.right.context"
MODULES: dict[str, Any] = {
    "webhooks": [{"event": "jira:issue_updated", "url": "/webhooks/updated"}],
    "webPanels": [{"key": "first", "name": {"value": "First"}, "location": LOCATION, "url": "/panel"}],
    "generalPages": [{"key": "map", "name": {"value": "Map"}, "url": "/panel"}],
    "jiraBackgroundScripts": [
        {
            "key": "unseen-there",
            "url": "/panel",
            "conditions": [{"condition": "moon_is_full"}],
            "location": {"type": "dashboard"},
        },
        {
            "key": "unseen-here",
            "url": "/panel",
            "conditions": [{"condition": "moon_is_full"}],
            "location": {"type": "issue_view"},
        },
    ],
    "jiraDashboardItems": [
        {
            "key": "gadget",
            "name": {"value": "Gadget"},
            "description": {"value": "Digs"},
            "thumbnailUrl": "/gadget.png",
            "url": "/panel",
        }
    ],
    "webItems": [{"key": "dig", "name": {"value": "Dig"}, "location": "jira.issue.tools", "url": "/panel"}],
}


def create_board(parts: Parts) -> None:
    """A board, of which the site's page can show the columns."""
    parts.agile.create_board("Diggers", "scrum", "10000", by=parts.site.current_user)


@pytest.fixture(scope="module")
def jira() -> Iterator[JiraHost]:
    """A site on which everything that its pages can show has happened."""
    with JiraHost() as jira:
        scopes = {"scopes": ["READ"], "description": "Digs."}
        with FakeApp(jira.install_keys_url, f"{jira.url}/all.js", MODULES, extra=scopes) as app:
            app.answers["/webhooks/updated"] = deque([204, 401])
            jira.install(app.descriptor_url)
            jira.complaints(KEY)
            jira.do(create_board)
            for status in ("Done", "In Progress"):
                issue = jira.open("Dig a burrow", "Deep down.")
                issue.comment("Well dug")
                issue.move(status)
            jira.fill(issues=30)
            jira.settle()
            yield jira


@pytest.fixture(params=[("light", 1280), ("dark", 1280), ("light", 360), ("dark", 360)], ids="{0[0]}-{0[1]}".format)
def page(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Page]:
    scheme, width = request.param
    context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)
    yield context.new_page()
    close(context)


def open_first(page: Page) -> None:
    """Opens the newest entry of a list."""
    page.locator("details.delivery summary").first.click()
    page.locator("details.delivery .inside p").first.wait_for()


def open_create(page: Page) -> None:
    page.get_by_role("button", name="Create issue").click()


def open_log(page: Page) -> None:
    page.get_by_role("button", name="Log work").click()


def open_user(page: Page) -> None:
    page.get_by_role("button", name="You are").click()


def open_uninstall(page: Page) -> None:
    page.locator("section.app summary").click()
    page.get_by_role("button", name="Uninstall").click()


def open_columns(page: Page) -> None:
    page.get_by_role("button", name="Columns of").first.click()
    page.get_by_role("dialog").wait_for()


def open_issue(page: Page) -> None:
    """Has an app open an issue in a dialog."""
    frame_of(page, "map").evaluate("AP.jira.openIssueDialog('BUR-1')")
    page.get_by_role("dialog").wait_for()


def open_read(page: Page) -> None:
    """Opens what was read of a page of the app."""
    page.locator("details.delivery", has_text="page map").locator("summary").click()
    page.get_by_role("region", name="Answer 200").wait_for()


def unseen(page: Page) -> None:
    """With what apps run unseen, and what is said of it."""
    page.locator(".background iframe:not(.waiting)").wait_for(state="attached")
    page.locator(".background .warn").wait_for()


def nothing(page: Page) -> None:
    """As it is."""


PLACES: list[tuple[str, Callable[[Page], None]]] = [
    ("/", nothing),
    ("/", open_create),
    ("/", open_user),
    ("/browse/BUR-1", unseen),
    ("/browse/BUR-1", open_log),
    ("/dashboard", unseen),
    ("/apps", nothing),
    ("/site", nothing),
    ("/site", open_columns),
    ("/apps", open_uninstall),
    ("/deliveries", nothing),
    ("/deliveries", open_first),
    ("/deliveries", open_read),
    ("/calls", nothing),
    ("/frames", open_first),
    ("/faults", nothing),
    (f"/plugins/servlet/ac/{KEY}/map", nothing),
    (f"/plugins/servlet/ac/{KEY}/map", open_issue),
    ("/browse/NO-1", nothing),
]


def test_nothing_is_found_on_any_page(page: Page, jira: JiraHost, packages: Path) -> None:
    axe = (packages / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
    found = []
    page.goto(f"{jira.url}/browse/BUR-1")
    page.wait_for_selector("iframe:not(.waiting)")
    for path, before in PLACES:
        page.goto(jira.url + path)
        page.locator("h1").wait_for()
        before(page)
        page.evaluate(axe)
        for violation in page.evaluate(LOOK, OPTIONS):
            where = [(node["target"], node["failureSummary"]) for node in violation["nodes"]]
            found.append(f"{path} {before.__name__}: {violation['id']}: {where}")
    assert "\n".join(found) == ""
