"""The parts of the framework and who works with whom: each is made when it is first needed, and then kept.

Imports stand inside the properties on purpose: a cold start pays only for what its first request needs.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from chalicelib.connect.jira.connection import Connection
    from chalicelib.connect.job_worker import JobWorker
    from chalicelib.connect.jobs import JobFunction
    from chalicelib.connect.lifecycle import Lifecycle
    from chalicelib.connect.pages import Pages
    from chalicelib.connect.retention import Retention
    from chalicelib.connect.starter import Starter
    from chalicelib.connect.storage.dynamodb import DynamoRuns, DynamoTenants
    from chalicelib.connect.storage.dynamodb_slots import DynamoSlots
    from chalicelib.connect.storage.endpoints import Endpoints
    from chalicelib.connect.storage.memory import RememberedTenants
    from chalicelib.connect.storage.s3_bodies import S3Bodies
    from chalicelib.connect.storage.sqs import SqsDeliveryQueue, SqsJobQueue
    from chalicelib.connect.storage.wire import JsonService
    from chalicelib.connect.storage.wire_s3 import ObjectService
    from chalicelib.connect.tenants import Tenant
    from chalicelib.connect.tools import Tools
    from chalicelib.connect.web.guards import InstallGuard, TenantGuard
    from chalicelib.connect.webhooks import Webhooks
    from chalicelib.connect.wiring import Connect
    from chalicelib.connect.worker import Worker

FRAMEWORK = "connect."
"""How the names of the framework's own jobs begin."""


class Services:
    """The parts, each made when it is first asked for."""

    def __init__(self, connect: Connect, region: str, account: str) -> None:
        self._connect = connect
        self._settings = connect.settings
        self._resources = connect.resources
        self._region = region
        self._account = account

    @cached_property
    def tenant_guard(self) -> TenantGuard:
        """The guard of server tokens and context tokens."""
        from chalicelib.connect.web.guards import TenantGuard

        return TenantGuard(self._connect.descriptor.key, self.tenants, self._page_tools)

    @cached_property
    def install_guard(self) -> InstallGuard:
        """The guard of install tokens."""
        from chalicelib.connect.jira.install_keys import InstallKeys
        from chalicelib.connect.web.guards import InstallGuard

        return InstallGuard(InstallKeys(self._settings.install_keys_urls), self._connect.hosts)

    @cached_property
    def lifecycle(self) -> Lifecycle:
        """What happens on installs and uninstalls."""
        from chalicelib.connect.lifecycle import Lifecycle

        on_install = list(self._connect.jobs.on_install())
        if self._connect.events.wanted is not None:
            from chalicelib.connect.system_jobs import KEEP_WEBHOOKS

            on_install.append(KEEP_WEBHOOKS)
        return Lifecycle(self._connect.descriptor.key, self.tenants, on_install)

    @cached_property
    def webhooks(self) -> Webhooks:
        """What happens to a webhook that comes in."""
        from chalicelib.connect.webhooks import Webhooks

        return Webhooks(self._connect.events.names(), self._queue)

    @cached_property
    def pages(self) -> Pages:
        """The pages of the static site."""
        from chalicelib.connect.pages import Pages
        from chalicelib.connect.storage.endpoints import Endpoints
        from chalicelib.connect.storage.s3 import S3Site

        bucket = self._resources.site_bucket(self._account, self._region)
        return Pages(
            S3Site(self._s3, bucket),
            self._connect.hosts,
            named=self._connect.descriptor.pages,
            site_url=self._settings.site_url or Endpoints(self._region, {}).bucket(bucket),  # for a browser
            all_js_url=self._settings.all_js_url,
            seconds=self._settings.page_seconds,
        )

    @cached_property
    def worker(self) -> Worker:
        """What handles deliveries."""
        from chalicelib.connect.storage.dynamodb_log import DynamoDeliveryLog
        from chalicelib.connect.tenant_cap import TenantCap
        from chalicelib.connect.worker import Worker

        return Worker(
            self._connect.events,
            self.tenants,
            DynamoDeliveryLog(self._dynamodb, self._resources.deliveries_table),
            self._queue,
            self._bodies,
            self.tools,
            cap=TenantCap(self._slots),
            partial_batches=self._settings.partial_batches,
        )

    @cached_property
    def job_worker(self) -> JobWorker:
        """What runs jobs."""
        from chalicelib.connect import system_jobs
        from chalicelib.connect.job_worker import JobWorker
        from chalicelib.connect.sweep import Sweep

        own: dict[str, JobFunction] = {
            system_jobs.SWEEP: system_jobs.sweep(Sweep(self._connect.events.names(), self._queue))
        }
        if self._connect.events.wanted is not None:
            own[system_jobs.KEEP_WEBHOOKS] = system_jobs.keep_webhooks(self._connect.events.wanted)
        if self._connect.personal_data.is_stored:
            own[system_jobs.REPORT] = self._report_accounts
        return JobWorker(
            lambda name: own.get(name) or self._connect.jobs.function(name),
            {
                system_jobs.FAN_OUT: system_jobs.fan_out(self._stored_tenants, self.starter),
                system_jobs.RETENTION: system_jobs.retention(self._retention),
            },
            self.tenants,
            self._runs,
            self._jobs_queue,
            self.tools,
            partial_batches=self._settings.partial_batches,
        )

    @cached_property
    def starter(self) -> Starter:
        """What starts jobs."""
        from chalicelib.connect.starter import Starter

        return Starter(self._is_job, self._runs, self._jobs_queue)

    def _is_job(self, name: str) -> bool:
        return name.startswith(FRAMEWORK) or name in self._connect.jobs.names()

    @property
    def _report_accounts(self) -> JobFunction:
        from chalicelib.connect.account_job import report_accounts
        from chalicelib.connect.jira.account_reports import AccountReports
        from chalicelib.connect.jira.exchange import Exchange

        reports = AccountReports(self._connect.descriptor.key, Exchange())
        return report_accounts(self._connect.personal_data, reports)

    @property
    def _retention(self) -> Retention:
        from chalicelib.connect.retention import Retention
        from chalicelib.connect.storage.boto import client
        from chalicelib.connect.storage.leftovers import DynamoLeftovers, S3Leftovers

        bucket = self._resources.bodies_bucket(self._account, self._region)
        stores = (
            DynamoLeftovers(self._dynamodb, self._resources.records_table, "key"),
            DynamoLeftovers(self._dynamodb, self._resources.jobs_table, "job"),
            S3Leftovers(client("s3", self._region), bucket),
        )
        return Retention(self._stored_tenants, stores, self._settings.retention_days)

    @cached_property
    def _runs(self) -> DynamoRuns:
        from chalicelib.connect.storage.dynamodb import DynamoRuns, VersionedItems

        return DynamoRuns(VersionedItems(self._dynamodb, self._resources.jobs_table, expiry="expires_at"))

    @cached_property
    def _jobs_queue(self) -> SqsJobQueue:
        from chalicelib.connect.storage.sqs import SqsJobQueue

        return SqsJobQueue(self._sqs, *self._urls(self._resources.jobs_queue, self._resources.dead_jobs_queue))

    @property
    def _slots(self) -> DynamoSlots | None:
        if self._settings.tenant_concurrency is None:
            return None
        from chalicelib.connect.storage.dynamodb_slots import DynamoSlots

        return DynamoSlots(self._dynamodb, self._resources.deliveries_table, self._settings.tenant_concurrency)

    @cached_property
    def tenants(self) -> RememberedTenants:
        """The tenants, the recent ones in memory."""
        from chalicelib.connect.storage.memory import RememberedTenants

        return RememberedTenants(self._stored_tenants)

    @cached_property
    def _stored_tenants(self) -> DynamoTenants:
        from chalicelib.connect.storage.dynamodb import DynamoTenants, VersionedItems
        from chalicelib.connect.storage.sealing import Seal

        seal = Seal(lambda: self._kms, self._settings.secrets_key)
        return DynamoTenants(VersionedItems(self._dynamodb, self._resources.tenants_table), seal)

    @cached_property
    def _kms(self) -> JsonService:
        return self._json_service("kms")

    def tools(self, tenant: Tenant, seconds_left: Callable[[], float]) -> Tools:
        """What a handler, a job or a page's route of `tenant` works with, in a function that has `seconds_left`."""
        from chalicelib.connect.jira.client import JiraClient
        from chalicelib.connect.starter import TenantJobs
        from chalicelib.connect.storage.dynamodb import DynamoRecords, VersionedItems
        from chalicelib.connect.tools import Tools

        items = VersionedItems(self._dynamodb, self._resources.records_table)
        return Tools(
            DynamoRecords(items, tenant.client_key),
            JiraClient(tenant, lambda: self._connection, seconds_left),
            TenantJobs(tenant.client_key, lambda: self.starter),
        )

    def _page_tools(self, tenant: Tenant) -> Tools:
        return self.tools(tenant, self._connect.seconds_left)

    @cached_property
    def _connection(self) -> Connection:
        from chalicelib.connect.jira.connection import Connection

        return Connection(self._connect.descriptor.key)

    @cached_property
    def _queue(self) -> SqsDeliveryQueue:
        from chalicelib.connect.storage.sqs import SqsDeliveryQueue

        urls = self._urls(self._resources.deliveries_queue, self._resources.dead_letters_queue)
        return SqsDeliveryQueue(self._sqs, self._bodies, *urls)

    def _urls(self, queue: str, dead_letters: str) -> tuple[str, str]:
        from chalicelib.connect.storage.sqs import queue_url

        url, dead_letters_url = (
            queue_url(name, account=self._account, endpoint=self._endpoints.url("sqs"))
            for name in (queue, dead_letters)
        )
        return url, dead_letters_url

    @cached_property
    def _sqs(self) -> JsonService:
        return self._json_service("sqs")

    @cached_property
    def _bodies(self) -> S3Bodies:
        from chalicelib.connect.storage.s3_bodies import S3Bodies

        return S3Bodies(lambda: self._s3, self._resources.bodies_bucket(self._account, self._region))

    @cached_property
    def _endpoints(self) -> Endpoints:
        return self._connect.endpoints(self._region)

    @cached_property
    def _s3(self) -> ObjectService:
        from chalicelib.connect.storage.wire_s3 import ObjectService

        return ObjectService(self._endpoints.bucket, self._region)

    @cached_property
    def _dynamodb(self) -> JsonService:
        return self._json_service("dynamodb")

    def _json_service(self, name: str) -> JsonService:
        from chalicelib.connect.storage.connection import Connection
        from chalicelib.connect.storage.wire import JsonService

        return JsonService(name, Connection(self._endpoints.url(name)), self._region)
