"""Telling Atlassian which accounts the app stores something about, and being told which of them are to be erased.

Source: https://developer.atlassian.com/cloud/jira/platform/user-privacy-developer-guide/. How a Connect app proves who
it is there, the page says in passing: by its token, as for calls to Jira, with the secret of any installation.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from chalicelib.connect.errors import JiraAnswerError
from chalicelib.connect.jira.answers import Answer, read
from chalicelib.connect.jira.exchange import Call, Exchange
from chalicelib.connect.jira.signing import AppSignature

if TYPE_CHECKING:
    from chalicelib.connect.tenants import Tenant

PATH: Final = "/app/report-accounts/"
ATLASSIAN: Final = "https://api.atlassian.com"

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


class AccountReports:
    """Makes reports."""

    def __init__(self, app_key: str, exchange: Exchange, clock: Callable[[], float] = time.time) -> None:
        self._app_key = app_key
        self._exchange = exchange
        self._clock = clock

    def report(self, tenant: Tenant, accounts: Mapping[str, float], seconds_left: Callable[[], float]) -> Told:
        """Report up to `MOST` accounts with the times of their `StoredAccount.updated_at`; raises a `JiraError`."""
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
    return base_url if urlsplit(base_url).scheme == "http" else ATLASSIAN


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
