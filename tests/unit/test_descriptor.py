"""The descriptor: what the author wrote, what is added to it, and what stops the deploy."""

from __future__ import annotations

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given

from chalicelib.connect.descriptor import Descriptor
from chalicelib.connect.errors import DescriptorError
from chalicelib.connect.protocol.descriptor import complete, faults
from chalicelib.connect.web.request import Request
from tests import strategies
from tests.api_gateway import rest_event

BASE_URL = "https://app.example.com/base"
EVENTS = ("comment_created", "jira:issue_updated")
ROUTES = ("/pages/{page}", "/things/{thing}")
PAGES = {"issue-panel"}

AUTHORED: dict[str, Any] = {
    "key": "my-app",
    "name": "My app",
    "vendor": {"name": "Me", "url": "https://example.com"},
    "scopes": ["READ"],
    "modules": {
        "webPanels": [
            {
                "key": "panel",
                "name": {"value": "Panel"},
                "location": "atl.jira.view.issue.right.context",
                "url": "/pages/issue-panel?issue={issue.id}",
            }
        ],
        "configurePage": {"key": "configure", "name": {"value": "Configure"}, "url": "/pages/issue-panel"},
        "webhooks": [{"event": "jira:issue_updated", "filter": "project = BUR"}],
    },
}


def authored(**changes: Any) -> dict[str, Any]:
    """A descriptor without a fault; `changes` replaces fields, and None removes one."""
    made = {**deepcopy(AUTHORED), **changes}
    return {name: value for name, value in made.items() if value is not None}


def modules(**changes: Any) -> dict[str, Any]:
    """A descriptor without a fault but for the modules in `changes`."""
    return authored(modules={**deepcopy(AUTHORED["modules"]), **changes})


def found(written: dict[str, Any], events: tuple[str, ...] = EVENTS, pages: set[str] | None = PAGES) -> list[str]:
    return faults(written, events=events, pages=pages, routes=ROUTES)


def panel(**changes: Any) -> dict[str, Any]:
    return {**AUTHORED["modules"]["webPanels"][0], **changes}


# What is added


def test_the_descriptor_is_completed_with_what_the_framework_answers_for() -> None:
    made = complete(authored(), base_url=BASE_URL, events=(*EVENTS, "dynamic:jira:issue_deleted"))

    assert made["baseUrl"] == BASE_URL
    assert made["authentication"] == {"type": "jwt"}
    assert made["lifecycle"] == {
        "installed": "/installed",
        "uninstalled": "/uninstalled",
        "enabled": "/enabled",
        "disabled": "/disabled",
    }
    assert made["apiMigrations"] == {"signed-install": True, "context-qsh": True, "gdpr": True}
    assert made["links"] == {"self": f"{BASE_URL}/atlassian-connect.json"}
    assert {name: made[name] for name in ("key", "name", "vendor", "scopes")} == {
        name: AUTHORED[name] for name in ("key", "name", "vendor", "scopes")
    }
    assert made["modules"]["webPanels"] == AUTHORED["modules"]["webPanels"]


def test_each_event_with_a_handler_becomes_a_webhook_and_keeps_what_the_author_said_of_it() -> None:
    assert complete(authored(), base_url=BASE_URL, events=EVENTS)["modules"]["webhooks"] == [
        {"event": "comment_created", "url": "/webhooks/comment_created"},
        {"event": "jira:issue_updated", "filter": "project = BUR", "url": "/webhooks/jira:issue_updated"},
    ]


def test_an_author_may_add_links_and_migrations_but_not_undo_ours() -> None:
    written = authored(
        links={"documentation": "https://example.com", "self": "https://example.com"},
        apiMigrations={"other": True, "signed-install": False},
    )
    made = complete(written, base_url=BASE_URL, events=EVENTS)

    assert made["links"] == {"documentation": "https://example.com", "self": f"{BASE_URL}/atlassian-connect.json"}
    assert made["apiMigrations"] == {"other": True, "signed-install": True, "context-qsh": True, "gdpr": True}


def test_what_the_author_wrote_is_left_as_it_was() -> None:
    written = authored()
    complete(written, base_url=BASE_URL, events=EVENTS)
    assert written == AUTHORED


# What stops the deploy


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
        (authored(scopes=["EVERYTHING"]), "scopes holds 'EVERYTHING', which is no scope of Connect"),
        (authored(scopes=[5]), "scopes holds 5, which is no scope of Connect"),
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


# How it is read and served


def read(tmp_path: Path, text: str) -> Descriptor:
    path = tmp_path / "atlassian-connect.json"
    path.write_text(text, encoding="utf-8")
    return Descriptor.read(EVENTS, path)


def request(method: str = "GET", base_url: str = BASE_URL, **headers: str) -> Request:
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    return Request.from_event(rest_event(method, "/atlassian-connect.json", headers=sent), base_url)


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


def test_the_descriptor_of_the_shipped_app_has_no_fault() -> None:
    shipped = Descriptor.read(())
    shipped.check({"issue-panel"}, ROUTES)
    assert shipped.key == "dormouse-time-in-status"


def test_every_fault_is_named_at_once(tmp_path: Path) -> None:
    written = read(tmp_path, json.dumps(authored(name="", scopes=["ALL"])))
    with pytest.raises(DescriptorError) as caught:
        written.check(PAGES, ROUTES)

    assert str(caught.value) == (
        "Jira would refuse the descriptor: name must be a text of 1 to 80 characters; "
        "scopes holds 'ALL', which is no scope of Connect."
    )


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "it is not JSON (line 1, column 1)"),
        ('{\n"key": "a",\n}', "it is not JSON (line 3, column 1)"),
        ("[]", "it is not a JSON object"),
        ('{"key": NaN}', "NaN is not JSON"),
        ('{"modules": {"webPanels": [], "webPanels": []}}', "an object in it names a key twice"),
    ],
)
def test_a_descriptor_that_is_no_json_object_is_told_from_a_bad_one(tmp_path: Path, text: str, reason: str) -> None:
    with pytest.raises(DescriptorError) as caught:
        read(tmp_path, text)
    assert str(caught.value) == f"atlassian-connect.json can not be read: {reason}."


def test_a_descriptor_that_is_missing_is_told_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(DescriptorError, match=r"none\.json can not be read"):
        Descriptor.read((), tmp_path / "none.json")


def test_the_descriptor_is_served_as_atlassian_wants_it() -> None:
    answer = Descriptor(authored(name="Größe"), EVENTS).serve(request())

    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/json; charset=utf-8"
    assert json.loads(answer.body)["name"] == "Größe"
    assert json.loads(answer.body)["baseUrl"] == BASE_URL


def test_a_head_request_gets_the_headers_alone() -> None:
    served = Descriptor(authored(), EVENTS)
    answer = served.serve(request("HEAD"))

    assert answer.body == ""
    assert answer.headers == served.serve(request()).headers


def test_a_caller_who_has_the_descriptor_is_told_so_until_it_changes() -> None:
    served = Descriptor(authored(), EVENTS)
    etag = str(served.serve(request()).headers["ETag"])

    unchanged = served.serve(request(If_None_Match=etag))
    assert (unchanged.status_code, unchanged.body, unchanged.headers["ETag"]) == (304, "", etag)
    for changed in (Descriptor(authored(name="Other"), EVENTS), Descriptor(authored(), EVENTS[1:])):
        assert changed.serve(request(If_None_Match=etag)).status_code == 200


def test_each_base_url_has_its_own_descriptor() -> None:
    served = Descriptor(authored(), EVENTS)
    first, second = served.serve(request()), served.serve(request(base_url="https://eu.example.com"))

    assert json.loads(second.body)["baseUrl"] == "https://eu.example.com"
    assert first.headers["ETag"] != second.headers["ETag"]
