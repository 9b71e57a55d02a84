"""The whole stand-in: its parts put together, and served on one port of this machine."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from pathlib import Path

from aiohttp import web

from devkit.jira import pages
from devkit.jira.address import Address
from devkit.jira.agile import Agile
from devkit.jira.apps import Apps
from devkit.jira.calls import Calls
from devkit.jira.chance import Chance
from devkit.jira.complaints import LOST_SECONDS
from devkit.jira.console import Console, summary
from devkit.jira.console_answers import PREFIX
from devkit.jira.deliveries import Deliveries
from devkit.jira.dynamic_webhooks import DynamicWebhooks
from devkit.jira.failed_webhooks import FailedWebhooks
from devkit.jira.faults import Faults
from devkit.jira.frame_loads import FrameLoads
from devkit.jira.frames import Frames
from devkit.jira.guards import RestGuard, this_machine_only
from devkit.jira.happenings import Happening
from devkit.jira.installations import Installations
from devkit.jira.issue_links import IssueLinks
from devkit.jira.keys import InstallKeys
from devkit.jira.live import Live
from devkit.jira.model import User
from devkit.jira.oauth import UserTokens
from devkit.jira.people import People
from devkit.jira.permissions import Permissions
from devkit.jira.plugin_manager import PluginManager
from devkit.jira.probes import Probes
from devkit.jira.properties import AppProperties
from devkit.jira.rate_limits import RateLimits
from devkit.jira.rest import Rest
from devkit.jira.rest_call import Parts
from devkit.jira.site import Site
from devkit.jira.store import Store
from devkit.jira.versions import Versions
from devkit.jira.webhooks import Webhooks

SETTLE_SECONDS = 0.05
"""How long a connection that was just accepted may take to be known to aiohttp."""

STOP_SECONDS = 0.5
"""How long a request that is under way may still take when the stand-in is stopped."""


class Server:
    """A stand-in for Jira on ``http://localhost:{port}``, its state in `folder`, or in memory where that is None."""

    def __init__(
        self,
        port: int,
        folder: Path | None = None,
        *,
        lapse: float = 60.0,
        clock: Callable[[], float] = time.time,
        answer_seconds: float = 10.0,
        frame_seconds: float = LOST_SECONDS,
        seed: int | None = None,
    ) -> None:
        """`lapse` is by how much time passes faster between retries; with a `seed` ids, secrets and pauses
        are the same in every run. Raises `StoreFault`."""
        self._port = port
        self._store = Store(folder)
        self.address = Address(self._store, port)
        self.site = Site(self._store, clock)
        self.keys = InstallKeys(self._store)
        chance = Chance(seed)
        self.installations = Installations(self._store, chance)
        self.deliveries = Deliveries(self._store, clock, answer_seconds)
        self.faults = Faults()
        self.calls = Calls(clock)

        def token_clock() -> float:
            """Tokens may be of another clock than the site, where a fault asks for it."""
            return clock() + self.faults.skew

        self.permissions = Permissions(self._store)
        self.user_tokens = UserTokens(self.site, self.installations, self.address, clock)
        self.dynamic_webhooks = DynamicWebhooks(self._store, self.site, clock)
        self.failed_webhooks = FailedWebhooks(self._store, clock)
        self.webhooks = Webhooks(
            self.site,
            self.installations,
            self.deliveries,
            self.dynamic_webhooks,
            self.failed_webhooks,
            self.faults,
            self.address,
            lapse=lapse,
            clock=clock,
            chance=chance,
        )
        self.apps = Apps(
            self.installations,
            self.keys,
            self.deliveries,
            self.address,
            user=lambda: self.site.current_user.account_id,
            clock=clock,
            token_clock=token_clock,
            chance=chance,
        )
        self.app_properties = AppProperties(self._store)
        people = People(self.site, chance)
        self.frames = Frames(
            self.site, self.installations, self.permissions, self.app_properties, people, self.address, token_clock
        )
        self.frame_loads = FrameLoads(clock)
        self.probes = Probes(self.site, self.frames, self.installations, self.deliveries, self.address)
        self.parts = Parts(
            self.site,
            self.installations,
            self.permissions,
            self.dynamic_webhooks,
            self.failed_webhooks,
            self.app_properties,
            IssueLinks(self.site),
            Versions(self.site),
            Agile(self.site),
            people,
            RateLimits(clock),
            self.address,
        )
        self.plugin_manager = PluginManager(self.apps, self.installations, self.probes)
        self.live = Live()
        self._clock = clock
        self._frame_seconds = frame_seconds
        self._listen()

    @property
    def url(self) -> str:
        """The base URL of the site."""
        return self.address.base

    async def start(self) -> None:
        """Serves; raises `OSError` where the port is taken."""
        self._runner = web.AppRunner(self._application(), access_log=None, shutdown_timeout=STOP_SECONDS)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self._port, reuse_address=True).start()
        self.keys.current()
        self.webhooks.resume()

    async def stop(self) -> None:
        """Stops; everything is kept."""
        self.live.close()
        await self.plugin_manager.close()
        await self.webhooks.close()
        await self.probes.close()
        await self.deliveries.close()
        await end_listening(self._runner)
        await self._runner.cleanup()
        self._store.close()

    def _application(self) -> web.Application:
        application = web.Application(middlewares=[this_machine_only(self.address)], client_max_size=25 * 1024 * 1024)
        console = Console(
            parts=self.parts,
            installations=self.installations,
            apps=self.apps,
            deliveries=self.deliveries,
            webhooks=self.webhooks,
            frames=self.frames,
            loads=self.frame_loads,
            probes=self.probes,
            faults=self.faults,
            calls=self.calls,
            frame_seconds=self._frame_seconds,
        )
        guard = RestGuard(self.site, self.installations, self.user_tokens, self._clock)
        application.add_routes([web.get(f"{PREFIX}/live", self.live.serve)])
        application.add_routes(console.routes())
        keys = pages.key_route(self.keys, self.faults)
        application.add_routes(self.calls.watched([self.user_tokens.route(), *self.plugin_manager.routes(), keys]))
        application.add_routes(Rest(self.parts, guard, self.calls, self.faults, self._clock).routes())
        application.add_routes(pages.routes())
        return application

    def _listen(self) -> None:
        def happened(happening: Happening) -> None:
            issue = happening.issue
            self.live.tell("issue" if issue else "site", event=happening.event, key=issue.key if issue else "")

        self.site.listeners.append(happened)
        self.deliveries.listeners.append(lambda delivery: self.live.tell("delivery", delivery=summary(delivery)))
        self.faults.listeners.append(lambda: self.live.tell("faults"))
        self.calls.listeners.append(lambda call: self.live.tell("call", call=call.summary()))
        self.frame_loads.listeners.append(lambda load: self.live.tell("frame", frame=load.summary()))
        self.apps.listeners.append(lambda: self.live.tell("apps"))
        self.installations.listeners.append(lambda: self.live.tell("apps"))
        self.probes.listeners.append(lambda key: self.live.tell("apps"))
        self.apps.listeners.append(self._introduce_apps)
        self.apps.listeners.append(self._forget_webhooks)
        self._introduce_apps()

    def _introduce_apps(self) -> None:
        """Each app is a user, too: what it does over REST is done in its own name."""
        for known in self.installations.all():
            descriptor = self.installations.descriptor(known)
            self.site.users[known.account_id] = User(
                known.account_id, descriptor.name, account_type="app", is_admin="ADMIN" in descriptor.scopes
            )

    def _forget_webhooks(self) -> None:
        """What an app has registered ends with it."""
        self.dynamic_webhooks.keep_only({known.descriptor["key"] for known in self.installations.all()})


async def end_listening(runner: web.AppRunner) -> None:
    """Takes no more connections, and waits until those just taken are known: a clean-up closes the known ones alone."""
    for site in list(runner.sites):
        await site.stop()
    await asyncio.sleep(SETTLE_SECONDS)
