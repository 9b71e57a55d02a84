"""DynamoDB behind the ports `Records`, `Runs` and `Tenants`: JSON objects, each with a version.

An object is stored as JSON text beside its version. Whoever writes names the version that it read; DynamoDB refuses a
write to any other, and the writer starts again from the newer object. Each write also leaves a name of its own: a call
whose answer was lost is made again and then refused, and this is how the writer finds that it was its own.
Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/BestPractices_ImplementingVersionControl.html
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from chalicelib.connect.errors import UnavailableError
from chalicelib.connect.storage.aws import REFUSED, available, error_code, failures, refused_by
from chalicelib.connect.tenants import Listed, Tenant

if TYPE_CHECKING:
    from chalicelib.connect.runs import Run
    from chalicelib.connect.storage.ports import TenantPage, Value
    from chalicelib.connect.storage.sealing import Seal

PAGE = 100
"""How many tenants are read at once: what a job does for each takes a few hundredths of a second."""

MOST_TRIES = 40
"""How often an update starts again before it gives up: enough for as many writers at once."""


class VersionedItems:
    """One table of JSON objects, changed under optimistic locks.

    Where `expiry` names a number in them, seconds since the epoch, DynamoDB removes the item after that time.
    """

    def __init__(
        self,
        dynamodb: Any,
        table: str,
        expiry: str | None = None,
        *,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._dynamodb = dynamodb
        self._table = table
        self._expiry = expiry
        self._sleep = sleep

    def get(self, key: Mapping[str, str]) -> tuple[Value | None, int]:
        """The object at `key` and its version; None and 0 when there is none."""
        with available("DynamoDB"):
            # Consistent: a webhook may follow its install, and a page its webhook, within milliseconds.
            item = self._dynamodb.get_item(TableName=self._table, Key=_key(key), ConsistentRead=True).get("Item")
        return (json.loads(item["value"]["S"]), int(item["version"]["N"])) if item else (None, 0)

    def update(self, key: Mapping[str, str], change: Callable[[Value | None], Value | None]) -> Value | None:
        """Replace the object at `key` by what `change` makes of it; None, or an equal object, writes nothing."""
        for attempt in range(MOST_TRIES):
            old, version = self.get(key)
            new = change(old)
            if new is None or new == old or self._put(key, new, version):
                return new
            self._sleep(_wait(attempt))
        raise UnavailableError("Too many changes at once; try again later.")

    def scan(
        self, most: int, after: Mapping[str, str] | None
    ) -> tuple[list[tuple[Mapping[str, str], Value]], Mapping[str, str] | None]:
        """At most so many of all objects with their keys, and the key after which to go on; None: that was all."""
        start = {"ExclusiveStartKey": _key(after)} if after else {}
        with available("DynamoDB"):
            answer = self._dynamodb.scan(TableName=self._table, Limit=most, ConsistentRead=True, **start)
        found: list[tuple[Mapping[str, str], Value]] = [
            (_plain(item), json.loads(item["value"]["S"])) for item in answer["Items"]
        ]
        last = answer.get("LastEvaluatedKey")
        return found, _plain(last) if last else None

    def delete(self, key: Mapping[str, str], version: int) -> bool:
        """Delete the object at `key` if it still has that version; whether it is gone."""
        with available("DynamoDB"):
            try:
                self._dynamodb.delete_item(
                    TableName=self._table,
                    Key=_key(key),
                    ConditionExpression="version = :version",
                    ExpressionAttributeValues={":version": {"N": str(version)}},
                    ReturnValuesOnConditionCheckFailure="ALL_OLD",
                )
            except failures() as error:
                if error_code(error) != REFUSED:
                    raise
                return not refused_by(error)
        return True

    def remove(self, key: Mapping[str, str]) -> None:
        """Delete the object at `key`, whatever it is."""
        with available("DynamoDB"):
            self._dynamodb.delete_item(TableName=self._table, Key=_key(key))

    def _put(self, key: Mapping[str, str], value: Value, version: int) -> bool:
        item = {
            **_key(key),
            "value": {"S": json.dumps(value, separators=(",", ":"))},
            # A new object begins at a number that none has had at this key: whoever still has one that was deleted
            # meanwhile in hand must not take this one for it.
            "version": {"N": str(version + 1 if version else time.time_ns())},
            "writer": {"S": os.urandom(8).hex()},
        }
        if self._expiry:
            item[self._expiry] = {"N": str(value[self._expiry])}
        condition: dict[str, Any] = {"ConditionExpression": "attribute_not_exists(version)"}
        if version:
            condition = {
                "ConditionExpression": "version = :version",
                "ExpressionAttributeValues": {":version": {"N": str(version)}},
            }
        with available("DynamoDB"):
            try:
                self._dynamodb.put_item(
                    TableName=self._table, Item=item, ReturnValuesOnConditionCheckFailure="ALL_OLD", **condition
                )
            except failures() as error:
                if error_code(error) != REFUSED:
                    raise
                return bool(refused_by(error).get("writer") == item["writer"])
        return True


def _wait(attempt: int) -> float:
    import random  # which few updates need

    return random.uniform(0, min(0.005 * 2**attempt, 0.2))  # noqa: S311 - no secret hangs on it


def _key(key: Mapping[str, str]) -> dict[str, Any]:
    return {name: {"S": value} for name, value in key.items()}


def _plain(item: Mapping[str, Any]) -> dict[str, str]:
    return {name: value["S"] for name, value in item.items() if "S" in value and name not in ("value", "writer")}


class DynamoRecords:
    """The port `Records`."""

    def __init__(self, items: VersionedItems, client_key: str) -> None:
        self._items = items
        self._client_key = client_key

    def get(self, key: str) -> Value | None:
        """See `Records.get`."""
        return self._items.get(self._key(key))[0]

    def update(self, key: str, change: Callable[[Value | None], Value]) -> Value:
        """See `Records.update`."""
        return self._items.update(self._key(key), change) or {}

    def delete(self, key: str) -> None:
        """See `Records.delete`."""
        self._items.remove(self._key(key))

    def _key(self, key: str) -> dict[str, str]:
        return {"client_key": self._client_key, "key": key}


class DynamoTenants:
    """The port `StoredTenants`; `seal` opens secrets as they are read, and seals them as they are written."""

    def __init__(self, items: VersionedItems, seal: Seal) -> None:
        self._items = items
        self._seal = seal

    def get(self, client_key: str, *, fresh: bool = False) -> Tenant | None:
        """See `Tenants.get`; every read is fresh here."""
        record, _ = self._items.get({"client_key": client_key})
        return self._tenant(client_key, record)

    def update(self, client_key: str, change: Callable[[Tenant | None], Tenant | None]) -> Tenant | None:
        """See `Tenants.update`."""

        def change_record(record: Value | None) -> Value | None:
            changed = change(self._tenant(client_key, record))
            return None if changed is None else self._seal.sealed(client_key, changed.to_record(), record)

        record = self._items.update({"client_key": client_key}, change_record)
        return self._tenant(client_key, record)

    def page(self, after: str | None = None) -> TenantPage:
        """See `AllTenants.page`."""
        from chalicelib.connect.storage.ports import TenantPage  # a millisecond, which a webhook need not pay

        found, following = self._items.scan(PAGE, {"client_key": after} if after else None)
        tenants = tuple(Listed.from_record(key["client_key"], record) for key, record in found)
        return TenantPage(tenants, following["client_key"] if following else None)

    def look(self, client_key: str) -> Listed | None:
        """See `StoredTenants.look`."""
        record, _ = self._items.get({"client_key": client_key})
        return None if record is None else Listed.from_record(client_key, record)

    def remove(self, tenant: Listed) -> bool:
        """See `StoredTenants.remove`."""
        record, version = self._items.get({"client_key": tenant.client_key})
        if record is None or Listed.from_record(tenant.client_key, record) != tenant:
            return False
        return self._items.delete({"client_key": tenant.client_key}, version)

    def _tenant(self, client_key: str, record: Value | None) -> Tenant | None:
        if record is None:
            return None
        return Tenant.from_record(client_key, self._seal.opened(client_key, record))


class DynamoRuns:
    """The port `Runs`."""

    def __init__(self, items: VersionedItems) -> None:
        self._items = items

    def get(self, client_key: str, job: str) -> Run | None:
        """See `Runs.get`."""
        return _run(self._items.get({"client_key": client_key, "job": job})[0])

    def update(self, client_key: str, job: str, change: Callable[[Run | None], Run | None]) -> Run | None:
        """See `Runs.update`."""

        def change_record(record: Value | None) -> Value | None:
            changed = change(_run(record))
            return None if changed is None else changed.to_record()

        return _run(self._items.update({"client_key": client_key, "job": job}, change_record))


def _run(record: Value | None) -> Run | None:
    from chalicelib.connect.runs import Run  # which nothing but a job needs

    return None if record is None else Run.from_record(record)
