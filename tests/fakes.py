"""The ports in memory. Each passes the suite in `tests/contract` that the real adapter passes."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Sequence
from hashlib import sha256
from itertools import count
from threading import Lock
from typing import TYPE_CHECKING, Any

from chalicelib.connect.errors import UnavailableError
from chalicelib.connect.jira.client import JiraClient
from chalicelib.connect.protocol.job_messages import JobMessage
from chalicelib.connect.protocol.messages import MOST_BYTES, Message
from chalicelib.connect.runs import Run
from chalicelib.connect.starter import Starter, TenantJobs
from chalicelib.connect.storage.aws import AwsError
from chalicelib.connect.storage.ports import Bodies, Leftover, Slot, TenantPage, Value
from chalicelib.connect.tenants import Listed, Tenant
from chalicelib.connect.tools import Tools

if TYPE_CHECKING:
    from chalicelib.connect.jira.connection import Connection


class FakeRecords:
    """The port `Records`."""

    def __init__(self) -> None:
        self._values: dict[str, Value] = {}
        self._lock = Lock()

    def get(self, key: str) -> Value | None:
        return self._values.get(key)

    def update(self, key: str, change: Callable[[Value | None], Value]) -> Value:
        with self._lock:
            self._values[key] = change(self._values.get(key))
            return self._values[key]

    def delete(self, key: str) -> None:
        self._values.pop(key, None)


class FakeTenants:
    """The port `Tenants`; counts its reads."""

    def __init__(self, *tenants: Tenant) -> None:
        self._tenants = {tenant.client_key: tenant for tenant in tenants}
        self._lock = Lock()
        self.reads = 0
        self.page_size = 2

    def get(self, client_key: str, *, fresh: bool = False) -> Tenant | None:
        self.reads += 1
        return self._tenants.get(client_key)

    def update(self, client_key: str, change: Callable[[Tenant | None], Tenant | None]) -> Tenant | None:
        with self._lock:
            changed = change(self._tenants.get(client_key))
            if changed is not None:
                self._tenants[client_key] = changed
            return changed

    def page(self, after: str | None = None) -> TenantPage:
        left = sorted(key for key in self._tenants if after is None or key > after)
        shown = left[: self.page_size]
        following = shown[-1] if len(shown) < len(left) else None
        return TenantPage(tuple(self._tenants[key].listed for key in shown), following)

    def look(self, client_key: str) -> Listed | None:
        tenant = self._tenants.get(client_key)
        return None if tenant is None else tenant.listed

    def remove(self, tenant: Listed) -> bool:
        with self._lock:
            same = self.look(tenant.client_key) == tenant
            if same:
                del self._tenants[tenant.client_key]
            return same


class FakeKms:
    """KMS as boto3 shows it, with the keys `keys`; what it seals can be read. Counts its calls."""

    def __init__(self, *keys: str) -> None:
        self._keys = keys
        self.calls: list[str] = []
        self.down = False

    def encrypt(self, **asked: Any) -> dict[str, Any]:
        key, text, context = asked["KeyId"], asked["Plaintext"].decode("latin-1"), asked["EncryptionContext"]
        self._answer("Encrypt", key in self._keys and len(text) <= 4_096)
        return {"CiphertextBlob": json.dumps([key, text, context]).encode(), "KeyId": key}

    def decrypt(self, **asked: Any) -> dict[str, Any]:
        key, text, context = json.loads(asked["CiphertextBlob"])
        self._answer("Decrypt", key in self._keys and context == asked["EncryptionContext"])
        return {"Plaintext": text.encode("latin-1"), "KeyId": key}

    def _answer(self, call: str, fine: bool) -> None:
        self.calls.append(call)
        if self.down or not fine:
            raise AwsError("KMSInternalException" if self.down else "InvalidCiphertextException")


class FakeLeftovers:
    """The port `Leftovers`: versions by tenant and name; shows two things at a time."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, ...], int] = {}
        self.down = False

    def put(self, client_key: str, name: str) -> None:
        self.kept[client_key, name] = self.kept.get((client_key, name), 0) + 1

    def some(self, client_key: str) -> Sequence[Leftover]:
        found = sorted(name for name in self.kept if name[0] == client_key)
        return [Leftover(name, self.kept[name]) for name in found[:2]]

    def delete(self, things: Sequence[Leftover]) -> int:
        if self.down:
            raise UnavailableError("The store did not answer; try again later.")
        same = [each for each in things if self.kept.get(each.name) == each.version]
        for each in same:
            del self.kept[each.name]
        return len(same)

    def count(self, client_key: str) -> int:
        return sum(name[0] == client_key for name in self.kept)


class FakeRuns:
    """The port `Runs`."""

    def __init__(self) -> None:
        self._runs: dict[tuple[str, str], Run] = {}
        self._lock = Lock()
        self.down = False

    def get(self, client_key: str, job: str) -> Run | None:
        return self._runs.get((client_key, job))

    def update(self, client_key: str, job: str, change: Callable[[Run | None], Run | None]) -> Run | None:
        if self.down:
            raise UnavailableError("The runs did not answer; try again later.")
        with self._lock:
            changed = change(self._runs.get((client_key, job)))
            if changed is not None:
                # As it is stored, so that a test sees what is lost on the way.
                self._runs[client_key, job] = Run.from_record(json.loads(json.dumps(changed.to_record())))
            return changed


class FakeSlots:
    """The port `Slots`."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._numbers = count()
        self._leases: dict[str, tuple[str, float]] = {}

    def take(self, client_key: str, *, now: float, lease: float) -> Slot | None:
        for number in range(self._most):
            slot = Slot(f"{client_key} {number}", str(next(self._numbers)))
            if self._leases.get(slot.id, ("", 0.0))[1] < now:
                self._leases[slot.id] = (slot.holder, now + lease)
                return slot
        return None

    def give_back(self, slot: Slot) -> None:
        if self._leases.get(slot.id, ("", 0.0))[0] == slot.holder:
            del self._leases[slot.id]


class FakeBodies:
    """The port `Bodies`; `down` makes every call fail."""

    def __init__(self) -> None:
        self.kept: dict[str, str] = {}
        self.down = False

    def put(self, client_key: str, body: str) -> str:
        self._check()
        name = f"{client_key}/{sha256(body.encode()).hexdigest()}"
        self.kept[name] = body
        return name

    def get(self, client_key: str, name: str) -> str | None:
        self._check()
        return self.kept.get(name) if name.rpartition("/")[0] == client_key else None

    def _check(self) -> None:
        if self.down:
            raise UnavailableError("The bodies did not answer; try again later.")


class FakeQueue:
    """The port `Queue`, as far as it can be seen from this side; `down` makes every call fail."""

    def __init__(self) -> None:
        self.deleted: list[str] = []
        self.delayed: dict[str, int] = {}
        self.buried: list[tuple[str, str]] = []
        self.down = False

    def delete(self, receipts: Collection[str]) -> None:
        self._check()
        assert 1 <= len(receipts) <= 10, "SQS refuses any other batch"
        self.deleted += receipts

    def delay(self, receipt: str, seconds: int) -> None:
        self._check()
        self.delayed[receipt] = seconds

    def bury(self, text: str, reason: str) -> None:
        self._check()
        self.buried.append((text, reason))

    def _check(self) -> None:
        if self.down:
            raise UnavailableError("The queue did not answer; try again later.")


class FakeDeliveryQueue(FakeQueue):
    """The port `DeliveryQueue`."""

    def __init__(self, bodies: Bodies | None = None) -> None:
        super().__init__()
        self._bodies = bodies or FakeBodies()
        self.sent: list[Message] = []

    def send(self, message: Message) -> None:
        if len(message.encode()) > MOST_BYTES:
            message = message.without_body(self._bodies.put(message.client_key, message.body))
        self._check()
        self.sent.append(message)


class FakeJobQueue(FakeQueue):
    """The port `JobQueue`."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[tuple[JobMessage, int]] = []

    def send(self, message: JobMessage, seconds: int = 0) -> None:
        self._check()
        self.sent.append((message, seconds))


def no_tools(tenant: Tenant, seconds_left: Callable[[], float] = lambda: 60.0) -> Tools:
    """Records of its own, no Jira, and no jobs that could be started."""
    starter = Starter(lambda _: False, FakeRuns(), FakeJobQueue())
    return Tools(FakeRecords(), no_jira(tenant, seconds_left), TenantJobs(tenant.client_key, lambda: starter))


def no_jira(tenant: Tenant, seconds_left: Callable[[], float] = lambda: 60.0) -> JiraClient:
    """A client for those who are not to call Jira."""

    def connection() -> Connection:
        raise AssertionError("Jira was called.")

    return JiraClient(tenant, connection, seconds_left)


class FakeSite:
    """The port `Site`; counts its reads."""

    def __init__(self, **pages: str) -> None:
        self._pages = pages
        self.reads = 0

    def page(self, name: str) -> bytes | None:
        self.reads += 1
        html = self._pages.get(name.replace("-", "_"))
        return None if html is None else html.encode()

    def pages(self) -> Collection[str]:
        return [name.replace("_", "-") for name in self._pages]
