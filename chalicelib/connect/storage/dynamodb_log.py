"""DynamoDB behind the port `DeliveryLog`: one item per delivery, one call per step.

Whoever claims a delivery leaves a name in its item, and writes only where that still stands. So a call that is made
again, since its answer was lost, finds its own claim and no stranger's; and it undoes nothing that came after it.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from typing import Any

from chalicelib.connect.storage.aws import REFUSED, available, error_code, failures, refused_by
from chalicelib.connect.storage.ports import CUT_SHORT, Claim, Progress

KEPT_SECONDS = 15 * 86_400
"""How long a handled delivery is remembered: longer than dead letters are kept, so that a replay finds it."""


class DynamoDeliveryLog:
    """The port `DeliveryLog`.

    Own code, where Powertools' idempotency would do: Powertools forgets which of several handlers has run, and its
    import adds to every cold start of the worker (docs/dependencies.md has the figure).
    """

    def __init__(self, dynamodb: Any, table: str) -> None:
        self._dynamodb = dynamodb
        self._table = table

    def begin(self, client_key: str, delivery_id: str, *, now: float, lease: float) -> Claim:
        """See `DeliveryLog.begin`."""
        holder = os.urandom(8).hex()
        with available("DynamoDB"):
            try:
                item = self._update(
                    client_key,
                    delivery_id,
                    "SET progress = :running, lease_until = :until, expires_at = :expires, holder = :holder, "
                    "error_before = if_not_exists(last_error, :none), last_error = :cut_short ADD tries :one",
                    {
                        ":running": "running",
                        ":until": now + lease,
                        ":now": now,
                        ":expires": int(now) + KEPT_SECONDS,
                        ":cut_short": CUT_SHORT,
                        ":none": "",
                        ":holder": holder,
                        ":one": 1,
                    },
                    ConditionExpression="attribute_not_exists(id) OR (progress = :running AND lease_until < :now)",
                    ReturnValues="ALL_NEW",
                    ReturnValuesOnConditionCheckFailure="ALL_OLD",
                )["Attributes"]
            except failures() as error:
                if error_code(error) != REFUSED:
                    raise
                return _refused_claim(refused_by(error), holder, now)
        return _begun(item)

    def note(self, client_key: str, delivery_id: str, holder: str, *, handled: Collection[str]) -> bool:
        """See `DeliveryLog.note`."""
        return self._write(client_key, delivery_id, holder, "SET handled = :handled", {":handled": sorted(handled)})

    def finish(self, client_key: str, delivery_id: str, holder: str, *, now: float) -> bool:
        """See `DeliveryLog.finish`."""
        return self._write(
            client_key,
            delivery_id,
            holder,
            "SET progress = :done, expires_at = :expires REMOVE lease_until, handled, tries, last_error, error_before",
            {":done": "done", ":expires": int(now) + KEPT_SECONDS},
        )

    def release(
        self,
        client_key: str,
        delivery_id: str,
        holder: str,
        *,
        handled: Collection[str],
        error: str,
        now: float,
        tries: int,
    ) -> bool:
        """See `DeliveryLog.release`."""
        noted = ", handled = :handled" if handled else ""
        return self._write(
            client_key,
            delivery_id,
            holder,
            "SET progress = :running, lease_until = :never, expires_at = :expires, last_error = :error, "
            f"tries = :tries{noted}",
            {
                ":running": "running",
                ":never": 0,
                ":error": error,
                ":tries": tries,
                ":expires": int(now) + KEPT_SECONDS,
                **({":handled": sorted(handled)} if handled else {}),
            },
        )

    def _write(
        self, client_key: str, delivery_id: str, holder: str, expression: str, values: Mapping[str, Any]
    ) -> bool:
        with available("DynamoDB"):
            try:
                self._update(
                    client_key,
                    delivery_id,
                    expression,
                    {**values, ":holder": holder},
                    ConditionExpression="holder = :holder",
                )
            except failures() as error:
                if error_code(error) != REFUSED:
                    raise
                return False
        return True

    def _update(
        self, client_key: str, delivery_id: str, expression: str, values: Mapping[str, Any], **more: str
    ) -> Mapping[str, Any]:
        answer: Mapping[str, Any] = self._dynamodb.update_item(
            TableName=self._table,
            Key={"id": {"S": item_id(client_key, delivery_id)}},
            UpdateExpression=expression,
            ExpressionAttributeValues={name: _attribute(value) for name, value in values.items()},
            **more,
        )
        return answer


def item_id(client_key: str, delivery_id: str) -> str:
    """The key of a delivery's item."""
    return f"{client_key} {delivery_id}"


def _begun(item: Mapping[str, Any]) -> Claim:
    return Claim(
        Progress.BEGUN,
        frozenset(item.get("handled", {}).get("SS", ())),
        tries=int(item["tries"]["N"]),
        error=item["error_before"]["S"],
        holder=item["holder"]["S"],
    )


def _refused_claim(item: Mapping[str, Any], holder: str, now: float) -> Claim:
    if item.get("holder", {}).get("S") == holder:
        return _begun(item)
    if item["progress"]["S"] == "done":
        return Claim(Progress.DONE)
    return Claim(Progress.RUNNING, seconds=max(0, round(float(item["lease_until"]["N"]) - now)))


def _attribute(value: str | float | list[str]) -> dict[str, Any]:
    """A value in DynamoDB's own notation."""
    if isinstance(value, str):
        return {"S": value}
    return {"SS": value} if isinstance(value, list) else {"N": str(value)}
