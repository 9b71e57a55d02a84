"""DynamoDB behind the port `Slots`: one small item per slot, beside the log of deliveries and gone like it."""

from __future__ import annotations

import random
from typing import Any
from uuid import uuid4

from chalicelib.connect.storage.aws import REFUSED, available, error_code, failures, refused_by
from chalicelib.connect.storage.ports import Slot

KEPT_SECONDS = 86_400


class DynamoSlots:
    """The port `Slots`."""

    def __init__(self, dynamodb: Any, table: str, most: int) -> None:
        self._dynamodb = dynamodb
        self._table = table
        self._most = most

    def take(self, client_key: str, *, now: float, lease: float) -> Slot | None:
        """See `Slots.take`."""
        # Begun anywhere: else all would wait in line for the first, and the last be found free after many calls.
        first = random.randrange(self._most)  # noqa: S311 - no secret hangs on it
        for number in range(self._most):
            # No name of a delivery has a space in it: no item of the log has this key.
            slot = Slot(f"{client_key} slot {(first + number) % self._most}", uuid4().hex)
            if self._update(
                slot,
                "SET lease_until = :until, expires_at = :expires, holder = :holder",
                "attribute_not_exists(id) OR lease_until < :now",
                {
                    ":until": {"N": str(now + lease)},
                    ":now": {"N": str(now)},
                    ":expires": {"N": str(int(now) + KEPT_SECONDS)},
                },
            ):
                return slot
        return None

    def give_back(self, slot: Slot) -> None:
        """See `Slots.give_back`."""
        self._update(slot, "SET lease_until = :never", "holder = :holder", {":never": {"N": "0"}})

    def _update(self, slot: Slot, expression: str, condition: str, values: dict[str, Any]) -> bool:
        with available("DynamoDB"):
            try:
                self._dynamodb.update_item(
                    TableName=self._table,
                    Key={"id": {"S": slot.id}},
                    UpdateExpression=expression,
                    ConditionExpression=condition,
                    ExpressionAttributeValues={**values, ":holder": {"S": slot.holder}},
                    ReturnValuesOnConditionCheckFailure="ALL_OLD",
                )
            except failures() as error:
                if error_code(error) != REFUSED:
                    raise
                # The call may have been made twice, since its first answer was lost: then the slot is ours.
                return refused_by(error).get("holder") == {"S": slot.holder}
        return True
