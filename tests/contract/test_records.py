"""What every implementation of the port `Records` must do."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from chalicelib.connect.storage.ports import Records, Value

Make = Callable[[str], Records]


def test_a_key_that_was_never_written_holds_nothing(records: Make) -> None:
    assert records("tenant-1").get("issue/1") is None


def test_what_was_written_is_read_at_once(records: Make) -> None:
    value = {"text": "é\u0000\U0001f600", "number": 12_345_678_901_234, "deep": [{"a": None}, True, 1.5], "empty": {}}

    assert records("tenant-1").update("issue/1", lambda _: value) == value
    assert records("tenant-1").get("issue/1") == value


def test_a_change_is_made_from_what_is_there(records: Make) -> None:
    def count(value: Value | None) -> Value:
        return {"count": (value or {"count": 0})["count"] + 1}

    for _ in range(3):
        records("tenant-1").update("counter", count)

    assert records("tenant-1").get("counter") == {"count": 3}


def test_one_tenant_never_sees_the_records_of_another(records: Make) -> None:
    records("tenant-1").update("issue/1", lambda _: {"of": 1})
    records("tenant-2").update("issue/1", lambda _: {"of": 2})

    assert records("tenant-1").get("issue/1") == {"of": 1}
    assert records("tenant-2").get("issue/1") == {"of": 2}


def test_changes_at_once_lose_nothing(records: Make) -> None:
    shared = records("tenant-1")

    def add(number: int) -> None:
        shared.update("set", lambda value: {"numbers": sorted({*(value or {}).get("numbers", []), number})})

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(add, range(24)))

    assert shared.get("set") == {"numbers": list(range(24))}


def test_a_change_that_fails_leaves_the_record_as_it_was(records: Make) -> None:
    shared = records("tenant-1")
    shared.update("issue/1", lambda _: {"kept": True})

    def fail(_: Value | None) -> Value:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        shared.update("issue/1", fail)
    assert shared.get("issue/1") == {"kept": True}


def test_a_record_that_was_deleted_is_gone_and_may_begin_anew(records: Make) -> None:
    mine, other = records("tenant-1"), records("tenant-2")
    for each in (mine, other):
        each.update("author/1", lambda _: {"name": "Mole"})
    mine.delete("author/1")
    mine.delete("author/1")

    assert (mine.get("author/1"), other.get("author/1")) == (None, {"name": "Mole"})
    assert mine.update("author/1", lambda record: {"was": record}) == {"was": None}
