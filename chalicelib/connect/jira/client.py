"""The client with which an app calls back: to the tenant's own Jira, as the app or as a user.

Nothing dear is imported before the first call, so that handlers and pages that make none do not pay for it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from chalicelib.connect.errors import JiraBusyError, JiraImpersonationError
from chalicelib.connect.jira.addresses import Parameters, address
from chalicelib.connect.jira.pagination import Part, Place, parts

if TYPE_CHECKING:
    from chalicelib.connect.jira.budget import Budget
    from chalicelib.connect.jira.connection import Connection
    from chalicelib.connect.tenants import Tenant


@dataclass(frozen=True, slots=True)
class Account:
    """A user as whom the app acts."""

    account_id: str
    scopes: tuple[str, ...] = ()
    """In capitals, such as ``READ``; none asks for all that the descriptor has."""


@dataclass(frozen=True, slots=True)
class JiraClient:
    """Calls the REST API of one tenant's Jira.

    An address is a path such as ``/rest/api/3/myself``, or a whole URL of the tenant's own, as Jira's answers hold
    them; any other raises `JiraAddressError` before anything is sent. What a user typed goes into a path through
    `urllib.parse.quote(text, safe="")`. Each call returns parsed JSON, None for an empty answer, and raises a
    `JiraError`: docs/reference.md has them all. Short waits that Jira asks for are waited in place.
    """

    tenant: Tenant
    connection: Callable[[], Connection]
    """What this container's clients share; asked for with the first call."""
    seconds_left: Callable[[], float]
    """What remains of the function's time: no call outlasts it."""
    account: Account | None = None
    """The user as whom this client acts; None: the app."""
    clock: Callable[[], float] = time.time

    def get(self, at: str, query: Parameters | None = None) -> Any:
        """Read what is at the address `at`; never with a body, which Jira refuses."""
        return self._call("GET", at, query)

    def post(self, at: str, body: Any = None, query: Parameters | None = None) -> Any:
        """Create or do something, with `body` as JSON. It may happen twice, as every webhook may."""
        return self._call("POST", at, query, body)

    def put(self, at: str, body: Any = None, query: Parameters | None = None) -> Any:
        """Replace what is at `at` with `body` as JSON."""
        return self._call("PUT", at, query, body)

    def delete(self, at: str, query: Parameters | None = None, body: Any = None) -> Any:
        """Remove what is at `at`; a few addresses want to be told in a `body` what to remove."""
        return self._call("DELETE", at, query, body)

    def each(self, at: str, query: Parameters | None = None, *, items: str = "values") -> Iterator[Any]:
        """All things of a list that Jira hands out in parts, asked for as they are needed.

        `items` is the name under which each answer holds its part, such as ``issues``. A plain list is got by `get`.
        """
        for part in self.parts(at, query, items=items):
            yield from part.items

    def parts(
        self,
        at: str,
        query: Parameters | None = None,
        *,
        items: str = "values",
        body: Mapping[str, Any] | None = None,
        start: Place | None = None,
    ) -> Iterator[Part]:
        """The same in parts, each with the place where the next begins, which a job saves and hands in as `start`.

        With `body` it is asked for by POST, and the place goes into the body.
        """

        def ask(place: Place) -> Any:
            if "link" in place:
                return self.get(str(place["link"]))
            if body is not None:
                return self.post(at, {**body, **place}, query)
            return self.get(at, {**(query or {}), **place})

        return parts(ask, items, f"{'GET' if body is None else 'POST'} {at.partition('?')[0]}", start)

    def as_user(self, account_id: str, scopes: Iterable[str] = ()) -> JiraClient:
        """A client that acts as a user, whose permissions then count; the descriptor needs the scope ACT_AS_USER.

        `scopes`, such as ``READ``, are all that it may use; none stands for the descriptor's own. Its calls raise
        `JiraImpersonationError` when Atlassian does not let the app act as this user.
        """
        if not account_id:
            raise JiraImpersonationError("A call to Jira was not made", "nobody is named as whom to make it")
        return replace(self, account=Account(account_id, tuple(sorted({scope.upper() for scope in scopes}))))

    @property
    def budget(self) -> Budget:
        """What was left of Jira's quota when it last said so in this container."""
        return self.connection().budget(self.tenant, self.account)

    def keep_reserve(self, share: float = 0.2) -> None:
        """For jobs, before each call or so: raises `JiraBusyError` when no more than `share` of the quota is left.

        So a job waits on the queue until the quota is whole again, and a little longer, lest all come back in the same
        second; and webhooks and pages have what is left.
        """
        seconds = self.connection().pause(self.tenant, self.account, share)
        if seconds:
            raise JiraBusyError("A call to Jira was not made", "what is left of the quota is kept", seconds=seconds)

    def _call(self, method: str, at: str, query: Parameters | None, body: Any = None) -> Any:
        to = address(self.tenant.base_url, at, query)
        return self.connection().call(self.tenant, self.account, method, to, body, self.seconds_left)
