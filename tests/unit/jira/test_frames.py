"""Frames: their URLs, what their bridge is told, and why a page can not be shown in one."""

from __future__ import annotations

import asyncio
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from atlassian_jwt.url_utils import hash_url

from devkit.jira.address import Address
from devkit.jira.chance import Chance
from devkit.jira.complaints import complaints
from devkit.jira.deliveries import Deliveries
from devkit.jira.frames import Frames
from devkit.jira.installations import Installations
from devkit.jira.people import People
from devkit.jira.permissions import Permissions
from devkit.jira.places import Place, filled_in
from devkit.jira.properties import AppProperties
from devkit.jira.site import Site
from devkit.jira.store import Store
from tests.unit.jira.fake_app import FakeApp

SITE = "http://localhost:2990"
PANEL = {"key": "panel", "name": {"value": "Panel"}, "location": "atl.jira.view.issue.right.context"}


def frame(module: dict[str, Any], **changes: Any) -> tuple[dict[str, Any], str]:
    """The frame of one panel beside a new issue, and the secret of its app."""
    raw = {
        "key": "app",
        "name": "App",
        "baseUrl": "http://127.0.0.1:3000/base",
        "authentication": {"type": "jwt"},
        "lifecycle": {"installed": "/installed"},
        "modules": {"webPanels": [{**PANEL, **module}]},
        **changes,
    }
    site, installations = Site(Store()), Installations(Store())
    proposed = installations.proposed("", raw)
    installations.put(type(proposed)(**{**vars_of(proposed), "installed": True, "enabled": True}))
    issue = site.create_issue("A burrow", by=site.current_user)
    people, address = People(site, Chance(1)), Address(Store(), 2990)
    frames = Frames(site, installations, Permissions(Store()), AppProperties(Store()), people, address)
    (shown,) = frames.beside(issue)
    return shown, proposed.shared_secret


def vars_of(value: Any) -> dict[str, Any]:
    return {name: getattr(value, name) for name in value.__dataclass_fields__}


def test_the_url_of_a_frame_carries_context_and_a_token_for_exactly_this_url() -> None:
    shown, secret = frame({"url": "/panel?issue={issue.key}&project={project.id}&none={unknown}"})
    url, _, token = shown["url"].rpartition("&jwt=")
    query = parse_qs(urlsplit(url).query, keep_blank_values=True)
    assert (query["issue"], query["project"], query["none"]) == (["BUR-1"], ["10000"], [""])
    assert (query["xdm_e"], query["cp"], query["lic"]) == ([SITE], [""], ["none"])
    claims = jwt.decode(token, secret, algorithms=["HS256"])
    assert claims["qsh"] == hash_url("GET", url.removeprefix("http://127.0.0.1:3000/base"))
    assert claims["exp"] - claims["iat"] == 900
    assert shown["origin"] == "http://127.0.0.1:3000"


def test_the_url_of_a_cacheable_frame_is_bare() -> None:
    shown, _ = frame({"url": "/panel", "cacheable": True})
    assert shown["url"] == "http://127.0.0.1:3000/base/panel"


def test_an_app_without_tokens_gets_none_in_the_url() -> None:
    shown, _ = frame({"url": "/panel"}, authentication={"type": "none"})
    assert "jwt=" not in shown["url"]
    assert "xdm_e=" in shown["url"]


def test_the_bridge_is_told_where_it_is() -> None:
    shown, _ = frame({"url": "/panel"})
    assert shown["id"].startswith("app__panel__")
    assert shown["options"]["structuredContext"]["jira"]["issue"]["key"] == "BUR-1"
    assert shown["options"]["globalOptions"] == {"check_init": True}


def test_context_parameters_are_encoded() -> None:
    site = Site(Store())
    site.projects["10000"].key = "A&B"
    issue = site.create_issue("A burrow", by=site.current_user, project="10000")
    assert filled_in("/x?k={project.key}&j=${issue.id}", Place.beside(issue, site), site) == f"/x?k=A%26B&j={issue.id}"


@pytest.mark.parametrize(
    ("headers", "words"),
    [
        ({}, None),
        ({"X-Frame-Options": "DENY"}, "X-Frame-Options: DENY"),
        ({"Content-Security-Policy": "frame-ancestors 'none'"}, "frame-ancestors 'none'"),
        (
            {"Content-Security-Policy": "img-src x; frame-ancestors https://*.atlassian.net"},
            "which http://localhost",
        ),
        ({"Content-Security-Policy": "frame-ancestors https://*.atlassian.net http://localhost:*"}, None),
        ({"Content-Security-Policy": "frame-ancestors http://localhost:2990"}, None),
        ({"Content-Security-Policy": "frame-ancestors http://localhost:2991"}, "which http://localhost"),
        ({"Content-Security-Policy": "frame-ancestors *"}, None),
        ({"Content-Security-Policy": "frame-ancestors http:"}, None),
    ],
)
def test_headers_that_keep_a_page_out_of_frames_are_named(headers: dict[str, str], words: str | None) -> None:
    with FakeApp(all_js=f"{SITE}/all.js", page_headers=headers) as app:
        found = probe(f"{app.base_url}/panel")
    assert (words is None and found == []) or (words is not None and len(found) == 1 and words in found[0])


@pytest.mark.parametrize(
    ("policy", "words"),
    [
        ("script-src 'self'", "allows only script-src 'self': no bridge, for http://localhost:2990/all.js is not"),
        ("default-src 'none'; script-src-elem https://connect-cdn.atl-paas.net", "allows only script-src-elem"),
        ("default-src 'none'", "allows only default-src 'none'"),
        ("sandbox allow-scripts", "a sandbox without"),
        ("script-src http://localhost:2990/all.js", None),
        ("script-src http://localhost:*", None),
        ("script-src http:", None),
        ("script-src 'nonce-abc'", None),
        ("sandbox allow-scripts allow-same-origin", None),
        ("img-src 'none'", None),
    ],
)
def test_a_policy_that_keeps_the_bridge_out_is_named(policy: str, words: str | None) -> None:
    with FakeApp(all_js=f"{SITE}/all.js", page_headers={"Content-Security-Policy": policy}) as app:
        found = probe(f"{app.base_url}/panel")
    assert (words is None and found == []) or (words is not None and len(found) == 1 and words in found[0])


@pytest.mark.parametrize(("source", "fits"), [("*.example.com", True), ("*.example.org", False), ("'none'", False)])
def test_a_source_may_name_all_hosts_of_a_domain(source: str, fits: bool) -> None:
    policy = {"Content-Security-Policy": f"script-src {source}"}
    with FakeApp(all_js="https://cdn.example.com/all.js", page_headers=policy) as app:
        assert (probe(f"{app.base_url}/panel") == []) is fits


def test_a_page_that_is_slow_is_told_so() -> None:
    with FakeApp(all_js=f"{SITE}/all.js") as app:
        (said,) = probe(f"{app.base_url}/panel", slow_seconds=0)
    assert "After 12 s Jira shows in its place" in said


def test_a_redirect_to_another_origin_is_named_and_one_within_is_not() -> None:
    with FakeApp(page_redirect="https://cdn.example.com/panel") as app:
        assert "another origin (https://cdn.example.com)" in probe(f"{app.base_url}/panel")[0]
        app.page_redirect = "/base/panel2"
        assert probe(f"{app.base_url}/panel") == []


def test_a_page_that_fails_or_has_no_bridge_is_named() -> None:
    with FakeApp() as app:
        assert "does not load all.js" in probe(f"{app.base_url}/panel")[0]
        assert "answers with 405" in probe(f"{app.base_url}/nowhere")[0]
    assert "can not be reached" in probe(f"{app.base_url}/panel")[0]


def probe(url: str, slow_seconds: float = 60) -> list[str]:
    async def ask() -> list[str]:
        deliveries = Deliveries(Store())
        try:
            return await complaints(deliveries, "app", "panel", url, SITE, slow_seconds=slow_seconds)
        finally:
            await deliveries.close()

    return asyncio.run(ask())
