"""Which descriptors Jira would take, and why it would refuse the others."""

from __future__ import annotations

from typing import Any

import pytest

from devkit.jira.descriptor import Refused, read

GOOD: dict[str, Any] = {
    "key": "app",
    "baseUrl": "https://app.example.com/stage/",
    "authentication": {"type": "jwt"},
    "lifecycle": {"installed": "/installed"},
    "modules": {},
}


def panel(**changes: Any) -> dict[str, Any]:
    whole = {"key": "panel", "name": {"value": "Panel"}, "url": "/p", "location": "atl.jira.view.issue.right.context"}
    return {name: value for name, value in {**whole, **changes}.items() if value is not None}


def modules(**kinds: Any) -> dict[str, Any]:
    return {"modules": kinds}


def test_a_good_descriptor_is_taken_and_read() -> None:
    descriptor = read({**GOOD, **modules(webPanels=[panel(cacheable=True)])})
    assert (descriptor.key, descriptor.name, descriptor.base_url) == ("app", "app", "https://app.example.com/stage")
    assert descriptor.signs
    (module,) = descriptor.modules
    assert (module.name, module.url, module.cacheable, module.is_issue_panel) == ("Panel", "/p", True, True)


def test_panels_of_the_issue_view_are_told_from_other_modules() -> None:
    glance = {**panel(location=None, url=None, key="g"), "icon": {}, "content": {}, "target": {"url": "/g"}}
    glance |= {"icon": {"url": "/i.svg"}, "content": {"type": "label"}}
    elsewhere = panel(key="e", location="atl.jira.view.project")
    descriptor = read({**GOOD, **modules(webPanels=[elsewhere], jiraIssueGlances=[glance], generalPages=[panel()])})
    assert [module.key for module in descriptor.modules if module.is_issue_panel] == ["g"]
    glance_module = descriptor.module("g")
    assert glance_module is not None
    assert glance_module.url == "/g"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"key": None}, "key is missing."),
        ({"key": "a b"}, "key must be 1 to 64"),
        ({"key": "k" * 65}, "key must be 1 to 64"),
        ({"baseUrl": None}, "baseUrl is missing."),
        ({"baseUrl": "http://app.example.com"}, "baseUrl must be an https URL"),
        ({"baseUrl": "ftp://app.example.com"}, "baseUrl must be an https URL"),
        ({"baseUrl": 5}, "baseUrl must be an https URL"),
        ({"authentication": None}, "authentication is missing."),
        ({"authentication": {"type": "oauth"}}, "authentication.type must be jwt or none."),
        ({"authentication": "jwt"}, "authentication.type must be jwt or none."),
        ({"authentication": {}}, "authentication.type must be jwt or none."),
        ({"baseUrl": "https://[1"}, "baseUrl must be an https URL"),
        ({"vendor": "Acme"}, "vendor must be an object."),
        (modules(webhooks=[{"event": "e", "url": "/e", "filter": 5}]), "modules.webhooks[0].filter must be a text."),
        ({"name": "n" * 81}, "name must be a text of at most 80"),
        ({"scopes": ["READ", "FLY"]}, "scopes holds 'FLY'"),
        ({"scopes": "READ"}, "scopes must be a list."),
        ({"lifecycle": {}}, "lifecycle.installed is missing"),
        ({"lifecycle": {"installed": "https://elsewhere.example.com/"}}, "lifecycle.installed must be relative"),
        ({"lifecycle": []}, "lifecycle.installed is missing"),
        ({"lifecycle": ["/installed"]}, "lifecycle must be an object."),
        ({"modules": []}, "modules must be an object."),
        (modules(webPanels=[panel(url=None)]), "modules.webPanels[0] lacks url."),
        (modules(webPanels=[panel(url="https://x.example.com/p")]), "must be relative to the base URL"),
        (modules(webPanels=[panel(url="//x.example.com/p")]), "must be relative to the base URL"),
        (modules(webPanels=[panel(key="a_b")]), "modules.webPanels[0].key must be"),
        (modules(webPanels=[panel(), panel()]), "used twice: by modules.webPanels[0] and by modules.webPanels[1]"),
        (modules(webPanels=panel()), "modules.webPanels must be a list."),
        (modules(configurePage=[panel()]), "modules.configurePage must be one object."),
        (modules(webPanels=["panel"]), "modules.webPanels[0] must be an object."),
        (modules(webhooks=[{"event": "jira:issue_created"}]), "modules.webhooks[0] lacks url."),
        (
            modules(jiraIssueContents=[panel(location=None, url=None, target={"url": "x"})]),
            "target.url must be relative",
        ),
    ],
)
def test_a_descriptor_that_jira_would_refuse_is_refused_with_the_reason(changes: dict[str, Any], reason: str) -> None:
    raw = {name: value for name, value in {**GOOD, **changes}.items() if value is not None}
    with pytest.raises(Refused) as refused:
        read(raw)
    assert reason in str(refused.value)


def test_all_reasons_are_given_at_once() -> None:
    with pytest.raises(Refused) as refused:
        read({"modules": {"webPanels": [{}]}})
    assert len(refused.value.reasons) >= 7


@pytest.mark.parametrize("raw", [None, [], "text", 5])
def test_what_is_no_object_is_no_descriptor(raw: object) -> None:
    with pytest.raises(Refused, match="JSON object"):
        read(raw)
