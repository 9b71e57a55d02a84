"""What jobs ask of their storage: one run of a job at a time, and a queue that forgets no call."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from chalicelib.connect.protocol.job_messages import JobMessage
from chalicelib.connect.runs import KEPT_SECONDS, SYSTEM, Run, State
from chalicelib.connect.settings import Resources
from chalicelib.connect.storage.ports import AllTenants, Runs
from chalicelib.connect.storage.sqs import SqsJobQueue, queue_url
from chalicelib.connect.tenants import Listed, Tenant
from devkit.cloud import ACCOUNT
from devkit.cloud.embedded import EmbeddedCloud
from tests.contract.conftest import dynamo_runs, json_service

NOW = 1_700_000_000.5

RUN = Run(
    id="run-1",
    input={"of": ["ü", 1.5]},
    place={"next": 2},
    progress={"done": 1},
    tries=3,
    error="OSError",
    began_at=NOW,
    changed_at=NOW,
)


def test_a_run_comes_back_as_it_was_stored(runs: Runs) -> None:
    assert runs.get("tenant-1", "count") is None
    for state in State:
        run = replace(RUN, state=state)
        assert runs.update("tenant-1", "count", lambda _, run=run: run) == run  # type: ignore[misc]
        assert runs.get("tenant-1", "count") == run


def test_a_change_that_changes_nothing_writes_nothing(runs: Runs) -> None:
    assert runs.update("tenant-1", "count", lambda run: None) is None
    assert runs.get("tenant-1", "count") is None


def test_the_runs_of_two_tenants_and_two_jobs_have_nothing_to_do_with_each_other(runs: Runs) -> None:
    runs.update("tenant-1", "count", lambda _: RUN)
    assert (runs.get("tenant-2", "count"), runs.get("tenant-1", "count a")) == (None, None)


def test_of_many_claims_at_once_one_succeeds(runs: Runs) -> None:
    runs.update("tenant-1", "count", lambda _: RUN)

    def claim(number: int) -> Run | None:
        return runs.update(
            "tenant-1",
            "count",
            lambda run: run.claimed(str(number), NOW, 60, "cut") if run and run.may_be_claimed(NOW) else None,
        )

    with ThreadPoolExecutor(8) as pool:
        claimed = [run for run in pool.map(claim, range(8)) if run]
    assert len(claimed) == 1
    assert runs.get("tenant-1", "count") == claimed[0]


def test_dynamodb_forgets_a_run_a_month_after_its_last_change(cloud: EmbeddedCloud, names: Resources) -> None:
    dynamo_runs(cloud.client("dynamodb"), names).update("tenant-1", "count", lambda _: RUN)
    (item,) = cloud.client("dynamodb").scan(TableName=names.jobs_table)["Items"]
    assert item["expires_at"] == {"N": str(int(NOW) + KEPT_SECONDS)}
    described = cloud.client("dynamodb").describe_time_to_live(TableName=names.jobs_table)["TimeToLiveDescription"]
    assert (described["TimeToLiveStatus"], described["AttributeName"]) == ("ENABLED", "expires_at")


def tenant(number: int) -> Tenant:
    return Tenant(
        client_key=f"tenant-{number:03}", shared_secret="s" * 40, base_url="https://a.atlassian.net", lifecycle_at=0
    )


def test_all_tenants_come_one_page_after_the_other(tenant_pages: Callable[[list[Tenant]], AllTenants]) -> None:
    stored = [replace(tenant(number), installed=number % 7 != 0) for number in range(120)]
    pages = tenant_pages(stored)

    seen: list[Listed] = []
    after: str | None = None
    while True:
        page = pages.page(after)
        seen += page.tenants
        after = page.next
        if after is None:
            break
    assert sorted(seen, key=lambda each: each.client_key) == [each.listed for each in stored]


def test_without_tenants_there_is_one_empty_page(tenant_pages: Callable[[list[Tenant]], AllTenants]) -> None:
    page = tenant_pages([]).page()
    assert (page.tenants, page.next) == ((), None)


@pytest.fixture
def job_queue(cloud: EmbeddedCloud, names: Resources) -> tuple[SqsJobQueue, Any, str]:
    url, dead_url = (
        queue_url(name, account=ACCOUNT, endpoint=cloud.endpoint) for name in (names.jobs_queue, names.dead_jobs_queue)
    )
    return SqsJobQueue(json_service(cloud, "sqs"), url, dead_url), cloud.client("sqs"), url


@pytest.mark.parametrize("client_key", ["tenant-1", SYSTEM])
def test_a_call_comes_back_as_it_was_sent(job_queue: tuple[SqsJobQueue, Any, str], client_key: str) -> None:
    queue, sqs, url = job_queue
    call = JobMessage(client_key=client_key, name="count", key="ü", run="run-1", not_before=7)
    queue.send(call)

    (received,) = sqs.receive_message(QueueUrl=url, WaitTimeSeconds=2)["Messages"]
    assert JobMessage.decode(received["Body"]) == call


def test_a_call_is_out_of_sight_as_long_as_it_should_be(job_queue: tuple[SqsJobQueue, Any, str]) -> None:
    queue, sqs, url = job_queue
    queue.send(JobMessage(client_key="tenant-1", name="count", key="", run="run-1"), seconds=1)
    queue.send(JobMessage(client_key="tenant-1", name="count", key="", run="run-2"), seconds=100_000)

    assert "Messages" not in sqs.receive_message(QueueUrl=url, WaitTimeSeconds=0)
    time.sleep(1)
    (received,) = sqs.receive_message(QueueUrl=url, WaitTimeSeconds=5)["Messages"]
    assert JobMessage.decode(received["Body"]).run == "run-1"
