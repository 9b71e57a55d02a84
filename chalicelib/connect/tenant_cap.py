"""How many workers one tenant can keep busy, where the settings say so: a worker takes one of the tenant's slots."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from chalicelib.connect import observability
from chalicelib.connect.errors import UnavailableError

if TYPE_CHECKING:
    from chalicelib.connect.storage.ports import Slot, Slots


class TenantCap:
    """The slots that a worker holds while it handles a batch: one of each tenant in it, for all of its deliveries."""

    def __init__(self, slots: Slots | None, clock: Callable[[], float] = time.time) -> None:
        """Without `slots` there is no cap, and nothing to ask."""
        self._slots = slots
        self._clock = clock
        self._held: dict[str, Slot | None] = {}

    def enter(self, client_key: str, lease: float) -> bool:
        """Whether a delivery of the tenant may be handled: take a slot for `lease` seconds, unless one is held."""
        if self._slots is None:
            return True
        if client_key not in self._held:
            self._held[client_key] = self._slots.take(client_key, now=self._clock(), lease=lease)
        return self._held[client_key] is not None

    def leave(self) -> None:
        """Give all slots back: the batch is at its end."""
        held, self._held = self._held, {}
        for client_key, slot in held.items():
            if self._slots is None or slot is None:
                continue
            try:
                self._slots.give_back(slot)
            except UnavailableError:
                # Then it is free when its lease has ended, with this function's own time.
                observability.error("slot not given back", tenant=client_key)
