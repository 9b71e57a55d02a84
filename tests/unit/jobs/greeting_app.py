"""An app that stores account ids, and the Atlassian that it reports them to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from chalicelib.connect.account_job import report_accounts
from chalicelib.connect.jira.account_reports import DAY, AccountReports
from chalicelib.connect.jira.exchange import Exchange
from chalicelib.connect.personal_data import Accounts, PersonalData, ReportedAccount
from tests.fakes import FakeRecords
from tests.unit.calls.calls import Calls
from tests.unit.calls.jira_server import APP_KEY, Reply, Seen

READ = 1_790_000_000


class App:
    """An app that greets people: it keeps a greeting by account id; and a Jira, which is where it reports to."""

    def __init__(self, calls: Calls) -> None:
        self.calls, self.server = calls, calls.server
        self.records = FakeRecords()
        self.accounts = Accounts(self.records)
        self.personal_data = PersonalData()
        self.personal_data.closed(self._erase)
        self.erased: list[str] = []
        self.fails = False
        self.now = float(READ + DAY)
        self.before: Mapping[str, Any] = {}
        self.place: Mapping[str, Any] = {}
        self.progress: dict[str, Any] = {}
        self.server.answer = self._answer
        self.says: dict[str, str] = {}
        self.cycle = "7"
        self.refuses: set[str] = set()
        """Accounts that Atlassian takes no report of."""
        self.taken: list[str] = []

    def _erase(self, account: ReportedAccount) -> None:
        if self.fails:
            raise OSError("The greeting can not be erased.")
        account.records.update(f"greeting/{account.account_id}", lambda _: {})
        self.erased.append(account.account_id)

    def _answer(self, seen: Seen) -> Reply:
        asked = [each["accountId"] for each in seen.json["accounts"]]
        if self.refuses.intersection(asked):
            return Reply(400, {"message": "An account is not valid"})
        self.taken += asked
        told = [{"accountId": name, "status": self.says[name]} for name in asked if name in self.says]
        return Reply(200 if told else 204, {"accounts": told} if told else None, {"Cycle-Period": self.cycle})

    def greet(self, *account_ids: str) -> None:
        for each in account_ids:
            self.records.update(f"greeting/{each}", lambda _: {"text": "hello"})
            self.accounts.note(each, READ)

    def run(self) -> Iterator[Mapping[str, Any]]:
        """A slice; what it yields is stored."""
        reports = AccountReports(APP_KEY, Exchange(sleep=self.calls.sleep), self.calls.now)
        job = replace(
            self.calls.job(), place=self.place, before=self.before, progress=self.progress, records=self.records
        )
        for place in report_accounts(self.personal_data, reports, lambda: self.now)(job):
            self.place = place
            yield place

    def finish(self) -> None:
        """A whole run, and the beginning of the next."""
        list(self.run())
        self.before, self.place = self.place or self.before, {}

    def reported(self) -> list[str]:
        return [each["accountId"] for seen in self.server.seen for each in seen.json["accounts"]]
