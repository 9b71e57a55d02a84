"""What every implementation of the port `Tenants` must do."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from chalicelib.connect.storage.ports import Tenants
from chalicelib.connect.tenants import FormerSecret, Tenant

TENANT = Tenant(
    client_key="tenant-1",
    shared_secret="s" * 40,
    former_secrets=(FormerSecret("t" * 40, 1_700_086_400),),
    base_url="https://burrow.atlassian.net",
    display_url="https://jira.example.com",
    help_center_url="https://help.example.com",
    installation_id="ari:cloud:ecosystem::installation/1",
    oauth_client_id="client",
    enabled=True,
    lifecycle_at=1_700_000_000,
)


def test_an_unknown_tenant_is_none(tenants: Tenants) -> None:
    assert tenants.get("nobody") is None


def test_a_tenant_comes_back_as_it_was_stored(tenants: Tenants) -> None:
    assert tenants.update("tenant-1", lambda _: TENANT) == TENANT
    assert tenants.get("tenant-1") == TENANT
    assert tenants.get("tenant-1", fresh=True) == TENANT


def test_a_change_to_none_writes_nothing(tenants: Tenants) -> None:
    assert tenants.update("tenant-1", lambda _: None) is None
    assert tenants.get("tenant-1") is None

    tenants.update("tenant-1", lambda _: TENANT)
    assert tenants.update("tenant-1", lambda _: None) is None
    assert tenants.get("tenant-1") == TENANT


def test_twenty_installs_at_once_all_succeed_and_every_secret_is_kept(tenants: Tenants) -> None:
    def install(number: int) -> Tenant | None:
        newer = replace(TENANT, shared_secret=f"{number:040}", former_secrets=(), lifecycle_at=1_700_000_000)
        return tenants.update(
            "tenant-1", lambda stored: newer if stored is None else stored.reinstalled(newer, 1_700_000_000)
        )

    with ThreadPoolExecutor(20) as pool:
        assert all(pool.map(install, range(20)))

    stored = tenants.get("tenant-1")
    assert stored is not None
    assert set(stored.secrets(1_700_000_001)) == {f"{number:040}" for number in range(20)}
