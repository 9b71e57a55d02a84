"""What the schedule of every day starts."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest
from chalice.app import Chalice

from chalicelib.connect.events import Events
from chalicelib.connect.jobs import Jobs
from chalicelib.connect.personal_data import PersonalData
from chalicelib.connect.services import Services
from chalicelib.connect.starter import Starter
from chalicelib.connect.wiring import Connect
from tests.fakes import FakeJobQueue, FakeRuns
from tests.loaded_app import LoadedApp


class OnFakes(Connect):
    """The framework around an app, with a queue of its own."""

    def __init__(self, personal_data: PersonalData | None = None, events: Events | None = None) -> None:
        super().__init__(
            Chalice("x"), events or Events(), Jobs(), personal_data, environment={"CONNECT_STAGE": "local"}
        )
        self.queue = FakeJobQueue()
        self.starter = Starter(lambda _: True, FakeRuns(), self.queue)

    def services(self, context: Any) -> Services:
        return cast(Services, SimpleNamespace(starter=self.starter))

    def day(self) -> list[str]:
        """What a day starts."""
        self.start_upkeep(cast(Any, SimpleNamespace(context=None)))
        return [f"{message.name} {message.key}".strip() for message, _ in self.queue.sent]


def test_an_app_that_stores_no_accounts_purges_and_reports_nothing() -> None:
    assert OnFakes().day() == ["connect.retention"]


def test_an_app_that_stores_accounts_reports_them_too() -> None:
    personal_data = PersonalData()
    personal_data.closed(lambda account: None)
    assert OnFakes(personal_data).day() == ["connect.retention", "connect.fan-out connect.report-accounts"]


def test_an_app_that_wants_dynamic_webhooks_keeps_them_from_expiring() -> None:
    events = Events()
    events.dynamic(lambda tenant, records: [])
    assert OnFakes(events=events).day() == ["connect.retention", "connect.fan-out connect.keep-webhooks"]


def test_the_shipped_app_stores_none(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not LoadedApp(monkeypatch).connect.personal_data.is_stored
