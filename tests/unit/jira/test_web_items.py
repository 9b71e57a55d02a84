"""Which links and buttons of an app a user sees on which part of a page, and where they lead."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from devkit.jira.host import JiraHost
from tests.unit.jira.asking import Asking
from tests.unit.jira.fake_app import KEY, FakeApp


def item(key: str, location: str, **more: Any) -> dict[str, Any]:
    """A web item."""
    return {"key": key, "name": {"value": key.capitalize()}, "location": location, "url": "/panel", **more}


MODULES = {
    "webSections": [
        {"key": "digging", "name": {"value": "Digging"}, "location": "operations-work"},
        {"key": "nowhere", "name": {"value": "Nowhere"}, "location": "the.moon"},
    ],
    "webItems": [
        item("dig", "jira.issue.tools", weight=200, target={"type": "dialog", "options": {"size": "small"}}),
        item("look", "operations-operations", weight=5, tooltip={"value": "Look about"}),
        item("deep", "digging"),
        item("lost", "nowhere"),
        item(
            "news",
            "system.top.navigation.bar",
            url="https://example.com/?i={issue.key}",
        ),
        item("board", "system.top.navigation.bar", url="/?project={project.key}", context="product"),
        item("map", "system.top.navigation.bar", url="burrows", context="page", weight=500),
        item("rule", "jira.issue.tools", conditions=[{"condition": "user_is_admin"}]),
    ],
}


@pytest.fixture
def site(jira: JiraHost) -> Iterator[Asking]:
    with FakeApp(jira.install_keys_url, f"{jira.url}/all.js", MODULES) as app:
        jira.install(app.descriptor_url)
        yield Asking(jira)


def at(site: Asking, where: str, **place: str) -> list[dict[str, Any]]:
    query = "".join(f"&{name}={value}" for name, value in place.items())
    status, found, _ = site.ask("GET", f"/stand-in/items?where={where}{query}")
    assert status == 200
    return list(found)


def test_items_stand_on_their_part_of_the_page_by_weight(site: Asking) -> None:
    found = at(site, "issue", issue=site.create())
    assert [each["moduleKey"] for each in found] == ["look", "deep", "rule", "dig"]
    assert [each["section"] for each in found] == ["", "Digging", "", ""]
    assert (found[0]["tooltip"], found[3]["opens"], found[3]["options"]) == ("Look about", "dialog", {"size": "small"})
    assert found[0]["href"] == f"/plugins/servlet/ac/{KEY}/look"


def test_items_lead_elsewhere_or_within_the_site(site: Asking) -> None:
    found = at(site, "top", issue=site.create())
    assert [each["href"] for each in found] == [
        "https://example.com/?i=BUR-1",
        "/?project=BUR",
        f"/plugins/servlet/ac/{KEY}/burrows",
    ]


def test_conditions_hold_for_items_too(site: Asking) -> None:
    robin = next(user for user in site.ask("GET", "/stand-in/session")[1]["users"] if user["name"] == "Robin Sedge")
    site.ask("PUT", "/stand-in/session", {"accountId": robin["accountId"]})
    assert "rule" not in [each["moduleKey"] for each in at(site, "issue", issue=site.create())]


def test_an_item_at_a_place_that_is_not_here_is_listed_as_not_shown(site: Asking) -> None:
    (app,) = site.ask("GET", "/stand-in/apps")[1]
    assert {each["key"] for each in app["modules"] if not each["shown"]} == {"nowhere", "lost"}
    assert at(site, "moon") == []
