"""One Chromium for all browser tests; without one they are skipped, and tests/conftest.py says so loudly."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Frame, Page, sync_playwright

from devkit.jira.host import JiraHost
from tests.unit.jira.fake_app import KEY, FakeApp

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """A browser of this machine's own: Playwright would download one, and is not asked to.

    It is gone before the tests of other folders: Playwright keeps an event loop running, beside which no other may be.
    """
    if CHROMIUM is None:
        pytest.skip("there is no Chromium on the PATH")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM)
        yield browser
        browser.close()


def close(context: BrowserContext) -> None:
    """Close a context once its pages have come to rest: Chromium hangs now and then when it has to break off a load."""
    for page in context.pages:
        page.goto("about:blank")
    context.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page in a window of its own."""
    context = browser.new_context(viewport={"width": 1280, "height": 800}, color_scheme="light")
    yield context.new_page()
    close(context)


def frame_of(page: Page, module: str, app: str = KEY) -> Frame:
    """The frame of one module of an app, once it is all there and its bridge stands."""
    element = page.wait_for_selector(f"iframe[id^='{app}__{module}__']", state="attached")
    assert element
    frame = element.content_frame()
    assert frame
    # By the clock: a frame that is not seen may be drawn never again, and each look would wait for that.
    frame.wait_for_function("window.AP?.context && document.readyState === 'complete'", polling=50)
    return frame


@pytest.fixture(scope="module")
def jira(request: pytest.FixtureRequest) -> Iterator[JiraHost]:
    """A stand-in with an app that has the modules `MODULES` of the test's own module."""
    with JiraHost() as jira, FakeApp(jira.install_keys_url, f"{jira.url}/all.js", request.module.MODULES) as app:
        jira.install(app.descriptor_url)
        yield jira


@pytest.fixture
def app_page(page: Page, jira: JiraHost) -> Frame:
    """The frame of the app's general page ``map``."""
    page.goto(jira.url)
    page.get_by_role("link", name="Map").click()
    return frame_of(page, "map")


def named(key: str, **more: Any) -> dict[str, Any]:
    """A module with a page."""
    return {"key": key, "name": {"value": key.capitalize()}, "url": f"/panel-{key}", **more}
