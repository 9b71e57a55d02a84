"""The port `DeliveryLog` in memory. It passes the suite in `tests/contract` that the real adapter passes."""

from __future__ import annotations

from collections.abc import Collection
from uuid import uuid4

from chalicelib.connect.errors import UnavailableError
from chalicelib.connect.storage.ports import CUT_SHORT, Claim, Progress


class FakeDeliveryLog:
    """The port `DeliveryLog`; so many of the next notes fail as `failures` says."""

    def __init__(self) -> None:
        self._done: set[tuple[str, str]] = set()
        self._leases: dict[tuple[str, str], float] = {}
        self._handled: dict[tuple[str, str], frozenset[str]] = {}
        self._tries: dict[tuple[str, str], int] = {}
        self.failures = 0
        self.errors: dict[tuple[str, str], str] = {}
        self._holders: dict[tuple[str, str], str] = {}

    def begin(self, client_key: str, delivery_id: str, *, now: float, lease: float) -> Claim:
        key = (client_key, delivery_id)
        if key in self._done:
            return Claim(Progress.DONE)
        if self._leases.get(key, 0) >= now:
            return Claim(Progress.RUNNING, seconds=round(self._leases[key] - now))
        self._leases[key] = now + lease
        self._tries[key] = self._tries.get(key, 0) + 1
        before, self.errors[key] = self.errors.get(key, ""), CUT_SHORT
        self._holders[key] = uuid4().hex
        return Claim(
            Progress.BEGUN,
            self._handled.get(key, frozenset()),
            tries=self._tries[key],
            error=before,
            holder=self._holders[key],
        )

    def note(self, client_key: str, delivery_id: str, holder: str, *, handled: Collection[str]) -> bool:
        if stands := self._stands(client_key, delivery_id, holder):
            self._handled[client_key, delivery_id] = frozenset(handled)
        return stands

    def finish(self, client_key: str, delivery_id: str, holder: str, *, now: float) -> bool:
        if stands := self._stands(client_key, delivery_id, holder):
            self._done.add((client_key, delivery_id))
        return stands

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
        if stands := self._stands(client_key, delivery_id, holder):
            key = (client_key, delivery_id)
            self._leases[key] = 0
            self._handled[key] = frozenset(handled)
            self.errors[key] = error
            self._tries[key] = tries
        return stands

    def _stands(self, client_key: str, delivery_id: str, holder: str) -> bool:
        if self.failures:
            self.failures -= 1
            raise UnavailableError("The log did not answer; try again later.")
        return self._holders.get((client_key, delivery_id)) == holder
