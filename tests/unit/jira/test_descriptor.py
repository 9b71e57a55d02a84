"""Which descriptors Jira would take, and why it would refuse the others."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devkit.jira.descriptor import Refused, read
from devkit.jira.json_places import spots

GOOD: dict[str, Any] = {
    "key": "app",
    "baseUrl": "https://app.example.com/stage/",
    "authentication": {"type": "jwt"},
    "lifecycle": {"installed": "/installed"},
    "modules": {},
}

names = st.text(st.characters(exclude_characters=".[]"), min_size=1, max_size=5)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(names, inner, max_size=4),
    max_leaves=12,
)


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


def test_what_leads_elsewhere_may_say_so() -> None:
    away = panel(url="https://example.com/help", location="system.top.navigation.bar")
    tool = {"key": "tool", "name": {"value": "Tool"}, "url": "https://example.com"}
    builds = {"key": "builds", "name": {"value": "Builds"}, "homeUrl": "https://example.com"}
    kinds = modules(webItems=[away], jiraDevelopmentTool=tool, jiraBuildInfoProvider=builds)
    assert [module.key for module in read({**GOOD, **kinds}).modules] == ["panel", "tool", "builds"]


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
        (modules(webhooks=[{"event": "e", "url": "/e"}]), "modules.webhooks is a feature that requires the READ scope"),
        (modules(webPanels=[panel(name="Panel")]), "modules.webPanels[0].name must be an object"),
        (modules(webPanels=[panel(tooltip={"value": 5})]), "modules.webPanels[0].tooltip must be an object"),
        (modules(jiraReports=[panel()]), "modules.jiraReports[0] lacks description."),
        (modules(jiraDevelopmentTool=[panel()]), "modules.jiraDevelopmentTool must be one object."),
        (modules(webItems=[panel(url="elsewhere")]), "must be relative to the base URL"),
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


FAULTY = """{
  "key": "a \\" b",
  "baseUrl": "ftp://example.com",
  "authentication": {"type": "none"},
  "scopes": ["READ",
    "FLY"],
  "modules": {
    "generalPages": [
      {"key": "one", "name": {"value": "One"}, "url": "/one"},
      {"key": "one", "url": "two"}
    ]
  }
}
"""


def test_each_reason_names_the_line_and_the_column_of_the_text() -> None:
    with pytest.raises(Refused) as refused:
        read(json.loads(FAULTY), FAULTY)
    placed = [re.match(r"Line (\d+), column (\d+), at (\S+)", reason) for reason in refused.value.reasons]
    assert [found.groups() for found in placed if found] == [
        ("2", "3", '"key":'),
        ("3", "3", '"baseUrl":'),
        ("6", "5", '"FLY"],:'),
        ("10", "7", '{"key":'),
        ("10", "8", '"key":'),
        ("10", "22", '"url":'),
    ]
    assert refused.value.reasons[1].endswith("at most 200 characters.")


def test_what_is_missing_is_placed_where_it_should_be() -> None:
    text = '\n {"key": "app", "modules": {"webhooks": [{"event": "e"}]}}'
    with pytest.raises(Refused) as refused:
        read(json.loads(text), text)
    assert [reason for reason in refused.value.reasons if reason.startswith("Line 2, column 2,")] == [
        'Line 2, column 2, at {"key": "app", "modules": {"webhooks": [{"event": "e"}]}}: baseUrl is missing.',
        'Line 2, column 2, at {"key": "app", "modules": {"webhooks": [{"event": "e"}]}}: authentication is missing.',
    ]
    assert "column 42, at {" in refused.value.reasons[-1]


@given(json_values)
def test_every_value_of_any_json_is_found_where_it_stands(value: object) -> None:
    for text in (json.dumps(value), json.dumps(value, indent=2, ensure_ascii=False)):
        lines = text.split("\n")
        for path, spot in spots(text).items():
            rest = "\n".join([lines[spot.line - 1][spot.column - 1 :], *lines[spot.line :]])
            name, wanted = at(value, path)
            begun, _ = json.JSONDecoder().raw_decode(rest)
            assert begun == (wanted if name is None else name)


def at(value: Any, path: str) -> tuple[str | None, Any]:
    """The name and the value at a path; the names of these objects hold no dots and brackets."""
    name = None
    for step in re.findall(r"[^.\[\]]+|\[\d+\]", path):
        name = None if step.startswith("[") else step
        value = value[int(step[1:-1])] if name is None else value[step]
    return name, value


def test_what_is_nested_too_deeply_is_refused_all_the_same() -> None:
    text = '{"vendor": ' + "[" * 900 + "]" * 900 + "}"
    with pytest.raises(Refused, match=r"Line 1, column 2, at .*vendor must be an object"):
        read(json.loads(text), text)
