"""The job that reports to Atlassian which accounts an app stores something about, once in each cycle.

What Atlassian says is stored before it is acted upon: a slice that is cut short acts again, and reports nothing twice.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from hashlib import sha256
from itertools import islice
from typing import TYPE_CHECKING, Any

from chalicelib.connect import observability
from chalicelib.connect.batches import no_try
from chalicelib.connect.jira.account_reports import CYCLE, MOST, AccountReports
from chalicelib.connect.personal_data import Accounts, PersonalData, ReportedAccount, StoredAccount, account_key

if TYPE_CHECKING:
    from chalicelib.connect.jobs import Job, Value

SOON = 3_600
"""A cycle that ends within so many seconds is waited for; else the next day is soon enough."""


def report_accounts(
    personal_data: PersonalData, reports: AccountReports, clock: Callable[[], float] = time.time
) -> Callable[[Job], Iterator[Value]]:
    """The job, which is started every day: `Job.before` says when the last report was, and when the next is due."""

    def run(job: Job) -> Iterator[Value]:
        if job.place.get("done") or (not job.place and not _is_due(job.before, clock())):
            return
        place = dict(job.place) or _beginning(job.before, clock())
        _settle(personal_data, job, place["told"], clock)
        for batch in _batches(Accounts(job.records).after(*place["after"])):
            told = reports.report(job.tenant, {each.account_id: each.updated_at for each in batch}, job.seconds_left)
            _name_refused(batch, told.refused)
            last = batch[-1]
            place = {
                **place,
                "cycle": told.cycle,
                "after": [last.shard, last.account_id],
                "told": dict(told.statuses),
            }
            job.progress["reported"] = job.progress.get("reported", 0) + len(batch) - len(told.refused)
            yield place
            _settle(personal_data, job, place["told"], clock)
        # No account id stays in the place of a run that is over.
        yield {"done": True, "began_at": place["began_at"], "cycle": place["cycle"]}

    return run


def _beginning(before: Value, now: float) -> dict[str, Any]:
    """Where a run begins: anew, or where the last one was given up. What Atlassian has told is done in either case."""
    is_halfway = "told" in before and now < before["began_at"] + before["cycle"]
    fresh = {"began_at": now, "cycle": CYCLE, "after": [0, ""], "told": before.get("told", {})}
    return dict(before) if is_halfway else fresh


def _is_due(before: Value, now: float) -> bool:
    if "told" in before:
        return True
    left: float = before.get("began_at", 0) + before.get("cycle", 0) - now
    if 0 < left <= SOON:
        raise no_try(int(left) + 1, "the accounts are to be reported a little later")
    return left <= 0


def _settle(personal_data: PersonalData, job: Job, told: Mapping[str, str], clock: Callable[[], float]) -> None:
    for account_id, status in told.items():
        account = ReportedAccount(account_id=account_id, tenant=job.tenant, records=job.records, jira=job.jira)
        personal_data.settle(account, status, clock())
    if told:
        observability.info("accounts settled", tenant=job.tenant.client_key, accounts=len(told))


def _name_refused(batch: Iterable[StoredAccount], refused: Collection[str]) -> None:
    # No account id stands in a log: whoever has the record can find the one in it by its hash.
    for each in batch:
        if each.account_id in refused:
            account = sha256(each.account_id.encode()).hexdigest()
            observability.warning("account not reported", record=account_key(each.shard), account_sha256=account)


def _batches(accounts: Iterable[StoredAccount]) -> Iterator[list[StoredAccount]]:
    rest = iter(accounts)
    while batch := list(islice(rest, MOST)):
        yield batch
