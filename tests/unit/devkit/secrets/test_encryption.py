"""`python -m devkit secrets encrypt`: it says what it would seal, seals it, and may be run again at any point."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, ClassVar, cast

import pytest

from chalicelib.connect.errors import UnavailableError
from chalicelib.connect.storage.dynamodb import VersionedItems
from chalicelib.connect.storage.ports import Value
from chalicelib.connect.storage.sealing import Seal
from chalicelib.connect.tenants import Tenant
from devkit.errors import DevkitError
from devkit.secrets.encryption import Encryption, key_of
from tests.contract.test_tenants import TENANT
from tests.fakes import FakeKms


class Rows:
    """A table of tenants, two to a page."""

    def __init__(self, *keys: str) -> None:
        self.kept: dict[str, Value] = {key: TENANT.to_record() for key in keys}
        self.before_write: Callable[[], None] = lambda: None

    def scan(self, most: int, after: Mapping[str, str] | None) -> tuple[list[Any], Mapping[str, str] | None]:
        left = sorted(key for key in self.kept if after is None or key > after["client_key"])
        following = {"client_key": left[1]} if len(left) > 2 else None
        return [({"client_key": key}, self.kept[key]) for key in left[:2]], following

    def update(self, key: Mapping[str, str], change: Callable[[Value | None], Value | None]) -> Value | None:
        old = self.kept.get(key["client_key"])
        changed = change(old)
        self.before_write()
        if self.kept.get(key["client_key"]) != old:  # somebody was faster: once more, as the table would have it
            return self.update(key, change)
        if changed is not None:
            self.kept[key["client_key"]] = changed
        return changed


class Stage:
    """Three tenants, one of which is sealed with the key already."""

    def __init__(self) -> None:
        self.rows = Rows("a", "b", "c")
        self.kms = FakeKms("key", "former key")
        self.rows.kept["b"] = Seal(lambda: self.kms, "key").sealed("b", self.rows.kept["b"])

    def run(self, *, yes: bool) -> str:
        out = io.StringIO()
        items = cast(VersionedItems, self.rows)
        Encryption(items, Seal(lambda: self.kms, "key"), "key", out, lambda: None).run(yes=yes)
        return out.getvalue()

    def opened(self, key: str) -> Tenant:
        return Tenant.from_record(key, Seal(lambda: self.kms).opened(key, self.rows.kept[key]))

    def sealed(self) -> list[str]:
        return [key for key, record in self.rows.kept.items() if record.get("sealedBy") == "key"]


def test_without_yes_it_only_says_what_it_would_seal() -> None:
    stage = Stage()
    before = dict(stage.rows.kept)

    said = stage.run(yes=False)

    assert "3 tenants: 2 stored open, 0 sealed with another key, 1 sealed with key." in said
    assert said.endswith("2 tenants would be sealed: say --yes to do it.\n")
    assert stage.rows.kept == before


def test_with_yes_all_are_sealed_and_open_to_what_they_were_and_again_does_nothing() -> None:
    stage = Stage()

    assert stage.run(yes=True).endswith("2 tenants sealed.\n")
    assert stage.sealed() == ["a", "b", "c"]
    assert [stage.opened(key) for key in "abc"] == [replace(TENANT, client_key=key) for key in "abc"]
    stage.kms.calls.clear()
    assert "0 stored open" in stage.run(yes=True)
    assert stage.kms.calls == []


def test_what_was_cut_short_goes_on_where_it_was() -> None:
    stage = Stage()
    sealed = []

    def fail_at_the_second() -> None:
        sealed.append(1)
        stage.kms.down = len(sealed) == 1

    stage.rows.before_write = fail_at_the_second
    with pytest.raises(UnavailableError):
        stage.run(yes=True)
    assert stage.sealed() == ["a", "b"]

    stage.kms.down = False
    assert stage.run(yes=True).endswith("1 tenant sealed.\n")
    assert stage.sealed() == ["a", "b", "c"]


def test_an_install_that_comes_in_between_is_not_lost() -> None:
    stage = Stage()

    def install() -> None:
        stage.rows.before_write = lambda: None
        stage.rows.kept["a"] = replace(TENANT, shared_secret="newer").to_record()

    stage.rows.before_write = install
    stage.run(yes=True)

    assert stage.opened("a").shared_secret == "newer"
    assert stage.sealed() == ["a", "b", "c"]


def test_a_tenant_that_was_purged_in_between_stays_gone() -> None:
    stage = Stage()

    def purge() -> None:
        stage.rows.before_write = lambda: None
        del stage.rows.kept["a"]

    stage.rows.before_write = purge
    stage.run(yes=True)

    assert stage.sealed() == ["b", "c"]
    assert "a" not in stage.rows.kept


def test_what_another_key_has_sealed_is_sealed_anew() -> None:
    stage = Stage()
    stage.rows.kept["c"] = Seal(lambda: stage.kms, "former key").sealed("c", stage.rows.kept["c"])

    assert "1 stored open, 1 sealed with another key" in stage.run(yes=True)
    assert stage.sealed() == ["a", "b", "c"]
    assert stage.opened("c").shared_secret == TENANT.shared_secret


class Aws:
    """Functions with these variables, and one key."""

    environment: ClassVar[dict[str, str]] = {}

    def __init__(self, state: str = "Enabled", **keys: str) -> None:
        self._keys, self._state = keys, state

    def client(self, service: str) -> Any:
        return self

    def get_function_configuration(self, **asked: str) -> dict[str, Any]:
        key = self._keys.get(asked["FunctionName"].removeprefix("dormouse-dev").removeprefix("-") or "api")
        return {"Environment": {"Variables": {"CONNECT_SECRETS_KEY": key}}} if key else {}

    def describe_key(self, **asked: str) -> dict[str, Any]:
        return {"KeyMetadata": {"Arn": f"arn of {asked['KeyId']}", "KeyState": self._state}}


def test_the_key_is_the_one_that_the_functions_have() -> None:
    assert key_of(Aws(api="k", worker="k", job_worker="k"), "dev") == "arn of k"


@pytest.mark.parametrize("keys", [{}, {"api": "k", "worker": "k"}, {"api": "k", "worker": "k", "job_worker": "l"}])
def test_functions_that_could_not_read_it_stop_the_command(keys: dict[str, str]) -> None:
    with pytest.raises(DevkitError, match="set it, and deploy first"):
        key_of(Aws(**keys), "dev")


def test_a_key_that_seals_nothing_stops_the_command() -> None:
    with pytest.raises(DevkitError, match="arn of k seals nothing: it is Disabled"):
        key_of(Aws("Disabled", api="k", worker="k", job_worker="k"), "dev")
