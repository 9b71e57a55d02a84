"""Who works with whom: every part is made here, when it is first needed, and then kept for the container's life.

Imports stand inside the properties on purpose: a cold start pays only for what its first request needs.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

from chalicelib.connect import observability
from chalicelib.connect.descriptor import Descriptor
from chalicelib.connect.settings import Resources, Settings
from chalicelib.connect.web.hosts import AllowedHosts
from chalicelib.connect.web.routes import Routes

if TYPE_CHECKING:
    from pathlib import Path

    from chalice.app import Chalice, CloudWatchEvent, SQSEvent
    from chalice.local import LambdaContext

    from chalicelib.connect.events import Events
    from chalicelib.connect.jobs import Jobs
    from chalicelib.connect.personal_data import PersonalData
    from chalicelib.connect.services import Services
    from chalicelib.connect.storage.endpoints import Endpoints


class Connect:
    """The framework around one Chalice app: its settings, its descriptor, its routes and its services."""

    def __init__(
        self,
        app: Chalice,
        events: Events,
        jobs: Jobs,
        personal_data: PersonalData | None = None,
        *,
        environment: Mapping[str, str] = os.environ,
    ) -> None:
        """An app that stores account ids gives its `personal_data`. Raises `SettingsError`."""
        observability.configure(environment.get("CONNECT_STAGE", ""))
        self.settings = Settings.read(environment)
        self.resources = Resources(self.settings.stage)
        self.events = events
        self.jobs = jobs
        self._personal_data = personal_data
        self.descriptor = Descriptor.read(events.names())
        self._environment = environment
        self._app = app
        self.hosts = AllowedHosts(
            self.settings.allowed_hosts, local=self.settings.is_local, frames=self.settings.frame_hosts
        )
        self.routes = Routes(app, self.settings.base_url, self.hosts, lambda: self.services(app.lambda_context))
        self._is_on_lambda = "AWS_LAMBDA_FUNCTION_NAME" in environment
        self._services: Services | None = None
        if self._is_on_lambda:
            self.endpoints(environment.get("AWS_REGION", "")).check()
            function = environment["AWS_LAMBDA_FUNCTION_NAME"]
            observability.info("cold start", metrics={"ColdStarts": 1}, by="function", function=function)

    def endpoints(self, region: str) -> Endpoints:
        """Where the services of AWS are in `region`."""
        from chalicelib.connect.storage.endpoints import Endpoints

        return Endpoints(region, self._environment)

    @property
    def personal_data(self) -> PersonalData:
        """What the app does about accounts that are closed; nothing, where it stores none."""
        if self._personal_data is None:
            from chalicelib.connect.personal_data import PersonalData

            self._personal_data = PersonalData()
        return self._personal_data

    def check(self) -> None:
        """Stop a deploy whose descriptor Jira would refuse, or whose functions could not open the secrets of tenants;
        call it once all routes are there.

        Raises `DescriptorError` and `SettingsError`. On Lambda there is nothing left to stop, and a cold start to lose.
        """
        if not self._is_on_lambda:
            from pathlib import Path

            # Not where `make deploy` looks at the configuration: it adds the rights to its own copies, later on.
            if "chalice.cli" in sys.modules:
                from chalicelib.connect.rights import check_rights

                check_rights(self.settings, Path(".chalice"))
            self.descriptor.check(_page_names(Path("static_site")), {path for _, path in self.routes.token_kinds})

    def services(self, context: LambdaContext) -> Services:
        """The parts behind the routes, for the account and region in which the function runs."""
        if self._services is None:
            from chalicelib.connect.services import Services

            region, account = context.invoked_function_arn.split(":")[3:5]
            self._services = Services(self, region, account)
        return self._services

    def seconds_left(self) -> float:
        """What remains of the function's time for the request that is being answered."""
        return self._app.lambda_context.get_remaining_time_in_millis() / 1000

    def work(self, event: SQSEvent) -> dict[str, Any]:
        """Do a slice of a job."""
        context = cast("LambdaContext", event.context)
        return self.services(context).job_worker.run(
            event.to_dict(), lambda: context.get_remaining_time_in_millis() / 1000
        )

    def start_for_all(self, job: str, event: CloudWatchEvent) -> None:
        """Have the job `job` started for every tenant, spread over a quarter of an hour."""
        from chalicelib.connect.runs import SYSTEM
        from chalicelib.connect.system_jobs import FAN_OUT

        starter = self.services(cast("LambdaContext", event.context)).starter
        starter.start(SYSTEM, FAN_OUT, job, {"job": job})

    def start_upkeep(self, event: CloudWatchEvent) -> None:
        """Start what the framework has to do every day.

        What is kept of tenants that left long ago is deleted. If the app stores accounts, they are reported in the
        cycle that Atlassian asks for, weekly. If it wants dynamic webhooks, they are kept from expiring.
        """
        from chalicelib.connect.runs import SYSTEM
        from chalicelib.connect.system_jobs import KEEP_WEBHOOKS, REPORT, RETENTION

        self.services(cast("LambdaContext", event.context)).starter.start(SYSTEM, RETENTION)
        if self.personal_data.is_stored:
            self.start_for_all(REPORT, event)
        if self.events.wanted is not None:
            self.start_for_all(KEEP_WEBHOOKS, event)

    def deliver(self, event: SQSEvent) -> dict[str, Any]:
        """Handle a batch of the deliveries queue."""
        context = cast("LambdaContext", event.context)
        return self.services(context).worker.run(event.to_dict(), lambda: context.get_remaining_time_in_millis() / 1000)


def _page_names(site: Path) -> set[str] | None:
    return {page.stem for page in site.glob("*.html")} if site.is_dir() else None
