"""What the framework asks of its storage, in the framework's own words.

Every adapter and every fake of a port passes the same suite in `tests/contract`. An adapter raises `UnavailableError`
when its service does not answer, and never half does a thing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

Value = Mapping[str, Any]
"""What a record holds: a JSON object."""


class Records(Protocol):
    """The app's own records of one tenant: JSON objects by key. There is no way from here to another tenant's."""

    def get(self, key: str) -> Value | None:
        """The record at `key` as last written, or None."""

    def update(self, key: str, change: Callable[[Value | None], Value]) -> Value:
        """Replace the record at `key` by what `change` makes of it, and return that.

        Two updates of one key never lose each other's work: `change` is called again with the newer record when
        another writer came between, so it must be free of side effects. Nothing is written when it returns an equal
        record. Raises `UnavailableError` after too many collisions.
        """
