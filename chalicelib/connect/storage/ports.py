"""What the framework asks of its storage, in the framework's own words.

Every adapter and every fake of a port passes the same suite in `tests/contract`. An adapter raises `UnavailableError`
when its service does not answer, and never half does a thing.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from enum import Enum
from typing import TYPE_CHECKING, Any, Protocol

from chalicelib.connect.values import frozen

if TYPE_CHECKING:
    from chalicelib.connect.protocol.job_messages import JobMessage
    from chalicelib.connect.protocol.messages import Message
    from chalicelib.connect.runs import Run
    from chalicelib.connect.tenants import Listed, Tenant

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

    def delete(self, key: str) -> None:
        """Forget the record at `key` and the key itself, as for personal data; nothing happens where there is none."""


@frozen
class TenantPage:
    """Some of the tenants."""

    tenants: tuple[Listed, ...]
    next: str | None
    """Where the next page begins; None after the last."""


class AllTenants(Protocol):
    """The tenants one after the other, those that have left among them."""

    def page(self, after: str | None = None) -> TenantPage:
        """The tenants that come after the place `after`, in no order that means anything; None is the beginning."""


class Tenants(Protocol):
    """The tenants by client key."""

    def get(self, client_key: str, *, fresh: bool = False) -> Tenant | None:
        """The tenant, or None; with `fresh` as it is stored now, and not as this container remembers it."""

    def update(self, client_key: str, change: Callable[[Tenant | None], Tenant | None]) -> Tenant | None:
        """Replace the tenant by what `change` makes of it, as `Records.update` does; None writes nothing."""


class StoredTenants(Tenants, AllTenants, Protocol):
    """The tenants as whoever deletes them needs them: without their secrets."""

    def look(self, client_key: str) -> Listed | None:
        """The tenant as it is stored now, or None."""

    def remove(self, tenant: Listed) -> bool:
        """Forget a tenant that is still stored just so; whether it was."""


@frozen
class Leftover:
    """A thing that is kept of a tenant, as it was when it was looked at."""

    name: tuple[str, ...]
    version: int = 0


class Leftovers(Protocol):
    """What one store keeps of a tenant, for one purpose: to delete it."""

    def some(self, client_key: str) -> Sequence[Leftover]:
        """Up to a hundred things that are kept of the tenant; none when nothing is left."""

    def delete(self, things: Sequence[Leftover]) -> int:
        """Delete those that have not changed since they were looked at; returns how many that were."""

    def count(self, client_key: str) -> int:
        """How many things are kept of the tenant; for a person, since it reads all of their names."""


CUT_SHORT = "it was cut short: the function was killed, or its time was up"
"""What is noted of a try that has begun, until it ends."""


class Progress(Enum):
    """How far a delivery has come."""

    BEGUN = "begun"
    """It is ours to handle until the lease ends."""
    RUNNING = "running"
    """Another worker has it, and its lease has not ended."""
    DONE = "done"
    """All its handlers have run."""


@frozen
class Claim:
    """The answer to the wish to handle a delivery."""

    progress: Progress
    handled: frozenset[str] = frozenset()
    """The handlers that ran to their end in an earlier try."""
    seconds: int = 0
    """How long the lease of another worker has still to run."""
    tries: int = 0
    """Which try this is, from 1; earlier ones are those that its releases said should stand."""
    error: str = ""
    """How the try before this one ended; `CUT_SHORT` where it never said."""
    holder: str = ""
    """The name under which it is claimed, for whoever goes on with it."""


class DeliveryLog(Protocol):
    """Which deliveries have been handled: what makes a repeated webhook harmless.

    All that is noted of a delivery is noted by who has claimed it, under the `holder` of that claim, and says whether
    the claim still stood: the lease may have ended, and another worker have it now.
    """

    def begin(self, client_key: str, delivery_id: str, *, now: float, lease: float) -> Claim:
        """Claim a delivery for `lease` seconds from `now` (seconds since the epoch), and count the try."""

    def note(self, client_key: str, delivery_id: str, holder: str, *, handled: Collection[str]) -> bool:
        """Note, in the middle of a try, which handlers of a delivery have run to their end; it stays claimed."""

    def finish(self, client_key: str, delivery_id: str, holder: str, *, now: float) -> bool:
        """Note that all handlers of a delivery have run."""

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
        """Give a delivery back unfinished; note which of its handlers need not run again and, for a person, the error.

        `tries` is how many are to stand: 0 where it goes to the dead letters, and may be replayed.
        """


@frozen
class Slot:
    """The right of one worker to handle deliveries of one tenant, for as long as its lease lasts."""

    id: str
    holder: str


class Slots(Protocol):
    """How many workers handle deliveries of one tenant at the same time: each tenant has a number of slots."""

    def take(self, client_key: str, *, now: float, lease: float) -> Slot | None:
        """A free slot of the tenant for `lease` seconds from `now` (since the epoch); None when there is none."""

    def give_back(self, slot: Slot) -> None:
        """Free a slot before its lease has ended; nothing happens when another has taken it since."""


class Bodies(Protocol):
    """The bodies that no queue can carry, kept for longer than any message that names them."""

    def put(self, client_key: str, body: str) -> str:
        """Keep a body; returns its name, which is the same for the same body of the same tenant."""

    def get(self, client_key: str, name: str) -> str | None:
        """The body `name` of a tenant, or None when it is not kept, or not any more, or is another tenant's."""


class Queue(Protocol):
    """The far side of a queue, and its dead letters."""

    def delete(self, receipts: Collection[str]) -> None:
        """Take handled messages off the queue, by their receipt handles (at most ten)."""

    def delay(self, receipt: str, seconds: int) -> None:
        """Hide a message, which was received but not handled, for another number of seconds."""

    def bury(self, text: str, reason: str) -> None:
        """Put the text of a message among the dead letters, with the reason."""


class DeliveryQueue(Queue, Protocol):
    """The queue between the webhook route and the worker."""

    def send(self, message: Message) -> None:
        """Put a message on the queue; once this returns, the message and its body, whatever its size, are safe.

        Where it raises, nothing is on the queue.
        """


class JobQueue(Queue, Protocol):
    """The queue of the calls to go on with a job."""

    def send(self, message: JobMessage, seconds: int = 0) -> None:
        """Put a call on the queue, out of sight for `seconds` at first."""


class Runs(Protocol):
    """The newest run of each job, by tenant and job."""

    def get(self, client_key: str, job: str) -> Run | None:
        """The run, or None; `job` is its name and key, as `chalicelib.connect.starter.job_id` joins them."""

    def update(self, client_key: str, job: str, change: Callable[[Run | None], Run | None]) -> Run | None:
        """Replace the run by what `change` makes of it, as `Records.update` does; None writes nothing."""


class Site(Protocol):
    """The static site."""

    def page(self, name: str) -> bytes | None:
        """The HTML of the page `name`, or None when the site has no such page."""

    def pages(self) -> Collection[str]:
        """The names of all pages."""
