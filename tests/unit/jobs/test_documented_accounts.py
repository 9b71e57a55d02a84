"""The app of docs/personal-data.md does what the page says."""

from __future__ import annotations

import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from chalicelib.connect.events import Delivery, Events
from chalicelib.connect.personal_data import Accounts, PersonalData, ReportedAccount
from tests.fakes import FakeRecords, no_jira
from tests.unit.jobs.bench import TENANT

PAGE = Path(__file__).parents[3] / "docs" / "personal-data.md"


def test_the_documented_app_stores_reports_and_forgets() -> None:
    names: dict[str, Any] = {}
    exec(re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)[0], names)  # noqa: S102
    events: Events = names["events"]
    personal_data: PersonalData = names["personal_data"]
    records = FakeRecords()
    body = {"comment": {"author": {"accountId": "account-1", "displayName": "Mole"}}}
    (handler,) = events.handlers("comment_created")
    handler(cast(Delivery, SimpleNamespace(body=body, records=records, received_at=5_000)))
    assert records.get("author/account-1") == {"name": "Mole"}
    assert [(each.account_id, each.updated_at) for each in Accounts(records).after(0, "")] == [("account-1", 5.0)]

    assert personal_data.is_stored
    account = ReportedAccount(account_id="account-1", tenant=TENANT, records=records, jira=no_jira(TENANT))
    personal_data.settle(account, "closed", 6.0)
    assert records.get("author/account-1") is None
    assert list(Accounts(records).after(0, "")) == []
