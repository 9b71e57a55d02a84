"""What a container remembers of tenants: a flood of bad tokens is cheap, and nobody's new secret waits for it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.connect.storage.memory import FRESH_AT_ONCE, MOST_TENANTS, RememberedTenants
from chalicelib.connect.tenants import Tenant
from tests.fakes import FakeTenants

TENANT = Tenant(client_key="tenant-1", shared_secret="s" * 40, base_url="https://burrow.atlassian.net", lifecycle_at=0)
AWAY = replace(TENANT, installed=False)


class Bench:
    def __init__(self, *tenants: Tenant) -> None:
        self.now = 1_000.0
        self.stored = FakeTenants(*tenants)
        self.remembered = RememberedTenants(self.stored, lambda: self.now)

    def store(self, tenant: Tenant) -> None:
        """Another container stores a tenant."""
        self.stored.update(tenant.client_key, lambda _: tenant)


def test_a_known_tenant_is_read_once_a_minute() -> None:
    bench = Bench(TENANT)
    for _ in range(600):
        assert bench.remembered.get("tenant-1") == TENANT
        bench.now += 0.2
    assert bench.stored.reads == 2


def test_a_flood_from_an_unknown_tenant_costs_one_read_a_minute() -> None:
    bench = Bench()
    for _ in range(1_800):
        assert bench.remembered.get("nobody") is None
        bench.now += 0.1
    assert bench.stored.reads == 3


def test_one_that_was_unknown_is_seen_at_once_by_whoever_asks_afresh() -> None:
    bench = Bench()
    assert bench.remembered.get("tenant-1") is None
    bench.store(TENANT)
    assert bench.remembered.get("tenant-1", fresh=True) == TENANT


@pytest.mark.parametrize("tenant", [TENANT, AWAY])
@pytest.mark.parametrize("idle", [0, 3_600])
def test_a_flood_of_bad_signatures_costs_one_read_a_second_after_the_first_twenty(tenant: Tenant, idle: int) -> None:
    bench = Bench(tenant)
    bench.remembered.get("tenant-1")
    bench.now += idle
    for _ in range(10_000):
        assert bench.remembered.get("tenant-1", fresh=True) == tenant
        bench.now += 0.01
    assert bench.stored.reads <= 1 + 20 + 100 + 4


def test_twenty_new_secrets_at_once_are_all_seen() -> None:
    bench = Bench(TENANT)
    for number in range(FRESH_AT_ONCE):
        newer = replace(TENANT, shared_secret=str(number) * 40)
        bench.store(newer)
        assert bench.remembered.get("tenant-1", fresh=True) == newer


def test_a_new_secret_is_seen_within_a_second_during_a_flood() -> None:
    bench = Bench(TENANT)
    for _ in range(1_000):
        bench.remembered.get("tenant-1", fresh=True)
    newer = replace(TENANT, shared_secret="n" * 40)
    bench.store(newer)
    bench.now += 2
    assert bench.remembered.get("tenant-1", fresh=True) == newer


def test_one_that_has_left_is_seen_at_once_when_it_comes_back() -> None:
    bench = Bench(AWAY)
    assert bench.remembered.get("tenant-1") == AWAY
    bench.store(TENANT)
    assert bench.remembered.get("tenant-1") == TENANT


def test_an_install_in_this_container_is_seen_at_once() -> None:
    bench = Bench()
    assert bench.remembered.get("tenant-1") is None
    bench.remembered.update("tenant-1", lambda _: TENANT)
    assert bench.remembered.get("tenant-1") == TENANT


def test_a_change_that_writes_nothing_makes_the_next_one_read_again() -> None:
    bench = Bench(TENANT)
    bench.remembered.get("tenant-1")
    assert bench.remembered.update("tenant-1", lambda _: None) is None
    newer = replace(TENANT, enabled=True)
    bench.store(newer)
    assert bench.remembered.get("tenant-1") == newer


def test_no_more_are_remembered_than_there_is_room_for() -> None:
    bench = Bench()
    for number in range(MOST_TENANTS + 1):
        bench.remembered.get(str(number))
    reads = bench.stored.reads
    bench.remembered.get(str(MOST_TENANTS))
    bench.remembered.get("0")
    assert bench.stored.reads == reads + 1


def test_a_flood_from_many_unknown_tenants_drives_no_known_one_out() -> None:
    bench = Bench(TENANT)
    bench.remembered.get("tenant-1")
    for number in range(2 * MOST_TENANTS):
        bench.remembered.get(f"nobody-{number}")
    reads = bench.stored.reads
    assert bench.remembered.get("tenant-1") == TENANT
    assert bench.stored.reads == reads


def test_one_that_was_unknown_before_its_install_is_not_so_again_when_many_others_come() -> None:
    others = [replace(TENANT, client_key=str(number)) for number in range(MOST_TENANTS)]
    bench = Bench(*others)
    bench.remembered.get("tenant-1")
    bench.remembered.update("tenant-1", lambda _: TENANT)
    for other in others:
        bench.remembered.get(other.client_key)
    assert bench.remembered.get("tenant-1") == TENANT


def test_one_that_was_deleted_is_read_no_more_often_than_any_that_is_unknown() -> None:
    bench = Bench(TENANT)
    bench.remembered.get("tenant-1")
    bench.stored.remove(TENANT.listed)
    bench.now += 60
    reads = bench.stored.reads
    for _ in range(10):
        assert bench.remembered.get("tenant-1") is None
    assert bench.stored.reads == reads + 1


@given(st.lists(st.tuples(st.sampled_from(["read", "fresh", "install", "leave"]), st.floats(0, 90))))
def test_what_is_remembered_is_never_older_than_a_minute(steps: list[tuple[str, float]]) -> None:
    bench = Bench()
    current: Tenant | None = None
    changed_at = 0.0
    for number, (step, seconds) in enumerate(steps):
        bench.now += seconds
        if step in ("install", "leave"):
            current = replace(TENANT, installed=step == "install", lifecycle_at=number)
            changed_at = bench.now
            bench.store(current)
        elif bench.remembered.get("tenant-1", fresh=step == "fresh") != current:
            assert bench.now < changed_at + 60
