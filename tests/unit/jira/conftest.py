"""A stand-in and a small app, both on free ports, for the tests that need them to talk."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from devkit.jira.host import JiraHost
from tests.unit.jira.fake_app import FakeApp

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
