"""The framework's own jobs: every tenant gets its turn, and those that have left get none."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.connect.errors import JiraBusyError, JiraTooLargeError
from chalicelib.connect.jira.exchange import MOST_BYTES
from chalicelib.connect.runs import SYSTEM
from chalicelib.connect.starter import Starter
from chalicelib.connect.storage.ports import TenantPage
from chalicelib.connect.sweep import Sweep
from chalicelib.connect.system_jobs import FAN_OUT, SPREAD_SECONDS, fan_out, spread, sweep
from tests.fakes import FakeDeliveryQueue, FakeJobQueue, FakeRuns, FakeTenants
from tests.unit.calls.calls import Calls
from tests.unit.calls.jira_server import JiraServer, Reply
from tests.unit.jobs.bench import TENANT, Bench


class FanOut:
    """A site for each of the letters, of which ``x`` has left."""

    def __init__(self, keys: str) -> None:
        self.tenants = FakeTenants(*(replace(TENANT, client_key=key, installed=key != "x") for key in keys))
        self.runs, self.queue = FakeRuns(), FakeJobQueue()
        self.starter = Starter(lambda _: True, self.runs, self.queue)
        self.bench = Bench({FAN_OUT: fan_out(self.tenants, self.starter)})
        self.bench.starter.start(SYSTEM, FAN_OUT, "sweep", {"job": "sweep"})

    def started(self) -> list[str]:
        return sorted(message.client_key for message, _ in self.queue.sent)


def test_every_tenant_that_has_the_app_gets_one_job() -> None:
    it = FanOut("abcdexfg")
    assert it.bench.slice()

    assert it.started() == list("abcdefg")
    assert {message.name for message, _ in it.queue.sent} == {"sweep"}


def test_a_fan_out_that_was_cut_short_goes_on_and_starts_none_twice() -> None:
    it = FanOut("abcdefg")
    it.queue.down = True
    assert not it.bench.slice()
    it.queue.down = False
    it.bench.now += 101
    assert it.bench.slice()

    assert sorted(set(it.started())) == list("abcdefg")
    assert len({message.run for message, _ in it.queue.sent}) == 7


def test_ten_thousand_tenants_get_one_job_each_within_the_span_over_several_slices() -> None:
    it = FanOut("")
    it.tenants = SlowTenants(it.bench, 10_000)
    it.bench.system[FAN_OUT] = fan_out(it.tenants, it.starter)
    slices = 1
    while not it.bench.slice():
        slices += 1

    assert slices > 3
    assert len(it.queue.sent) == len(set(it.started())) == 10_000
    assert max(delay for _, delay in it.queue.sent) < SPREAD_SECONDS


class SlowTenants(FakeTenants):
    """So many tenants, of whom a page of a hundred takes five seconds."""

    def __init__(self, bench: Bench, number: int) -> None:
        super().__init__(*(replace(TENANT, client_key=f"tenant-{key:05}") for key in range(number)))
        self._bench = bench
        self.page_size = 100

    def page(self, after: str | None = None) -> TenantPage:
        self._bench.now += 5
        self._bench.seconds_left -= 5
        return super().page(after)


def test_a_fan_out_hands_on_the_input_and_the_span_that_it_was_given() -> None:
    it = FanOut("ab")
    it.bench.starter.cancel(SYSTEM, FAN_OUT, "sweep")
    it.bench.starter.start(SYSTEM, FAN_OUT, "recount", {"job": "recount", "input": {"of": 1}, "over": 1})
    assert it.bench.slice()

    run = it.runs.get("a", "recount")
    assert run
    assert run.input == {"of": 1}
    assert [delay for _, delay in it.queue.sent] == [0, 0]


def test_a_schedule_that_fires_twice_fans_out_once() -> None:
    it = FanOut("abc")
    assert not it.bench.starter.start(SYSTEM, FAN_OUT, "sweep", {"job": "sweep"})


@given(st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=128), st.integers(1, 43_200))
def test_the_turn_of_a_tenant_is_the_same_every_time_and_within_the_span(client_key: str, over: int) -> None:
    turn = spread(client_key, "sweep", over)
    assert turn == spread(client_key, "sweep", over)
    assert 0 <= turn < over


def test_the_turns_of_many_tenants_are_spread_evenly() -> None:
    turns = [spread(str(number), "sweep") for number in range(9_000)]
    by_minute = [
        sum(minute * 60 <= turn < minute * 60 + 60 for turn in turns) for minute in range(SPREAD_SECONDS // 60)
    ]
    assert min(by_minute) > 450
    assert max(by_minute) < 750


class Sweeping:
    """The sweep of a tenant whose Jira is a server of the test's own."""

    def __init__(self, calls: Calls) -> None:
        self.queue = FakeDeliveryQueue()
        self.run = sweep(Sweep(("jira:issue_updated",), self.queue, clock=lambda: 1_700_000_000))
        self.job = replace(calls.job(), before={"failed_at": 1_699_999_000_000})


def test_a_sweep_goes_on_where_the_last_one_ended(calls: Calls, server: JiraServer) -> None:
    it = Sweeping(calls)
    failed = {
        "id": "w1",
        "url": "https://app.example.com/webhooks/jira:issue_updated",
        "body": json.dumps({"a": 1}),
        "failureTime": 1_699_999_500_000,
    }
    server.replies(Reply(json={"values": [failed], "maxResults": 100}))

    assert list(it.run(it.job)) == [{"failed_at": 1_699_999_500_000}]
    assert it.job.progress == {"sent": 1}
    assert server.seen[0].query["after"] == [str(1_699_999_000_000 - 600_000)]

    list(it.run(replace(it.job, place={"failed_at": 1_699_999_500_000})))
    assert server.seen[-1].query["after"] == [str(1_699_999_500_000 - 600_000)]


def test_a_site_that_refuses_the_sweep_fills_no_dead_letters(calls: Calls, server: JiraServer) -> None:
    it = Sweeping(calls)
    server.replies(Reply(403, {}))
    assert list(it.run(it.job)) == []


def test_a_site_that_is_busy_is_swept_when_it_says(calls: Calls, server: JiraServer) -> None:
    it = Sweeping(calls)
    server.replies(Reply(429, headers={"Retry-After": "600"}))
    with pytest.raises(JiraBusyError):
        list(it.run(it.job))


def test_a_sweep_that_can_not_get_past_a_webhook_does_not_end_as_if_nothing_were(
    calls: Calls, server: JiraServer
) -> None:
    it = Sweeping(calls)
    server.replies(Reply(raw=b" " * (MOST_BYTES + 1)))
    with pytest.raises(JiraTooLargeError):
        list(it.run(it.job))
