"""The framework's own jobs: fanning out to all tenants, the sweep, dynamic webhooks, and the purge of who has left."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from chalicelib.connect import observability
from chalicelib.connect.errors import JiraBusyError, JiraError, JiraTooLargeError
from chalicelib.connect.jira.dynamic_webhooks import keep

if TYPE_CHECKING:
    from chalicelib.connect.events import Wanted
    from chalicelib.connect.jobs import Job, SystemJob, Value
    from chalicelib.connect.retention import Retention
    from chalicelib.connect.starter import Starter
    from chalicelib.connect.storage.ports import AllTenants
    from chalicelib.connect.sweep import Sweep

FAN_OUT: Final = "connect.fan-out"
SWEEP: Final = "connect.sweep"
RETENTION: Final = "connect.retention"
REPORT: Final = "connect.report-accounts"
KEEP_WEBHOOKS: Final = "connect.keep-webhooks"

SPREAD_SECONDS = 900
"""Over how long the jobs of a fan-out are spread: ten thousand tenants are then eleven a second."""


def fan_out(tenants: AllTenants, starter: Starter) -> Callable[[SystemJob], Iterator[Value]]:
    """The job that starts another one for every tenant that has the app.

    Its input is ``{"job": name}``, and what that is given as ``input`` and over how many seconds they are spread as
    ``over``, where that is not usual. What it does twice, it does once: at most one run of a job is under way.
    """

    def run(job: SystemJob) -> Iterator[Value]:
        name, after = str(job.input["job"]), job.place.get("after")
        given, over = job.input.get("input"), int(job.input.get("over", SPREAD_SECONDS))
        while True:
            page = tenants.page(after)
            for tenant in page.tenants:
                if tenant.installed:
                    starter.start(tenant.client_key, name, "", given, spread(tenant.client_key, name, over))
            if page.next is None:
                return
            after = page.next
            yield {"after": after}

    return run


def spread(client_key: str, name: str, over: int = SPREAD_SECONDS) -> int:
    """When a tenant's turn is, in seconds from 0 to `over`: the same every time, so that each has its own rhythm."""
    return int.from_bytes(sha256(f"{client_key} {name}".encode()).digest()[:8], "big") % over


def keep_webhooks(wanted: Wanted) -> Callable[[Job], None]:
    """The job that makes the dynamic webhooks of a tenant those that the app wants, with thirty days to live."""

    def run(job: Job) -> None:
        kept = keep(job.jira, wanted(job.tenant, job.records))
        job.progress.update(registered=len(kept.registered), refreshed=len(kept.refreshed), removed=len(kept.removed))

    return run


def sweep(sweeper: Sweep) -> Callable[[Job], Iterator[Value]]:
    """The job that puts what Jira could not deliver on the queue; it goes on where the last one ended."""

    def run(job: Job) -> Iterator[Value]:
        place = int((job.place or job.before).get("failed_at", 0))
        try:
            for page in sweeper.run(job.jira, place):
                job.progress["sent"] = job.progress.get("sent", 0) + page.sent
                yield {"failed_at": page.place}
        except (JiraBusyError, JiraTooLargeError):
            # There is no way past a webhook that is too large, or whose time is not told: that must not stay unseen.
            raise
        except JiraError as error:
            # The next sweep is soon enough; a site that refuses every one must not fill the dead letters.
            observability.warning("not swept", tenant=job.tenant.client_key, reason=str(error))

    return run


def retention(keeper: Retention) -> Callable[[SystemJob], Iterator[Value]]:
    """The job that deletes what is kept of tenants that left long ago.

    A slice may begin again at tenants that are purged, or half purged: what is gone is not found again.
    """

    def run(job: SystemJob) -> Iterator[Value]:
        after = job.place.get("after")
        while True:
            due, following = keeper.due(after)
            for tenant in due:
                for deleted in keeper.purge(tenant):
                    job.progress["deleted"] = job.progress.get("deleted", 0) + deleted
                    yield {"after": after}
                job.progress["tenants"] = job.progress.get("tenants", 0) + 1
            if following is None:
                return
            after = following
            yield {"after": after}

    return run
