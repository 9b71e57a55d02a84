"""What a warm container remembers, in front of the port `Tenants`: one AWS call less for every warm request."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable

from chalicelib.connect.storage.ports import Tenants
from chalicelib.connect.tenants import Tenant

SECONDS = 60.0
"""How long an uninstall may go unnoticed by a warm container. A new secret is noticed at once: see `TenantGuard`."""

MOST_TENANTS = 1_000


class RememberedTenants:
    """The port `Tenants`, remembering the installed ones for a minute."""

    def __init__(self, tenants: Tenants, clock: Callable[[], float] = time.monotonic) -> None:
        self._tenants = tenants
        self._clock = clock
        self._remembered: OrderedDict[str, tuple[float, Tenant]] = OrderedDict()

    def get(self, client_key: str, *, fresh: bool = False) -> Tenant | None:
        """See `Tenants.get`."""
        until, tenant = self._remembered.get(client_key, (0.0, None))
        if fresh or tenant is None or until < self._clock():
            return self._remember(client_key, self._tenants.get(client_key, fresh=True))
        return tenant

    def update(self, client_key: str, change: Callable[[Tenant | None], Tenant | None]) -> Tenant | None:
        """See `Tenants.update`."""
        return self._remember(client_key, self._tenants.update(client_key, change))

    def _remember(self, client_key: str, tenant: Tenant | None) -> Tenant | None:
        self._remembered.pop(client_key, None)
        if tenant is not None and tenant.installed:
            self._remembered[client_key] = (self._clock() + SECONDS, tenant)
            if len(self._remembered) > MOST_TENANTS:
                self._remembered.popitem(last=False)
        return tenant
