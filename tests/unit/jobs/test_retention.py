"""A tenant that has left is purged after its time, wholly, and not if it has come back."""

from __future__ import annotations

from dataclasses import replace

import pytest

from chalicelib.connect.errors import UnavailableError
from chalicelib.connect.retention import DAY, Retention
from chalicelib.connect.runs import SYSTEM, State
from chalicelib.connect.system_jobs import RETENTION, retention
from tests.fakes import FakeLeftovers, FakeTenants
from tests.unit.jobs.bench import NOW, TENANT, Bench

LEFT = replace(TENANT, client_key="left", installed=False, lifecycle_at=int(NOW) - 31 * DAY)
HERE = replace(TENANT, client_key="here", lifecycle_at=int(NOW) - 400 * DAY)
JUST_LEFT = replace(TENANT, client_key="just left", installed=False, lifecycle_at=int(NOW) - 29 * DAY)


class Kept:
    """Three tenants with five things each in two stores, and the job that purges."""

    def __init__(self, *more_left: str) -> None:
        tenants = [LEFT, HERE, JUST_LEFT, *(replace(LEFT, client_key=key) for key in more_left)]
        self.tenants = FakeTenants(*tenants)
        self.stores = (FakeLeftovers(), FakeLeftovers())
        for store in self.stores:
            for tenant in tenants:
                for name in "abcde":
                    store.put(tenant.client_key, name)
        self.retention = Retention(self.tenants, self.stores, 30, lambda: self.bench.now)
        self.bench = Bench({RETENTION: retention(self.retention)})
        self.bench.step_seconds = 0

    def counts(self, client_key: str) -> list[int]:
        return [store.count(client_key) for store in self.stores]

    def state(self) -> tuple[State, object]:
        status = self.bench.starter.status(SYSTEM, RETENTION)
        assert status
        return status.state, status.progress


def test_those_who_left_long_ago_are_purged_and_nobody_else() -> None:
    kept = Kept("left too")
    kept.bench.starter.start(SYSTEM, RETENTION)
    assert kept.bench.slice()

    for gone in ("left", "left too"):
        assert (kept.counts(gone), kept.tenants.get(gone)) == ([0, 0], None)
    for stays in ("here", "just left"):
        assert kept.counts(stays) == [5, 5]
        assert kept.tenants.get(stays)
    assert kept.state() == (State.DONE, {"deleted": 20, "tenants": 2})


def test_a_purge_that_fails_half_way_ends_at_the_next_try() -> None:
    kept = Kept()
    kept.stores[1].down = True
    kept.bench.starter.start(SYSTEM, RETENTION)
    assert not kept.bench.slice()
    # The row is the last to go: by it the purge is found again.
    assert (kept.counts("left"), kept.tenants.get("left")) == ([0, 5], LEFT)

    kept.stores[1].down = False
    kept.bench.now += 101
    assert kept.bench.slice()
    assert (kept.counts("left"), kept.tenants.get("left")) == ([0, 0], None)


def test_the_job_that_runs_twice_finds_nothing_the_second_time() -> None:
    kept = Kept()
    for _ in range(2):
        kept.bench.starter.start(SYSTEM, RETENTION)
        kept.bench.slice()
    assert kept.state() == (State.DONE, {})


@pytest.mark.parametrize("at", [int(NOW), LEFT.lifecycle_at])
def test_a_tenant_that_comes_back_ends_its_purge(at: int) -> None:
    kept = Kept()
    steps = kept.retention.purge(LEFT.listed)
    next(steps)
    kept.tenants.update("left", lambda _: replace(LEFT, installed=True, lifecycle_at=at))

    assert list(steps) == []
    assert kept.counts("left") == [3, 5]
    assert kept.tenants.get("left")


def test_a_purge_ends_where_another_one_was_faster() -> None:
    kept = Kept()
    steps = kept.retention.purge(LEFT.listed)
    next(steps)
    kept.tenants.remove(LEFT.listed)
    assert list(steps) == []


def test_a_tenant_that_comes_back_and_leaves_again_has_its_days_again() -> None:
    kept = Kept()
    steps = kept.retention.purge(LEFT.listed)
    next(steps)
    kept.tenants.update("left", lambda _: replace(LEFT, lifecycle_at=int(NOW)))

    assert list(steps) == []
    assert kept.retention.due() == ([], "just left")


def test_a_tenant_that_comes_back_at_the_last_moment_keeps_its_row() -> None:
    kept = Kept()
    steps = kept.retention.purge(LEFT.listed)
    while sum(kept.counts("left")):
        next(steps)
    kept.tenants.update("left", lambda _: replace(LEFT, installed=True, lifecycle_at=int(NOW)))

    assert list(steps) == []
    assert kept.tenants.get("left")


@pytest.mark.parametrize(("days_ago", "due"), [(29, False), (30, True), (31, True)])
def test_the_days_are_counted_from_when_jira_said_that_it_left(days_ago: int, due: bool) -> None:
    tenant = replace(LEFT, lifecycle_at=int(NOW) - days_ago * DAY)
    keeper = Retention(FakeTenants(tenant), (), 30, lambda: NOW)
    assert (keeper.due()[0] == [tenant.listed]) is due


def test_what_was_purged_before_a_failure_stays_purged() -> None:
    kept = Kept()
    steps = kept.retention.purge(LEFT.listed)
    assert next(steps) == 2
    kept.stores[0].down = True
    with pytest.raises(UnavailableError):
        next(steps)
    assert kept.counts("left") == [3, 5]
