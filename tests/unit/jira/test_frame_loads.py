"""What the window tells of the pages of apps that were opened in frames."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from devkit.jira.frame_loads import KEPT, FrameLoads
from devkit.jira.host import JiraHost
from tests.unit.jira.asking import Asking
from tests.unit.jira.fake_app import KEY, FakeApp

MODULES = {
    "generalPages": [
        {"key": "signed", "name": {"value": "Signed"}, "url": "/panel?deep=1"},
        {"key": "cached", "name": {"value": "Cached"}, "url": "/panel", "cacheable": True},
    ]
}


@pytest.fixture(scope="module")
def site() -> Iterator[Asking]:
    with JiraHost() as jira:
        yield Asking(jira)


@pytest.fixture(scope="module")
def installed(site: Asking) -> Iterator[FakeApp]:
    with FakeApp(site.jira.install_keys_url, f"{site.jira.url}/all.js", MODULES) as app:
        site.jira.install(app.descriptor_url)
        yield app


@pytest.fixture
def app(installed: FakeApp) -> FakeApp:
    """The app, its pages as they should be."""
    installed.page_headers, installed.page_redirect, installed.page_status = {}, "", 200
    return installed


def opened(site: Asking, module: str = "signed") -> str:
    """The id of a frame that a page is about to open."""
    status, frame, _ = site.ask("GET", f"/stand-in/frame?app={KEY}&module={module}")
    assert status == 200
    return str(frame["id"])


def read(site: Asking, identity: str) -> Any:
    status, load, _ = site.ask("GET", f"/stand-in/frames/{identity}")
    assert status == 200
    return load


def test_a_frame_is_listed_with_its_token_and_the_request_that_its_hash_is_of(site: Asking, app: FakeApp) -> None:
    identity = opened(site)
    line, *_ = site.ask("GET", "/stand-in/frames")[1]
    assert (line["id"], line["app"], line["module"], line["state"]) == (identity, KEY, "signed", "loading")
    load = read(site, identity)
    assert load["canonical"].startswith("GET&/panel&")
    assert load["claims"]["qsh"] == load["expected_qsh"]
    assert load["header"] == {"alg": "HS256", "typ": "JWT"}


def test_a_cacheable_page_has_no_token(site: Asking, app: FakeApp) -> None:
    load = read(site, opened(site, "cached"))
    assert load["cacheable"] is True
    assert (load["claims"], load["canonical"]) == ({}, "")


def test_the_page_tells_when_the_bridge_stands_and_what_was_said(site: Asking, app: FakeApp) -> None:
    identity = opened(site)
    said = {"at": 1.0, "kind": "from", "text": "init"}
    assert site.ask("POST", f"/stand-in/frames/{identity}", {"state": "standing", "ms": 40, "said": [said]})[0] == 200
    load = read(site, identity)
    assert (load["state"], load["ms"], load["said"]) == ("standing", 40, [said])


@pytest.mark.parametrize(
    ("trouble", "words"),
    [
        ({"page_redirect": "http://localhost:1/panel"}, "redirects to another origin"),
        ({"page_headers": {"X-Frame-Options": "SAMEORIGIN"}}, "X-Frame-Options: SAMEORIGIN"),
        ({"page_headers": {"Content-Security-Policy": "frame-ancestors 'self'"}}, "frame-ancestors 'self'"),
        ({"page_status": 401}, "the SHA-256 of 'GET&/panel&"),
    ],
)
def test_a_frame_without_bridge_says_what_would_happen_in_jira(
    site: Asking, app: FakeApp, trouble: dict[str, Any], words: str
) -> None:
    for name, value in trouble.items():
        setattr(app, name, value)
    identity = opened(site)
    status, told, _ = site.ask("POST", f"/stand-in/frames/{identity}", {"state": "silent"})
    assert status == 200
    assert any(words in each for each in told["complaints"])
    assert read(site, identity)["complaints"] == told["complaints"]


def test_a_frame_whose_bridge_stands_is_not_silent_any_more(site: Asking, app: FakeApp) -> None:
    identity = opened(site)
    site.ask("POST", f"/stand-in/frames/{identity}", {"state": "standing", "ms": 40})
    site.ask("POST", f"/stand-in/frames/{identity}", {"state": "silent"})
    assert read(site, identity)["state"] == "standing"


def test_a_frame_that_nobody_opened_is_not_known(site: Asking, app: FakeApp) -> None:
    for method in ("GET", "POST"):
        assert site.ask(method, "/stand-in/frames/moon", {} if method == "POST" else None)[0] == 404


def test_only_the_newest_are_kept() -> None:
    loads = FrameLoads(lambda: 0.0)
    names = dict.fromkeys(("appKey", "moduleKey", "kind", "url", "baseUrl"), "")
    for number in range(KEPT + 1):
        loads.add({**names, "id": str(number), "cacheable": True}, "Hazel")
    assert [load.id for load in loads.all()][:1] == ["1"]
    assert len(loads.all()) == KEPT


@pytest.mark.parametrize("body", [[], "no", {"said": 5, "state": [1], "ms": "x"}, {"said": [1]}])
def test_a_report_of_another_shape_changes_nothing(site: Asking, app: FakeApp, body: object) -> None:
    identity = opened(site)
    assert site.ask("POST", f"/stand-in/frames/{identity}", body)[0] in (200, 400)
    load = read(site, identity)
    assert (load["state"], load["said"], load["ms"]) == ("loading", [], None)
