"""One Chromium for all browser tests; without one they are skipped, and tests/conftest.py says so loudly."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, sync_playwright

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
