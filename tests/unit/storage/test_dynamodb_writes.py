"""What is written to DynamoDB says when it may be forgotten, and a write that failed is not taken for a refused one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.connect.errors import UnavailableError
from chalicelib.connect.storage.aws import REFUSED, AwsError
from chalicelib.connect.storage.dynamodb import MOST_TRIES, VersionedItems
from chalicelib.connect.storage.dynamodb_log import DynamoDeliveryLog
from chalicelib.connect.storage.dynamodb_slots import DynamoSlots
from chalicelib.connect.storage.leftovers import DynamoLeftovers
from chalicelib.connect.storage.ports import Leftover, Slot
from devkit.deploy.template import DAY, DEAD_LETTER_DAYS

NOW = 1_700_000_000.25
DAYS_AHEAD = range(int(NOW) + DEAD_LETTER_DAYS * DAY + 1, int(NOW) + 30 * DAY)
KEY = {"client_key": "tenant-1", "key": "a"}


class Table:
    """DynamoDB as an adapter sees it, which takes every write, or fails at it."""

    def __init__(self, error: AwsError | None = None) -> None:
        self._error = error
        self.expires_at: list[int] = []

    def update_item(self, **call: Any) -> dict[str, Any]:
        if self._error:
            raise self._error
        self.expires_at.append(int(call["ExpressionAttributeValues"][":expires"]["N"]))
        return {"Attributes": {"tries": {"N": "1"}, "error_before": {"S": ""}, "holder": {"S": "me"}}}

    put_item = delete_item = update_item

    def get_item(self, **call: Any) -> dict[str, Any]:
        return {}


def begin(table: Table) -> Any:
    return DynamoDeliveryLog(table, "t").begin("tenant-1", "a", now=NOW, lease=60)


def finish(table: Table) -> Any:
    return DynamoDeliveryLog(table, "t").finish("tenant-1", "a", "me", now=NOW)


def release(table: Table) -> Any:
    return DynamoDeliveryLog(table, "t").release(
        "tenant-1", "a", "me", handled=("app.first",), error="", now=NOW, tries=1
    )


def take(table: Table) -> Any:
    return DynamoSlots(table, "t", 2).take("tenant-1", now=NOW, lease=60)


WRITES: list[Callable[[Table], Any]] = [
    *(begin, finish, release, take),
    lambda table: DynamoDeliveryLog(table, "t").note("tenant-1", "a", "me", handled=("app.first",)),
    lambda table: DynamoSlots(table, "t", 2).give_back(Slot("tenant-1 slot 0", "me")),
    lambda table: VersionedItems(table, "t").update(KEY, lambda _: {"a": 1}),
    lambda table: VersionedItems(table, "t").delete(KEY, 1),
    lambda table: DynamoLeftovers(table, "t", "key").delete([Leftover(("tenant-1", "a"), 1)]),
]


@pytest.mark.parametrize("write", [begin, finish, release])
def test_a_delivery_is_known_for_longer_than_its_dead_letter_can_be_replayed(write: Callable[[Table], Any]) -> None:
    table = Table()
    write(table)
    (expires_at,) = table.expires_at
    assert expires_at in DAYS_AHEAD


def test_a_slot_is_there_for_longer_than_any_function_runs() -> None:
    table = Table()
    assert take(table)
    assert table.expires_at[0] >= NOW + 900


def test_an_update_that_always_comes_too_late_says_so_after_waits_of_its_own() -> None:
    waits: list[float] = []
    items = VersionedItems(Table(AwsError(REFUSED)), "t", sleep=waits.append)

    with pytest.raises(UnavailableError, match="Too many changes at once"):
        items.update(KEY, lambda _: {"a": 1})
    assert len(waits) == MOST_TRIES
    assert 0 < max(waits) <= 0.2


@pytest.mark.parametrize("write", WRITES)
def test_a_write_that_failed_is_no_write_that_was_refused(write: Callable[[Table], Any]) -> None:
    with pytest.raises(UnavailableError):
        write(Table(AwsError("ThrottlingException")))
