"""The job that keeps an app's dynamic webhooks, with the functions that docs/reference.md shows."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from chalicelib.connect.errors import JiraError
from chalicelib.connect.events import Delivery, Events
from chalicelib.connect.system_jobs import keep_webhooks
from tests.fakes import FakeRecords
from tests.unit.calls.calls import Calls
from tests.unit.calls.jira_server import JiraServer
from tests.unit.calls.test_dynamic_webhooks import APP, Registry

PAGE = Path(__file__).parents[3] / "docs" / "reference.md"


def documented() -> Events:
    """The events of the page."""
    names: dict[str, Any] = {}
    (snippet,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    exec(snippet, names)  # noqa: S102 - our own page
    return cast(Events, names["events"])


class Site:
    """A site with settings of its own, and the job for it."""

    def __init__(self, calls: Calls, server: JiraServer) -> None:
        self.registry = Registry()
        server.answer = self.registry.answer
        tenant = replace(calls.tenant, app_base_url=APP)
        self.job = calls.job(tenant)
        wanted = documented().wanted
        assert wanted
        self.keep = keep_webhooks(wanted)

    def choose(self, *projects: str) -> None:
        self.job.records.update("settings", lambda _: {"projects": list(projects)})
        self.keep(self.job)

    def jql(self) -> list[str]:
        return [webhook.jql for webhook in self.registry.now()]


def test_a_site_sends_what_is_wanted_of_it_and_no_more(calls: Calls, server: JiraServer) -> None:
    site = Site(calls, server)
    site.keep(site.job)
    assert site.jql() == []

    site.choose("BUR", "FOX")
    assert site.jql() == ["project = BUR", "project = FOX"]
    assert site.job.progress == {"registered": 2, "refreshed": 0, "removed": 0}
    site.choose("FOX")
    assert site.jql() == ["project = FOX"]


def test_what_the_site_does_not_take_is_told_in_its_words(calls: Calls, server: JiraServer) -> None:
    site = Site(calls, server)
    site.registry.refuses = "WATCHED"
    with pytest.raises(JiraError, match="The clause watchers is unsupported"):
        site.choose("WATCHED")


def test_the_documented_handler_is_reached_by_dynamic_webhooks_alone() -> None:
    events, records = documented(), FakeRecords()
    (handler,) = events.handlers("dynamic:jira:issue_updated")
    handler(cast(Delivery, SimpleNamespace(body={"issue": {"id": "1"}}, records=records, occurred_at=7)))
    assert records.get("moved/1") == {"at": 7}
    assert events.handlers("jira:issue_updated") == ()


def test_two_functions_that_want_webhooks_are_a_slip_of_the_pen() -> None:
    with pytest.raises(ValueError, match="Two functions"):
        documented().dynamic(lambda tenant, records: [])
