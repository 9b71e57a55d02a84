"""What a purge asks of the storage: it finds all of one tenant, and deletes nothing that is newer than its look."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from chalicelib.connect.storage.ports import Leftovers, StoredTenants
from chalicelib.connect.tenants import Listed, Tenant

Store = tuple[Leftovers, Callable[[str, str], None]]

TENANT = Tenant(
    client_key="tenant-1", shared_secret="s" * 40, base_url="https://a.atlassian.net", installed=False, lifecycle_at=7
)

every_store = pytest.mark.parametrize("store_of_leftovers", ["fake", "records", "jobs", "bodies"], indirect=True)
versioned_store = pytest.mark.parametrize("store_of_leftovers", ["fake", "records", "jobs"], indirect=True)


@every_store
def test_all_that_is_kept_of_a_tenant_is_found_and_deleted_and_nothing_of_another(store_of_leftovers: Store) -> None:
    store, put = store_of_leftovers
    for number in range(103):
        put("tenant-1", f"name {number}")
    for neighbour in ("tenant-10", "tenant-", "tenant/1"):
        put(neighbour, "name 1")
    assert store.count("tenant-1") == 103

    deleted = 0
    while things := store.some("tenant-1"):
        assert len(things) <= 100
        deleted += store.delete(things)

    assert (deleted, store.count("tenant-1")) == (103, 0)
    assert [store.count(neighbour) for neighbour in ("tenant-10", "tenant-", "tenant/1")] == [1, 1, 1]


@every_store
def test_nothing_is_found_of_a_tenant_of_whom_nothing_is_kept(store_of_leftovers: Store) -> None:
    store, _ = store_of_leftovers
    assert (list(store.some("tenant-1")), store.count("tenant-1")) == ([], 0)


@every_store
def test_to_delete_a_thing_twice_is_harmless(store_of_leftovers: Store) -> None:
    store, put = store_of_leftovers
    put("tenant-1", "a")
    things = store.some("tenant-1")
    store.delete(things)
    store.delete(things)
    assert store.count("tenant-1") == 0


@versioned_store
def test_what_was_changed_after_the_look_at_it_stays(store_of_leftovers: Store) -> None:
    store, put = store_of_leftovers
    put("tenant-1", "a")
    put("tenant-1", "b")
    things = store.some("tenant-1")
    put("tenant-1", "b")

    assert store.delete(things) == 1
    assert [each.name for each in store.some("tenant-1")] == [("tenant-1", "b")]


def test_a_tenant_is_removed_while_it_is_as_it_was_seen(stored_tenants: StoredTenants) -> None:
    stored_tenants.update("tenant-1", lambda _: TENANT)
    assert not stored_tenants.remove(replace(TENANT, lifecycle_at=6).listed)
    assert stored_tenants.get("tenant-1", fresh=True) == TENANT

    assert stored_tenants.remove(TENANT.listed)
    assert stored_tenants.get("tenant-1", fresh=True) is None
    assert not stored_tenants.remove(TENANT.listed)


def test_the_pages_go_on_after_a_tenant_that_was_removed(stored_tenants: StoredTenants) -> None:
    tenants = [replace(TENANT, client_key=f"tenant-{number:03}") for number in range(120)]
    for each in tenants:
        stored_tenants.update(each.client_key, lambda _, each=each: each)  # type: ignore[misc]

    seen: list[Listed] = []
    after: str | None = None
    while True:
        page = stored_tenants.page(after)
        seen += page.tenants
        for listed in page.tenants:
            stored_tenants.remove(listed)
        if (after := page.next) is None:
            break
    assert sorted(each.client_key for each in seen) == [each.client_key for each in tenants]


@pytest.mark.parametrize("store_of_leftovers", ["records", "jobs"], indirect=True)
def test_what_was_deleted_and_written_again_after_the_look_at_it_stays(store_of_leftovers: Store) -> None:
    store, put = store_of_leftovers
    put("tenant-1", "a")
    things = store.some("tenant-1")
    assert store.delete(things) == 1
    put("tenant-1", "a")

    store.delete(things)
    assert store.count("tenant-1") == 1
