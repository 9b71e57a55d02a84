"""What a warm container remembers, in front of the port `Tenants`: one AWS call less for every warm request.

It also bounds what a flood of bad tokens costs: whoever claims to be an unknown tenant causes one read a minute, and
whoever claims to be a known one, for whom a fresh read is asked then, one a second after the first twenty. Those who
are unknown have a room of their own, from which no flood of them drives out anyone who is known.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from typing import TYPE_CHECKING

from chalicelib.connect.values import frozen

if TYPE_CHECKING:
    from chalicelib.connect.storage.ports import Tenants
    from chalicelib.connect.tenants import Tenant

SECONDS = 60.0
"""How long an uninstall may go unnoticed by a warm container, and how long a client key stays unknown to it that was
asked for before its install: that is by somebody else than Jira, and in this very container."""

FRESH_SECONDS = 1.0
FRESH_AT_ONCE = 20
"""How often a tenant is read again that is asked for afresh, as for what looks like a new secret: once in so many
seconds, after so many at once. As many installs of one site may come at the same time, each with a secret of its
own."""

MOST_TENANTS = 1_000
"""As many of those who are known, and of those who are not."""


@frozen
class _Entry:
    read_at: float
    tenant: Tenant | None
    spent_until: float
    """Until when the fresh reads that were made would last at one in `FRESH_SECONDS`."""


class RememberedTenants:
    """The port `Tenants`, remembering for a minute who is there and who is not."""

    def __init__(self, tenants: Tenants, clock: Callable[[], float] = time.monotonic) -> None:
        self._tenants = tenants
        self._clock = clock
        self._known: OrderedDict[str, _Entry] = OrderedDict()
        self._unknown: OrderedDict[str, _Entry] = OrderedDict()

    def get(self, client_key: str, *, fresh: bool = False) -> Tenant | None:
        """See `Tenants.get`."""
        entry, now = self._known.get(client_key) or self._unknown.get(client_key), self._clock()
        if entry is None:
            return self._remember(client_key, self._tenants.get(client_key, fresh=True), now)
        # One that has left may come back, and is then to be seen at once.
        wanted = fresh or (entry.tenant is not None and not entry.tenant.installed)
        if now < entry.read_at + SECONDS and not (wanted and entry.spent_until <= now + FRESH_AT_ONCE * FRESH_SECONDS):
            return entry.tenant
        spent_until = max(entry.spent_until, now) + FRESH_SECONDS
        return self._remember(client_key, self._tenants.get(client_key, fresh=True), spent_until)

    def update(self, client_key: str, change: Callable[[Tenant | None], Tenant | None]) -> Tenant | None:
        """See `Tenants.update`."""
        changed = self._tenants.update(client_key, change)
        if changed is None:
            self._known.pop(client_key, None)
            self._unknown.pop(client_key, None)
            return None
        return self._remember(client_key, changed, self._clock())

    def _remember(self, client_key: str, tenant: Tenant | None, spent_until: float) -> Tenant | None:
        self._known.pop(client_key, None)
        self._unknown.pop(client_key, None)
        room = self._unknown if tenant is None else self._known
        room[client_key] = _Entry(self._clock(), tenant, spent_until)
        if len(room) > MOST_TENANTS:
            room.popitem(last=False)
        return tenant
