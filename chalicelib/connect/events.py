"""How an app says which webhooks it wants: plain functions behind a decorator, and what they are given."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from chalicelib.connect.values import frozen

if TYPE_CHECKING:
    from chalicelib.connect.jira.client import JiraClient
    from chalicelib.connect.jira.dynamic_webhooks import DynamicWebhook
    from chalicelib.connect.starter import TenantJobs
    from chalicelib.connect.storage.ports import Records
    from chalicelib.connect.tenants import Tenant


@frozen(kw_only=True)
class Delivery:
    """One webhook on its way to the handlers of its event."""

    tenant: Tenant
    """The installation that sent it."""
    id: str
    """Jira's name for this webhook: the same on every repetition, unique within the tenant."""
    event: str
    """Such as ``jira:issue_updated``."""
    body: Mapping[str, Any]
    """The JSON object that Jira sent. Its sender is proved; the body itself is not signed."""
    attempt: int
    """How often Jira had already tried when it was taken in: 0 for the first time."""
    occurred_at: int
    """When Jira says that it happened, milliseconds since the epoch; where it does not say, the same as `received_at`.
    Deliveries come in no order: what is newer is told by this alone."""
    received_at: int
    """When it was taken in, milliseconds since the epoch."""
    records: Records
    """The app's own records of this tenant, and of no other."""
    jira: JiraClient
    """Calls back to this tenant's Jira, and to no other."""
    jobs: TenantJobs
    """Starts jobs for this tenant, and says how far they are."""


Wanted = Callable[["Tenant", "Records"], Iterable["DynamicWebhook"]]
"""Says which dynamic webhooks the app wants from a tenant's Jira; `Records` are the app's own of that tenant."""

Handler = Callable[[Delivery], None]


def handler_name(handler: Handler) -> str:
    """The name by which a handler is known in the log of deliveries, from one deploy to the next."""
    return f"{handler.__module__}.{handler.__qualname__}"


class Events:
    """The handlers of an app, by the event that they wait for.

    A handler may be called again for a delivery that it has already seen: when a time-out or a crash came between its
    last line and the note that it was done. Whatever it writes must come out the same, and in whatever order the
    deliveries come: docs/handlers.md shows how.
    """

    def __init__(self) -> None:
        self._handlers: dict[str, list[Handler]] = {}
        self.wanted: Wanted | None = None
        """Which dynamic webhooks the app wants; None where it wants none."""

    def on(self, *events: str) -> Callable[[Handler], Handler]:
        """Register the decorated function for each of `events` (Atlassian's names, such as ``comment_created``).

        Raises `ValueError` for a second function of one name: which handlers of a delivery have run is noted by name.
        """

        def register(handler: Handler) -> Handler:
            for event in events:
                waiting = self._handlers.setdefault(event, [])
                if handler_name(handler) in map(handler_name, waiting):
                    raise ValueError(
                        f"Two handlers of {event} are named {handler_name(handler)}: give one another name."
                    )
                waiting.append(handler)
            return handler

        return register

    def dynamic(self, wanted: Wanted) -> Wanted:
        """Register the decorated function as the one that says which dynamic webhooks a tenant is to send.

        They are registered when the app is installed, and kept from expiring; the job ``connect.keep-webhooks``, which
        a handler may start, makes a change of mind come true at once. Raises `ValueError` for a second function.
        """
        if self.wanted is not None:
            raise ValueError("Two functions say which dynamic webhooks are wanted.")
        self.wanted = wanted
        return wanted

    def handlers(self, event: str) -> tuple[Handler, ...]:
        """The functions that wait for `event`, in the order of their registration; none is an empty tuple."""
        return tuple(self._handlers.get(event, ()))

    def names(self) -> tuple[str, ...]:
        """The events that have a handler, sorted."""
        return tuple(sorted(self._handlers))
