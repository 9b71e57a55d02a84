"""What the log of deliveries has on dead letters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from chalicelib.connect.protocol.messages import Message
from chalicelib.connect.storage.dynamodb_log import item_id
from devkit.deliveries.letters import Entry

MOST_CALLS = 5
"""How often DynamoDB is asked for what it left out of an answer: it may be throttled. What then lacks has no entry."""


class DeliveryEntries:
    """The log in the table `table`; `dynamodb` is the client."""

    def __init__(self, dynamodb: Any, table: str) -> None:
        self._dynamodb = dynamodb
        self._table = table

    def of(self, messages: Iterable[Message]) -> dict[str, Entry]:
        """The entries of up to a hundred deliveries, by `item_id`."""
        found: dict[str, Entry] = {}
        keys = [{"id": {"S": name}} for name in {item_id(each.client_key, each.id) for each in messages}]
        for _ in range(MOST_CALLS):
            if not keys:
                break
            answer = self._dynamodb.batch_get_item(RequestItems={self._table: {"Keys": keys}})
            found.update({item["id"]["S"]: _entry(item) for item in answer["Responses"].get(self._table, ())})
            keys = answer.get("UnprocessedKeys", {}).get(self._table, {}).get("Keys", [])
        return found


def _entry(item: Mapping[str, Any]) -> Entry:
    return Entry(done=item["progress"]["S"] == "done", error=item.get("last_error", {}).get("S", ""))
