"""Telling Atlassian which accounts the app stores something about, and being told which of them are to be erased.

Source: https://developer.atlassian.com/cloud/jira/platform/user-privacy-developer-guide/. How a Connect app proves who
it is there, the page says in passing: by its token, as for calls to Jira, with the secret of any installation.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from chalicelib.connect.errors import JiraAnswerError, JiraError
from chalicelib.connect.jira.answers import Answer, read
from chalicelib.connect.jira.exchange import Call, Exchange
from chalicelib.connect.jira.signing import AppSignature

if TYPE_CHECKING:
    from chalicelib.connect.tenants import Tenant

PATH: Final = "/app/report-accounts/"
COMMERCIAL: Final = "https://api.atlassian.com"
GOVERNMENT: Final = "https://api.atlassian-us-gov-mod.com"
"""The same gateway of Atlassian Government Cloud, as
https://support.atlassian.com/organization-administration/docs/ip-addresses-and-domains-for-atlassian-cloud-products/
names it: what is stored there is told nobody outside."""

MOST: Final = 90
"""How many accounts one report may hold."""

DAY: Final = 86_400
CYCLE: Final = 7 * DAY
"""How often each account is to be reported, in seconds, where Atlassian's answer does not say."""

_LABEL: Final = f"POST {PATH}"


@dataclass(frozen=True, slots=True)
class Told:
    """Atlassian's answer to a report."""

    statuses: Mapping[str, str]
    """``closed`` or ``updated``, by account id; the others are as they were."""
    cycle: int
    """After how many seconds the same accounts are to be reported again, and not before."""
    refused: tuple[str, ...] = ()
    """The accounts that Atlassian does not take a report of."""


class AccountReports:
    """Makes reports."""

    def __init__(self, app_key: str, exchange: Exchange, clock: Callable[[], float] = time.time) -> None:
        self._app_key = app_key
        self._exchange = exchange
        self._clock = clock

    def report(self, tenant: Tenant, accounts: Mapping[str, float], seconds_left: Callable[[], float]) -> Told:
        """Report up to `MOST` accounts with the times of their `StoredAccount.updated_at`.

        One that Atlassian refuses keeps none of the others from being reported. Raises a `JiraError`, also where of
        several accounts all are refused: then it is not about any of them.
        """
        told = list(self._parts(tenant, accounts, seconds_left))
        refused = tuple(name for each in told for name in each.refused)
        if len(refused) == len(accounts) > 1:
            raise JiraError(_LABEL, "Atlassian answered 400 for each of the accounts", status=400)
        statuses = {name: status for each in told for name, status in each.statuses.items()}
        return Told(statuses, max(each.cycle for each in told), refused)

    def _parts(
        self, tenant: Tenant, accounts: Mapping[str, float], seconds_left: Callable[[], float]
    ) -> Iterator[Told]:
        """The answers to a report; to one that is refused, those to its halves."""
        try:
            told = self._ask(tenant, accounts, seconds_left)
        except JiraError as error:
            if error.status != 400:
                raise
        else:
            yield told
            return
        names = list(accounts)
        if len(names) == 1:
            yield Told({}, CYCLE, (names[0],))
            return
        for half in (names[: len(names) // 2], names[len(names) // 2 :]):
            yield from self._parts(tenant, {name: accounts[name] for name in half}, seconds_left)

    def _ask(self, tenant: Tenant, accounts: Mapping[str, float], seconds_left: Callable[[], float]) -> Told:
        told = self._exchange.make(
            Call(
                method="POST",
                url=f"{reports_to(tenant.base_url)}{PATH}",
                label=_LABEL,
                signature=AppSignature(self._app_key, tenant, self._clock),
                json={"accounts": [{"accountId": name, "updatedAt": _instant(at)} for name, at in accounts.items()]},
                seconds_left=seconds_left,
            )
        )
        statuses = _statuses(read(_LABEL, told), told)
        # What was not asked about is not erased, whoever says so.
        return Told({name: status for name, status in statuses.items() if name in accounts}, _cycle(told))


def reports_to(base_url: str) -> str:
    """Who is told of the accounts of the site at `base_url`.

    A site over plain http can only be the stand-in of the stage `local`: it is told itself.
    """
    site = urlsplit(base_url)
    if site.scheme == "http":
        return base_url
    return GOVERNMENT if (site.hostname or "").endswith(".atlassian-us-gov-mod.net") else COMMERCIAL


def _instant(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _statuses(told: Any, answer: Answer) -> dict[str, str]:
    listed = [] if told is None else told.get("accounts") if isinstance(told, dict) else None
    if not isinstance(listed, list) or not all(isinstance(each, dict) for each in listed):
        raise JiraAnswerError(_LABEL, "the answer lists no accounts", status=answer.status)
    return {
        str(each.get("accountId")): each["status"] for each in listed if each.get("status") in ("closed", "updated")
    }


def _cycle(answer: Answer) -> int:
    """The cycle that the answer names: a number of days, or such as ``P7D``. Anything else is the usual one."""
    found = re.fullmatch(r"P?([0-9]{1,3})D?", answer.headers.get("cycle-period", "").strip(), re.ASCII)
    return max(1, int(found[1])) * DAY if found else CYCLE
