"""Retention: what is kept of a tenant that has left is deleted after a number of days.

The tenant's row goes last: as long as it is there, a purge that was cut short is found and done again. Should the
tenant come back in the meantime, the purge ends where it is. Whatever it deletes was written before the tenant left:
it first looks at things, then makes sure that the tenant is still gone, and then deletes those that are as it saw them.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from chalicelib.connect import observability

if TYPE_CHECKING:
    from chalicelib.connect.storage.ports import Leftovers, StoredTenants
    from chalicelib.connect.tenants import Listed

DAY = 86_400


class Retention:
    """Purges tenants that left more than `days` days ago from `stores`, and then from the tenants themselves."""

    def __init__(
        self,
        tenants: StoredTenants,
        stores: Sequence[Leftovers],
        days: int,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._tenants = tenants
        self._stores = stores
        self._days = days
        self._clock = clock

    def due(self, after: str | None = None) -> tuple[list[Listed], str | None]:
        """Some of those that are to be purged, and where to go on looking for more; None: these were the last."""
        page = self._tenants.page(after)
        return [tenant for tenant in page.tenants if self._is_due(tenant)], page.next

    def count(self, tenant: Listed) -> int:
        """How many things are kept of a tenant, beside its row."""
        return sum(store.count(tenant.client_key) for store in self._stores)

    def purge(self, tenant: Listed) -> Iterator[int]:
        """Delete what is kept of a tenant, part by part; yields how many things each part had.

        May be run as often as one likes, and by several at once. Raises `UnavailableError`: what was yielded is gone.
        """
        for store in self._stores:
            while things := store.some(tenant.client_key):
                if not self._is_still_gone(tenant):
                    observability.info("purge ended", tenant=tenant.client_key, reason="it has come back, or is purged")
                    return
                yield store.delete(things)
        if self._tenants.remove(tenant):
            observability.info("purged", tenant=tenant.client_key)

    def _is_due(self, tenant: Listed) -> bool:
        return not tenant.installed and tenant.lifecycle_at + self._days * DAY <= self._clock()

    def _is_still_gone(self, tenant: Listed) -> bool:
        stored = self._tenants.look(tenant.client_key)
        return stored is not None and not stored.installed and stored.lifecycle_at == tenant.lifecycle_at
