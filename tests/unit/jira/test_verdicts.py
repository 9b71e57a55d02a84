"""What the window says about answers of apps, and about their pages once they are installed."""

from __future__ import annotations

import re

import pytest

from devkit.jira.host import JiraHost
from devkit.jira.tokens import server_token
from devkit.jira.verdicts import verdict, wrong
from tests.unit.jira.asking import Asking
from tests.unit.jira.fake_app import FakeApp

PANEL = {"key": "panel", "name": {"value": "P"}, "url": "/panel", "location": "atl.jira.view.issue.right.context"}
SIGNED = server_token(
    "site", "s" * 32, "POST", "https://app.example.com/base/hook", "https://app.example.com/base", 1000
)
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
        (503, "lifecycle", 20, "An install has failed then."),
        (404, "webhook", 20, "does not want it"),
        (None, "webhook", 20, "The app gave no answer: refused"),
        (401, "webhook", 20, "to a call without a token"),
    ],
)
def test_an_answer_is_put_into_words(status: int | None, kind: str, ms: int, words: str) -> None:
    assert words in verdict(status, "refused", kind, None, ms)


def test_an_app_that_refuses_a_good_token_is_told_what_was_hashed() -> None:
    words = verdict(401, "", "webhook", SIGNED)
    assert words.startswith(f"Your app answered 401. The qsh in the token is {SIGNED.claims['qsh']}")
    assert "'POST&/hook&'" in words
    assert "framework for Express answers 400 also" in verdict(400, "", "webhook", SIGNED)


def test_an_app_that_refuses_a_token_of_another_clock_is_told_that_it_is_right(jira: JiraHost) -> None:
    module = {"webhooks": [{"event": "jira:issue_created", "url": "/webhooks/created"}]}
    with FakeApp(jira.install_keys_url, modules=module) as app:
        jira.install(app.descriptor_url)
        jira.fault("clock_skew", amount=-3600)
        jira.open("Dig")
        jira.settle()
    assert jira.deliveries[-1].faults == ["clock_skew"]
    assert re.search(r"is right: the clock of the token is 360\d s behind", jira.deliveries[-1].attempts[0].verdict)


def test_an_app_that_takes_a_token_that_was_made_wrong_is_asked_about_it() -> None:
    assert verdict(204, "", "webhook", SIGNED, known_wrong=wrong(SIGNED, (), 1001)) == "The app has taken it."
    assert "1000 s ahead" in verdict(204, "", "webhook", SIGNED, known_wrong=wrong(SIGNED, (), 0))
    assert "secret" in verdict(204, "", "webhook", SIGNED, known_wrong=wrong(SIGNED, ("wrong_token",), 1001))


def test_the_pages_of_an_app_are_asked_for_when_it_is_installed_by_hand(jira: JiraHost) -> None:
    site, modules = Asking(jira), {"webPanels": [PANEL], "generalPages": [PAGE]}
    with FakeApp(jira.install_keys_url, f"{jira.url}/all.js", modules, page_headers={"X-Frame-Options": "DENY"}) as app:
        assert site.ask("POST", "/stand-in/apps", {"descriptorUrl": app.descriptor_url})[0] == 200
        jira.settle()
        (shown,) = site.ask("GET", "/stand-in/apps")[1]
    told = {module["key"]: module["complaints"] for module in shown["modules"]}
    assert "X-Frame-Options: DENY" in told["panel"][0]
    assert "answers with 405" in told["page"][0]
