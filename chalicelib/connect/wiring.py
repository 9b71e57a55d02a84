"""Who works with whom: every part is made here, when it is first needed, and then kept for the container's life.

Imports stand inside the properties on purpose: a cold start pays only for what its first request needs.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from chalice.app import Chalice

from chalicelib.connect import observability
from chalicelib.connect.descriptor import Descriptor
from chalicelib.connect.events import Events
from chalicelib.connect.settings import Resources, Settings
from chalicelib.connect.web.hosts import AllowedHosts
from chalicelib.connect.web.routes import Routes

if TYPE_CHECKING:
    from chalice.app import SQSEvent
    from chalice.local import LambdaContext

    from chalicelib.connect.jira.client import JiraClient
    from chalicelib.connect.jira.connection import Connection
    from chalicelib.connect.lifecycle import Lifecycle
    from chalicelib.connect.pages import Pages
    from chalicelib.connect.storage.dynamodb import DynamoRecords
    from chalicelib.connect.storage.dynamodb_slots import DynamoSlots
    from chalicelib.connect.storage.memory import RememberedTenants
    from chalicelib.connect.storage.s3_bodies import S3Bodies
    from chalicelib.connect.storage.sqs import SqsDeliveryQueue
    from chalicelib.connect.tenants import Tenant
    from chalicelib.connect.web.guards import InstallGuard, TenantGuard
    from chalicelib.connect.webhooks import Webhooks
    from chalicelib.connect.worker import Worker


class Connect:
    """The framework around one Chalice app: its settings, its descriptor, its routes and its services."""

    def __init__(self, app: Chalice, events: Events, environment: Mapping[str, str] = os.environ) -> None:
        """Raises `SettingsError`."""
        observability.configure()
        self.settings = Settings.read(environment)
        self.resources = Resources(self.settings.stage)
        self.events = events
        self.descriptor = Descriptor.read(events.names())
        self.endpoint = environment.get("AWS_ENDPOINT_URL")
        self._app = app
        self.routes = Routes(app, self.settings.base_url, lambda: self.services(app.lambda_context))
        self._is_on_lambda = "AWS_LAMBDA_FUNCTION_NAME" in environment
        self._services: Services | None = None

    def check(self) -> None:
        """Stop a deploy whose descriptor Jira would refuse; call it once all routes are there.

        Raises `DescriptorError`. On Lambda there is nothing left to stop, and a cold start to lose.
        """
        if not self._is_on_lambda:
            self.descriptor.check(_page_names(Path("static_site")), {path for _, path in self.routes.token_kinds})

    def services(self, context: LambdaContext) -> Services:
        """The parts behind the routes, for the account and region in which the function runs."""
        if self._services is None:
            region, account = context.invoked_function_arn.split(":")[3:5]
            self._services = Services(self, region, account)
        return self._services

    def seconds_left(self) -> float:
        """What remains of the function's time for the request that is being answered."""
        return self._app.lambda_context.get_remaining_time_in_millis() / 1000

    def deliver(self, event: SQSEvent) -> dict[str, Any]:
        """Handle a batch of the deliveries queue."""
        context = cast("LambdaContext", event.context)
        return self.services(context).worker.run(event.to_dict(), lambda: context.get_remaining_time_in_millis() / 1000)


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

        return TenantGuard(self._connect.descriptor.key, self.tenants, self.records, self._page_jira)

    @cached_property
    def install_guard(self) -> InstallGuard:
        """The guard of install tokens."""
        from chalicelib.connect.jira.install_keys import InstallKeys
        from chalicelib.connect.web.guards import InstallGuard

        return InstallGuard(InstallKeys(self._settings.install_keys_urls), self._hosts)

    @cached_property
    def lifecycle(self) -> Lifecycle:
        """What happens on installs and uninstalls."""
        from chalicelib.connect.lifecycle import Lifecycle

        return Lifecycle(self._connect.descriptor.key, self.tenants)

    @cached_property
    def webhooks(self) -> Webhooks:
        """What happens to a webhook that comes in."""
        from chalicelib.connect.webhooks import Webhooks

        return Webhooks(self._connect.events.names(), self._queue)

    @cached_property
    def pages(self) -> Pages:
        """The pages of the static site."""
        from chalicelib.connect.pages import Pages
        from chalicelib.connect.storage.aws import client
        from chalicelib.connect.storage.s3 import S3Site

        bucket = self._resources.site_bucket(self._account, self._region)
        return Pages(
            S3Site(client("s3", self._region), bucket),
            self._hosts,
            site_url=self._settings.site_url or f"https://{bucket}.s3.{self._region}.amazonaws.com",
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
            self.records,
            self.jira,
            cap=TenantCap(self._slots),
            partial_batches=self._settings.partial_batches,
        )

    @property
    def _slots(self) -> DynamoSlots | None:
        if self._settings.tenant_concurrency is None:
            return None
        from chalicelib.connect.storage.dynamodb_slots import DynamoSlots

        return DynamoSlots(self._dynamodb, self._resources.deliveries_table, self._settings.tenant_concurrency)

    @cached_property
    def tenants(self) -> RememberedTenants:
        """The tenants, the recent ones in memory."""
        from chalicelib.connect.storage.dynamodb import DynamoTenants, VersionedItems
        from chalicelib.connect.storage.memory import RememberedTenants

        return RememberedTenants(DynamoTenants(VersionedItems(self._dynamodb, self._resources.tenants_table)))

    def records(self, client_key: str) -> DynamoRecords:
        """The app's own records of one tenant."""
        from chalicelib.connect.storage.dynamodb import DynamoRecords, VersionedItems

        return DynamoRecords(VersionedItems(self._dynamodb, self._resources.records_table), client_key)

    def jira(self, tenant: Tenant, seconds_left: Callable[[], float]) -> JiraClient:
        """A client for the tenant's Jira, for a function that has `seconds_left`."""
        from chalicelib.connect.jira.client import JiraClient

        return JiraClient(tenant, lambda: self._connection, seconds_left)

    def _page_jira(self, tenant: Tenant) -> JiraClient:
        return self.jira(tenant, self._connect.seconds_left)

    @cached_property
    def _connection(self) -> Connection:
        from chalicelib.connect.jira.connection import Connection

        return Connection(self._connect.descriptor.key)

    @cached_property
    def _queue(self) -> SqsDeliveryQueue:
        from chalicelib.connect.storage.aws import client
        from chalicelib.connect.storage.sqs import SqsDeliveryQueue, queue_url

        url, dead_letters_url = (
            queue_url(name, region=self._region, account=self._account, endpoint=self._connect.endpoint)
            for name in (self._resources.deliveries_queue, self._resources.dead_letters_queue)
        )
        return SqsDeliveryQueue(client("sqs", self._region), self._bodies, url, dead_letters_url)

    @cached_property
    def _bodies(self) -> S3Bodies:
        from chalicelib.connect.storage.aws import client
        from chalicelib.connect.storage.s3_bodies import S3Bodies

        bucket = self._resources.bodies_bucket(self._account, self._region)
        return S3Bodies(lambda: client("s3", self._region), bucket)

    @cached_property
    def _dynamodb(self) -> Any:
        from chalicelib.connect.storage.aws import client

        return client("dynamodb", self._region)

    @property
    def _hosts(self) -> AllowedHosts:
        return AllowedHosts(self._settings.allowed_hosts, local=self._settings.is_local)


def _page_names(site: Path) -> set[str] | None:
    return {page.stem for page in site.glob("*.html")} if site.is_dir() else None
