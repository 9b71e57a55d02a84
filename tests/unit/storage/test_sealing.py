"""How often KMS is asked, and what is stored when the key comes, is there, or is gone."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.connect.errors import UnavailableError
from chalicelib.connect.storage.sealing import MOST_REMEMBERED, Seal
from tests.contract.test_tenants import TENANT
from tests.fakes import FakeKms

RECORD: dict[str, Any] = TENANT.to_record()


def seal(kms: FakeKms, key: str | None = "key") -> Seal:
    return Seal(lambda: kms, key)


def test_without_a_key_records_stay_as_they_are_and_kms_is_not_asked() -> None:
    kms = FakeKms()

    assert seal(kms, None).sealed("t", RECORD) == RECORD
    assert seal(kms, None).opened("t", RECORD) == RECORD
    assert kms.calls == []


def test_with_a_key_what_is_stored_open_is_read_without_kms_until_it_is_written() -> None:
    kms = FakeKms("key")

    assert seal(kms).opened("t", RECORD) == RECORD
    assert kms.calls == []
    assert "sharedSecret" not in seal(kms).sealed("t", RECORD, RECORD)


def test_a_container_asks_once_for_each_tenant_and_not_at_all_for_what_it_has_sealed() -> None:
    kms = FakeKms("key")
    writer = seal(kms)
    stored = writer.sealed("t", RECORD)
    writer.opened("t", stored)
    assert kms.calls == ["Encrypt"]

    reader = seal(kms, None)
    for _ in range(3):
        reader.opened("t", stored)
    assert kms.calls == ["Encrypt", "Decrypt"]


def test_a_write_that_leaves_the_secrets_as_they_are_stores_them_as_they_were_sealed() -> None:
    kms = FakeKms("key")
    stored = seal(kms).sealed("t", RECORD)
    later = seal(kms)

    changed = later.sealed("t", {**RECORD, "enabled": False}, stored)
    assert (changed["sealed"], changed["enabled"]) == (stored["sealed"], False)
    assert later.sealed("t", RECORD, stored) == stored
    assert kms.calls == ["Encrypt", "Decrypt"]


def test_without_its_key_a_sealed_tenant_is_still_never_stored_open() -> None:
    kms = FakeKms("key")
    stored = seal(kms).sealed("t", RECORD)

    renewed = seal(kms, None).sealed("t", {**RECORD, "sharedSecret": "new"}, stored)
    assert "sharedSecret" not in renewed
    assert renewed["sealedBy"] == "key"
    assert seal(kms, None).opened("t", renewed)["sharedSecret"] == "new"


def test_when_kms_is_down_nothing_is_read_and_nothing_is_written() -> None:
    kms = FakeKms("key")
    stored = seal(kms).sealed("t", RECORD)
    kms.down = True

    with pytest.raises(UnavailableError):
        seal(kms).opened("t", stored)
    with pytest.raises(UnavailableError):
        seal(kms).sealed("t", RECORD)
    with pytest.raises(UnavailableError):
        seal(kms).sealed("t", RECORD, RECORD)


def test_a_container_does_not_remember_without_end() -> None:
    kms = FakeKms("key")
    stored = seal(kms).sealed("t", RECORD)
    reader = seal(kms)
    reader.opened("t", stored)
    for number in range(MOST_REMEMBERED):
        reader.sealed(f"t{number}", RECORD)

    reader.opened("t", stored)
    assert kms.calls.count("Decrypt") == 2
