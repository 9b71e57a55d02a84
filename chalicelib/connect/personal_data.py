"""Personal data: which accounts an app stores something about, and what becomes of it when one is closed.

An app that stores an account id anywhere says so at that moment, with `Accounts.note`, and registers what is to happen
when Atlassian says that the account was closed or has changed. Both together are what Atlassian asks of every app that
stores personal data; an app that stores none does neither, and nothing is ever reported.
Source: https://developer.atlassian.com/cloud/jira/platform/user-privacy-developer-guide/
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from chalicelib.connect.jira.client import JiraClient
    from chalicelib.connect.storage.ports import Records, Value
    from chalicelib.connect.tenants import Tenant

SHARDS: Final = 32
"""Over how many records the accounts of a tenant are spread: each holds some five thousand, of 400 KB at most."""

UNKNOWN: Final = "unknown"
"""Stands for an account that Jira can not name; Atlassian wants it neither stored nor reported."""

_ACCOUNT_ID = re.compile(r"[A-Za-z0-9:._-]{1,128}", re.ASCII)


@dataclass(frozen=True, slots=True, order=True)
class StoredAccount:
    """An account that something is stored about."""

    shard: int
    account_id: str
    updated_at: float
    """When the oldest of what is stored about it was read from Jira, seconds since the epoch."""


class Accounts:
    """The accounts that the app stores something about, of one tenant; kept among its records, under ``connect/``."""

    def __init__(self, records: Records) -> None:
        self._records = records

    def note(self, account_id: str, at: float) -> None:
        """Note that something of `account_id` is stored, read from Jira at `at`; costs a read where it is known.

        Raises `ValueError` for what is no account id.
        """
        if account_id == UNKNOWN:
            return
        if not _ACCOUNT_ID.fullmatch(account_id):
            raise ValueError("That is no account id.")
        self._change(account_id, lambda known: {account_id: at, **known})

    def renew(self, account_id: str, at: float) -> None:
        """Note that all that is stored of `account_id` was read from Jira at `at`, or is true whenever it was."""
        self._change(account_id, lambda known: {**known, account_id: at} if account_id in known else known)

    def forget(self, account_id: str) -> None:
        """Note that nothing of `account_id` is stored any more."""
        self._change(account_id, lambda known: {name: at for name, at in known.items() if name != account_id})

    def after(self, shard: int, account_id: str) -> Iterator[StoredAccount]:
        """The accounts that come after this one, in an order that stays the same."""
        for number in range(shard, SHARDS):
            for name, at in sorted(_known(self._records.get(account_key(number))).items()):
                if number > shard or name > account_id:
                    yield StoredAccount(number, name, at)

    def _change(self, account_id: str, change: Callable[[dict[str, float]], dict[str, float]]) -> None:
        self._records.update(account_key(_shard(account_id)), lambda record: {"accounts": change(_known(record))})


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportedAccount:
    """An account that Atlassian has something to say about."""

    account_id: str
    tenant: Tenant
    records: Records = field(repr=False)
    jira: JiraClient = field(repr=False)


AccountFunction = Callable[[ReportedAccount], None]


class PersonalData:
    """What an app does when Atlassian says that an account was closed, or has changed."""

    def __init__(self) -> None:
        self._closed: AccountFunction | None = None
        self._updated: AccountFunction | None = None

    def closed(self, function: AccountFunction) -> AccountFunction:
        """Register what erases all that is stored of a closed account; from then on accounts are reported.

        It may be called again for the same account, and must come out the same.
        """
        self._closed = function
        return function

    def updated(self, function: AccountFunction) -> AccountFunction:
        """Register what reads all that is stored of a changed account from Jira again.

        Without one, a changed account is erased like a closed one: Atlassian leaves no third way.
        """
        self._updated = function
        return function

    @property
    def is_stored(self) -> bool:
        """Whether the app stores any, and so reports it."""
        return self._closed is not None

    def settle(self, account: ReportedAccount, status: str, now: float) -> None:
        """Do what is to be done about an account whose status is ``closed`` or ``updated``."""
        accounts = Accounts(account.records)
        if status == "updated" and self._updated is not None:
            self._updated(account)
            accounts.renew(account.account_id, now)
        elif self._closed is not None:
            self._closed(account)
            # Last: should the function fail, the account is still known, and is reported again.
            accounts.forget(account.account_id)


def _shard(account_id: str) -> int:
    return sha256(account_id.encode()).digest()[0] % SHARDS


def account_key(shard: int) -> str:
    """The key of the record that holds the accounts of `shard`."""
    return f"connect/accounts/{shard}"


def _known(record: Value | None) -> dict[str, float]:
    return dict((record or {}).get("accounts", {}))
