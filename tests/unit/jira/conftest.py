"""A stand-in and a small app, both on free ports, for the tests that need them to talk."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from devkit.jira.host import JiraHost
from tests.unit.jira.fake_app import FakeApp
from tests.unit.jira.watched import EVERYTHING, Watched

EVENTS = ("jira:issue_created", "jira:issue_updated", "jira:issue_deleted", "comment_created", "comment_deleted")


@pytest.fixture
def jira() -> Iterator[JiraHost]:
    with JiraHost() as jira:
        yield jira


@pytest.fixture
def app(jira: JiraHost) -> Iterator[FakeApp]:
    webhooks = [{"event": event, "url": f"/webhooks/{event}"} for event in EVENTS]
    with FakeApp(jira.install_keys_url, f"{jira.url}/all.js", {"webhooks": webhooks}) as app:
        yield app


@pytest.fixture(scope="module")
def watched_site() -> Iterator[Watched]:
    """A site of the module's own with an app that is told everything."""
    hooks = [{"event": event, "url": f"/webhooks/{event}"} for event in EVERYTHING]
    with (
        JiraHost() as jira,
        FakeApp(jira.install_keys_url, modules={"webhooks": hooks}, extra={"scopes": ["ADMIN"]}) as app,
    ):
        yield Watched(jira, app)


@pytest.fixture
def site(watched_site: Watched) -> Watched:
    """The same, with nothing left to hear of the tests before."""
    watched_site.heard()
    return watched_site
