"""What in a descriptor stops the deploy."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given

from chalicelib.connect.protocol.descriptor import complete
from tests import strategies
from tests.unit.descriptors import AUTHORED, BASE_URL, EVENTS, authored, found, modules, panel

NOT_READING = "scopes lacks READ, and without it Jira refuses an app that has handlers of webhooks"


def test_a_good_descriptor_has_no_fault() -> None:
    assert found(authored()) == []
    assert found(authored(modules={}), events=()) == []
    assert found(authored(modules=None), events=()) == []


@pytest.mark.parametrize(
    ("written", "fault"),
    [
        (authored(key=None), "key must be 1 to 64 letters, digits, dots, hyphens and underscores"),
        (authored(key="a" * 65), "key must be 1 to 64 letters, digits, dots, hyphens and underscores"),
        (authored(key="my app"), "key must be 1 to 64 letters, digits, dots, hyphens and underscores"),
        (authored(key="app\n"), "key must be 1 to 64 letters, digits, dots, hyphens and underscores"),
        (authored(key=5), "key must be 1 to 64 letters, digits, dots, hyphens and underscores"),
        (authored(name=""), "name must be a text of 1 to 80 characters"),
        (authored(name="a" * 81), "name must be a text of 1 to 80 characters"),
        (authored(vendor=None), "vendor must have a name and a url"),
        (authored(vendor={"name": "Me"}), "vendor must have a name and a url"),
        (authored(scopes="READ"), "scopes must be a list"),
        (authored(scopes=["read", "EVERYTHING"]), "scopes holds 'EVERYTHING', which is no scope of Connect"),
        (authored(scopes=["WRITE", 5]), "scopes holds 5, which is no scope of Connect"),
        (authored(scopes=["NONE"]), NOT_READING),
        (authored(links=[]), "links must be an object"),
        (authored(apiMigrations=["gdpr"]), "apiMigrations must be an object"),
        (authored(baseUrl=BASE_URL), "baseUrl is filled in by the framework and must not be written here"),
        (authored(lifecycle={}), "lifecycle is filled in by the framework and must not be written here"),
        (authored(modules=[]), "modules must be an object that maps a kind of module to its modules"),
        (modules(webPanels=[5]), "modules.webPanels[0] must be an object"),
        (modules(webPanels="panel"), "modules.webPanels must be an object"),
        (modules(webPanels=[panel(name=None)]), "modules.webPanels[0] lacks name"),
        (modules(webPanels=[panel(location="")]), "modules.webPanels[0] lacks location"),
        (modules(configurePage={"key": "c", "name": {"value": "C"}}), "modules.configurePage lacks url"),
        (
            modules(webPanels=[panel(key="a_b")]),
            "modules.webPanels[0].key must be 1 to 100 letters, digits and hyphens",
        ),
        (
            modules(webPanels=[panel(), panel()]),
            "the module key 'panel' is used twice: by modules.webPanels[0] and by modules.webPanels[1]",
        ),
        (
            modules(webPanels=[panel(key="configure")]),
            "the module key 'configure' is used twice: by modules.webPanels[0] and by modules.configurePage",
        ),
        (modules(webhooks={"event": "comment_created"}), "modules.webhooks must be a list"),
        (modules(webhooks=[{}]), "modules.webhooks[0] lacks event"),
        (
            modules(webhooks=[{"event": "comment_deleted"}]),
            "modules.webhooks asks for 'comment_deleted', but no handler waits for it",
        ),
        (
            modules(webhooks=[{"event": ["comment_created"]}]),
            "modules.webhooks asks for \"['comment_created']\", but no handler waits for it",
        ),
        (
            modules(webhooks=[{"event": "comment_created"}, {"event": "comment_created"}]),
            "modules.webhooks names 'comment_created' twice",
        ),
        (
            modules(webhooks=[{"event": "comment_created", "excludeBody": True}]),
            "modules.webhooks uses excludeBody, and then a handler would learn nothing of what has happened",
        ),
    ],
)
def test_what_jira_would_refuse_is_named(written: dict[str, Any], fault: str) -> None:
    assert found(written) == [fault]


@pytest.mark.parametrize("events", [(), ("dynamic:comment_created",)])
def test_whoever_has_no_webhooks_in_the_descriptor_needs_no_right_to_read(events: tuple[str, ...]) -> None:
    written = modules(webhooks=[])
    assert found({**written, "scopes": []}, events=events) == []
    assert found({**written, "scopes": []}, events=("comment_created",)) == [NOT_READING]


def test_a_handler_for_what_is_no_event_of_jira_is_named() -> None:
    assert found(authored(), events=(*EVENTS, "dynamic:comment_created")) == []
    assert found(authored(), events=(*EVENTS, "jira:issue_update")) == [
        "a handler waits for 'jira:issue_update', which is no webhook event of Jira"
    ]


@pytest.mark.parametrize(
    "url", ["https://example.com/panel", "//example.com/panel", "pages/issue-panel", "", 5, ["/a"]]
)
def test_the_url_of_a_module_is_below_the_base_url(url: Any) -> None:
    where = "modules.webPanels[0].url"
    wrong = f"{where} must be relative to the base URL and begin with a slash, and is {url!r}"
    assert wrong in found(modules(webPanels=[panel(url=url)]))


def test_the_url_of_a_module_may_stand_deep_in_it_and_icons_may_be_anywhere() -> None:
    glance = {
        "key": "glance",
        "name": {"value": "Glance"},
        "icon": {"width": 24, "height": 24, "url": "https://example.com/icon.svg"},
        "content": {"type": "label", "label": {"value": "Glance"}},
        "target": {"type": "web_panel", "url": "https://example.com/glance"},
    }

    assert found(modules(jiraIssueGlances=[glance])) == [
        "modules.jiraIssueGlances[0].target.url must be relative to the base URL and begin with a slash, "
        "and is 'https://example.com/glance'"
    ]


@pytest.mark.parametrize("url", ["/pages/other", "/pages/other?a=1", "/pages/other#a"])
def test_a_page_that_does_not_exist_is_named_where_the_pages_are_at_hand(url: str) -> None:
    written = modules(webPanels=[panel(url=url)])

    assert found(written) == [
        "modules.webPanels[0].url names the page 'other', but static_site/other.html does not exist"
    ]
    assert found(written, pages=None) == []


@pytest.mark.parametrize(
    "name", ["", "Panel", "issue_panel", "issue-panel/", "issue-panel/a", "{issue.key}", "a" * 65, "-a"]
)
def test_a_page_that_no_route_would_serve_is_named_even_when_it_exists(name: str) -> None:
    written = modules(webPanels=[panel(url=f"/pages/{name}")])

    for pages in ({name, "issue-panel"}, None):
        assert found(written, pages=pages) == [
            f"modules.webPanels[0].url names the page {name!r}; "
            "a page's name has lower-case letters, digits and hyphens alone"
        ]


@strategies.patient
@given(
    strategies.misshapen({**AUTHORED, "links": {}, "apiMigrations": {}}),
    strategies.misshapen(AUTHORED["modules"]),
    strategies.misshapen(AUTHORED["modules"]["webhooks"][0]),
)
def test_whatever_the_author_wrote_has_faults_or_can_be_completed(
    written: dict[str, Any], kinds: dict[str, Any], webhook: dict[str, Any]
) -> None:
    for each in (
        written,
        {**AUTHORED, "modules": kinds},
        {**AUTHORED, "modules": {"webhooks": [webhook]}},
    ):
        if not found(each):
            assert json.dumps(complete(each, base_url=BASE_URL, events=EVENTS))


def test_a_url_that_no_route_serves_is_named() -> None:
    assert found(modules(webPanels=[panel(url="/nowhere?issue={issue.key}")])) == [
        "modules.webPanels[0].url is '/nowhere?issue={issue.key}', which no route of the app serves"
    ]


@pytest.mark.parametrize("url", ["/things/{issue.key}", "/things/5?a=b", "/things/5#c"])
def test_a_url_with_parameters_is_served_by_a_route_with_parameters(url: str) -> None:
    assert found(modules(webPanels=[panel(url=url)])) == []


@pytest.mark.parametrize("url", ["/things", "/things/", "/things/5/6", "/Things/5", "/thingsX5"])
def test_a_url_is_served_by_a_route_from_end_to_end_or_not_at_all(url: str) -> None:
    assert len(found(modules(webPanels=[panel(url=url)]))) == 1


def test_a_web_item_may_lead_to_a_page_of_jiras_own() -> None:
    item = {"key": "item", "name": {"value": "Item"}, "location": "somewhere", "url": "/browse/BUR-1"}
    jiras, own = {**item, "key": "jiras", "context": "product"}, {**item, "key": "own", "context": "addon"}

    assert found(modules(webItems=[jiras, own])) == [
        "modules.webItems[1].url is '/browse/BUR-1', which no route of the app serves"
    ]
