"""What the window says about answers of apps, and about their pages once they are installed."""

from __future__ import annotations

import pytest

from devkit.jira.host import JiraHost
from devkit.jira.verdicts import verdict
from tests.unit.jira.asking import Asking
from tests.unit.jira.fake_app import FakeApp

PANEL = {"key": "panel", "name": {"value": "P"}, "url": "/panel", "location": "atl.jira.view.issue.right.context"}
PAGE = {"key": "page", "name": {"value": "Page"}, "url": "/nowhere"}


@pytest.mark.parametrize(
    ("status", "kind", "ms", "words"),
    [
        (204, "webhook", 20, "The app has taken it."),
        (204, "webhook", 6200, "It took 6.2 s: Jira may no longer be waiting then, and sends it again"),
        (204, "lifecycle", 6200, "and gives an install up"),
        (201, "lifecycle", 20, "for an install Jira wants 200 or 204"),
        (302, "webhook", 20, "Jira does not follow"),
        (413, "webhook", 20, "Jira does not send it again"),
        (429, "webhook", 20, "up to five times"),
        (404, "webhook", 20, "does not want it"),
        (None, "webhook", 20, "The app gave no answer: refused"),
        (401, "webhook", 20, "to a call without a token"),
    ],
)
def test_an_answer_is_put_into_words(status: int | None, kind: str, ms: int, words: str) -> None:
    assert words in verdict(status, "refused", kind, None, ms)


def test_the_pages_of_an_app_are_asked_for_when_it_is_installed_by_hand(jira: JiraHost) -> None:
    site, modules = Asking(jira), {"webPanels": [PANEL], "generalPages": [PAGE]}
    with FakeApp(jira.install_keys_url, f"{jira.url}/all.js", modules, page_headers={"X-Frame-Options": "DENY"}) as app:
        assert site.ask("POST", "/stand-in/apps", {"descriptorUrl": app.descriptor_url})[0] == 200
        jira.settle()
        (shown,) = site.ask("GET", "/stand-in/apps")[1]
    told = {module["key"]: module["complaints"] for module in shown["modules"]}
    assert "X-Frame-Options: DENY" in told["panel"][0]
    assert "answers with 405" in told["page"][0]
