"""The purge of sites that have left, as a person starts it: the one that runs every day, watched."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import TextIO

from chalicelib.connect.retention import Retention
from chalicelib.connect.settings import Resources
from chalicelib.connect.storage.leftovers import DynamoLeftovers, S3Leftovers
from chalicelib.connect.tenants import Listed
from devkit.deliveries.filters import age
from devkit.deliveries.progress import Progress
from devkit.deliveries.showing import aligned, count
from devkit.deploy.aws import Aws
from devkit.deploy.resources import bodies_bucket
from devkit.tenants import tenants_of

_HEAD = ("LEFT", "TENANT", "SITE", "THINGS")


def keeper(aws: Aws, names: Resources, days: int) -> Retention:
    """The retention of a stage, over the same storage that its functions use."""
    dynamodb = aws.client("dynamodb")
    stores = (
        DynamoLeftovers(dynamodb, names.records_table, "key"),
        DynamoLeftovers(dynamodb, names.jobs_table, "job"),
        S3Leftovers(aws.client("s3"), bodies_bucket(aws, names)),
    )
    return Retention(tenants_of(aws, names), stores, days)


class Purge:
    """The command; `check` is called often, and may raise."""

    def __init__(
        self,
        retention: Retention,
        days: int,
        *,
        tenant: str,
        out: TextIO,
        check: Callable[[], None],
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Is about the one `tenant`, or, where that is empty, about all."""
        self._retention = retention
        self._days = days
        self._tenant = tenant
        self._out = out
        self._check = check
        self._clock = clock

    def run(self, *, yes: bool) -> None:
        """Says what would be deleted; with `yes` deletes it."""
        found = [(tenant, self._retention.count(tenant)) for tenant in self._due()]
        things = sum(number for _, number in found)
        self._say(*self._table(found))
        left = f"{count(len(found), 'site')} left {self._days} days ago or earlier"
        if not found:
            self._say(f"No site{' with this key' * bool(self._tenant)} left {self._days} days ago or earlier.")
        elif not yes:
            self._say(f"{left}: {count(things, 'thing')} would be deleted for good: say --yes to do it.")
        else:
            self._say(f"{left}: {count(self._purge(found, things), 'thing')} deleted for good.")

    def _purge(self, found: list[tuple[Listed, int]], things: int) -> int:
        deleted = 0
        progress = Progress(self._out, things)
        try:
            for tenant, _ in found:
                for number in self._retention.purge(tenant):
                    self._check()
                    deleted += number
                    progress.add(number)
        finally:
            progress.end()
        return deleted

    def _due(self) -> Iterator[Listed]:
        after: str | None = None
        while True:
            self._check()
            due, after = self._retention.due(after)
            yield from (tenant for tenant in due if self._tenant in ("", tenant.client_key))
            if after is None:
                return

    def _table(self, found: list[tuple[Listed, int]]) -> list[str]:
        rows = [
            (age(self._clock() - each.lifecycle_at), each.client_key, each.display_url or each.base_url, f"{number:,}")
            for each, number in found
        ]
        return aligned([_HEAD, *rows]) if rows else []

    def _say(self, *lines: str) -> None:
        for line in lines:
            print(line, file=self._out, flush=True)
