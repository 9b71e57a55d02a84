"""Sealed secrets open for their own tenant alone, whichever KMS it is, and by whatever client."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from chalicelib.connect.errors import UnavailableError
from chalicelib.connect.storage.sealing import MOST_BYTES, Seal
from chalicelib.connect.tenants import MOST_FORMER_SECRETS, FormerSecret
from tests.contract.test_tenants import TENANT

Seals = Callable[[str | None], Seal]
RECORD: dict[str, Any] = TENANT.to_record()


def test_what_is_sealed_shows_no_secret_and_opens_again(seal_with_key: Seals) -> None:
    sealed = seal_with_key("key").sealed("tenant-1", RECORD)

    assert "ssss" not in str(sealed)
    assert "tttt" not in str(sealed)
    assert sealed["baseUrl"] == TENANT.base_url
    opened = seal_with_key(None).opened("tenant-1", sealed)
    assert {**opened, "version": 1} == RECORD


def test_what_was_sealed_for_one_tenant_does_not_open_for_another(seal_with_key: Seals) -> None:
    seal = seal_with_key("key")
    sealed = seal.sealed("tenant-1", RECORD)

    with pytest.raises(UnavailableError):
        seal.opened("tenant-2", sealed)


def test_what_was_tampered_with_does_not_open(seal_with_key: Seals) -> None:
    sealed = seal_with_key("key").sealed("tenant-1", RECORD)
    other = seal_with_key("key").sealed("tenant-2", RECORD)

    with pytest.raises(UnavailableError):
        seal_with_key("key").opened("tenant-1", {**sealed, "sealed": other["sealed"]})


def test_a_key_that_there_is_not_seals_nothing_and_nothing_is_stored_open_instead(seal_with_key: Seals) -> None:
    with pytest.raises(UnavailableError):
        seal_with_key("alias/no-such").sealed("tenant-1", RECORD)


def test_secrets_that_are_too_long_for_one_call_are_sealed_in_parts(seal_with_key: Seals) -> None:
    former = tuple(FormerSecret(f"{number:04}" + "é" * 1_020, 1) for number in range(MOST_FORMER_SECRETS))
    record = replace(TENANT, former_secrets=former).to_record()

    sealed = seal_with_key("key").sealed("tenant-1", record)
    assert len(sealed["sealed"]) > len(str(former)) / MOST_BYTES
    assert {**seal_with_key(None).opened("tenant-1", sealed), "version": 1} == record
