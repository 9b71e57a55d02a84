"""Where the app keeps its records: one per issue, under the issue's id."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from chalicelib.time_in_status.record import DELETED, Record, filled, merged

if TYPE_CHECKING:
    from chalicelib.connect.storage.ports import Records
    from chalicelib.time_in_status.changelog import History, Json


class Issues:
    """The issues of one tenant."""

    def __init__(self, records: Records) -> None:
        self._records = records

    def find(self, issue_id: str) -> Record | None:
        """What is known of an issue; None when that is nothing, or that it was deleted."""
        record = self._records.get(_key(issue_id))
        return None if record is None or record.get("deleted") else record

    def learn(self, issue_id: str, body: Json) -> None:
        """Take in what a webhook tells of an issue."""
        self._records.update(_key(issue_id), lambda record: merged(record, body))

    def fill(self, issue_id: str, issue: Json, entries: Collection[History]) -> None:
        """Take in what Jira's REST tells of an issue: the issue itself, and its changelog."""
        self._records.update(_key(issue_id), lambda record: filled(record, issue, entries))

    def forget(self, issue_id: str) -> None:
        """Forget an issue for good: webhooks from before its deletion may still come, and must not bring it back."""
        self._records.update(_key(issue_id), lambda _: DELETED)


def _key(issue_id: str) -> str:
    return f"issue/{issue_id}"
