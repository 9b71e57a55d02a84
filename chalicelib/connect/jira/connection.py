"""What a container needs to call Jira, shared by all clients in it: connections, users' tokens, budgets."""

from __future__ import annotations

import math
import random
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from chalicelib.connect.jira.answers import Answer, read
from chalicelib.connect.jira.budget import Budget, budget
from chalicelib.connect.jira.exchange import Call, Exchange
from chalicelib.connect.jira.impersonation import UserTokens
from chalicelib.connect.jira.rate_limits import spread
from chalicelib.connect.jira.signing import AppSignature, UserSignature

if TYPE_CHECKING:
    from requests.auth import AuthBase

    from chalicelib.connect.jira.addresses import Address
    from chalicelib.connect.jira.client import Account
    from chalicelib.connect.jira.rate_limits import Headers
    from chalicelib.connect.tenants import Tenant

MOST_BUDGETS = 1_000


class Connection:
    """Signs calls, makes them, and remembers what Jira says is left of the quota."""

    def __init__(
        self,
        app_key: str,
        exchange: Exchange | None = None,
        clock: Callable[[], float] = time.time,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._app_key = app_key
        self._exchange = exchange or Exchange(clock=clock)
        self._clock = clock
        self._chance = chance
        self._users = UserTokens(self._exchange, clock)
        self._budgets: OrderedDict[tuple[str, str | None], Budget] = OrderedDict()

    def call(
        self,
        tenant: Tenant,
        account: Account | None,
        method: str,
        to: Address,
        body: Any,
        seconds_left: Callable[[], float],
    ) -> Any:
        """The JSON of Jira's answer, None when it is empty; raises a `JiraError`.

        The app itself calls, or, with `account`, the app as that user.
        """
        label = f"{method} {to.path}"

        def made(signature: AuthBase) -> Answer:
            return self._exchange.make(
                Call(
                    method=method,
                    url=to.url,
                    label=label,
                    signature=signature,
                    json=body,
                    seconds_left=seconds_left,
                    note=lambda headers: self._note(tenant, account, headers),
                )
            )

        if account is None:
            return read(label, made(AppSignature(self._app_key, tenant, self._clock)))
        token = self._users.get(tenant, account, seconds_left)
        answer = made(UserSignature(token))
        if answer.status == 401:
            # Jira may have ended the token before its time: a new one decides whether the user may.
            self._users.forget(token)
            answer = made(UserSignature(self._users.get(tenant, account, seconds_left)))
        return read(label, answer)

    def budget(self, tenant: Tenant, account: Account | None) -> Budget:
        """What was left to the app on this site when Jira last said so; calls as a user have a budget of their own."""
        return self._budgets.get(_key(tenant, account), Budget())

    def pause(self, tenant: Tenant, account: Account | None, share: float) -> int:
        """How many seconds a job should wait so that `share` of the quota is left for others; 0: it may go on.

        Those who wait for the same reset are spread behind it.
        """
        seconds = self.budget(tenant, account).pause(self._clock(), share)
        return math.ceil(spread(seconds, self._chance())) if seconds else 0

    def _note(self, tenant: Tenant, account: Account | None, headers: Headers) -> None:
        if (told := budget(headers, self._clock())) is not None:
            self._budgets[_key(tenant, account)] = told
            if len(self._budgets) > MOST_BUDGETS:
                self._budgets.popitem(last=False)


def _key(tenant: Tenant, account: Account | None) -> tuple[str, str | None]:
    return tenant.client_key, account.account_id if account else None
