"""What the stand-in's own pages ask for beside REST: apps, frames, deliveries. No part of Jira."""

from __future__ import annotations

from aiohttp import web

from devkit.jira.apps import Apps
from devkit.jira.calls import Calls
from devkit.jira.checks import is_number
from devkit.jira.console_answers import PREFIX, answering, body_of
from devkit.jira.console_board import BoardConsole
from devkit.jira.console_faults import FaultConsole
from devkit.jira.console_frames import FrameConsole
from devkit.jira.console_session import SessionConsole
from devkit.jira.console_site import SiteConsole
from devkit.jira.deliveries import READ, Deliveries, Delivery
from devkit.jira.faults import Faults
from devkit.jira.frame_loads import FrameLoads
from devkit.jira.frames import Frames
from devkit.jira.happenings import SiteFault
from devkit.jira.installations import Installation, Installations
from devkit.jira.model import Json
from devkit.jira.modules import PAGES, is_shown, sections_of
from devkit.jira.probes import Probes
from devkit.jira.rest_call import Parts
from devkit.jira.web_items import WebItems
from devkit.jira.webhooks import Webhooks


class Console:
    """The answers to the stand-in's own pages."""

    def __init__(
        self,
        *,
        parts: Parts,
        installations: Installations,
        apps: Apps,
        deliveries: Deliveries,
        webhooks: Webhooks,
        frames: Frames,
        loads: FrameLoads,
        probes: Probes,
        faults: Faults,
        calls: Calls,
        frame_seconds: float,
    ) -> None:
        items = WebItems(parts.site, installations, frames)
        self._installations = installations
        self._apps = apps
        self._deliveries = deliveries
        self._webhooks = webhooks
        self._frames = FrameConsole(parts.site, frames, items, loads, deliveries, parts.address)
        self._session = SessionConsole(parts, frame_seconds)
        self._settings = SiteConsole(parts, apps)
        self._board = BoardConsole(parts)
        self._faults = FaultConsole(faults, deliveries, webhooks)
        self._calls = calls
        self._probes = probes

    def routes(self) -> list[web.AbstractRouteDef]:
        """All routes of the console."""
        return [
            *self._frames.routes(),
            *self._session.routes(),
            *self._settings.routes(),
            *self._board.routes(),
            web.get(f"{PREFIX}/apps", answering(self._list_apps)),
            web.post(f"{PREFIX}/apps", answering(self._install)),
            web.put(f"{PREFIX}/apps", answering(self._ensure)),
            web.put(f"{PREFIX}/apps/{{key}}", answering(self._switch)),
            web.post(f"{PREFIX}/apps/{{key}}/secret", answering(self._reinstall)),
            web.delete(f"{PREFIX}/apps/{{key}}", answering(self._uninstall)),
            web.get(f"{PREFIX}/deliveries", answering(self._list_deliveries)),
            web.get(f"{PREFIX}/deliveries/{{id}}", answering(self._read_delivery)),
            web.post(f"{PREFIX}/deliveries/{{id}}/again", answering(self._again)),
            web.get(f"{PREFIX}/calls", answering(self._list_calls)),
            web.get(f"{PREFIX}/calls/{{id}}", answering(self._read_call)),
            web.get(f"{PREFIX}/faults", answering(self._faults.list)),
            web.post(f"{PREFIX}/faults", answering(self._faults.set)),
            web.delete(f"{PREFIX}/faults", answering(self._faults.clear)),
            web.post(f"{PREFIX}/bursts", answering(self._faults.burst)),
        ]

    async def _list_apps(self, request: web.Request) -> list[Json]:
        return [self._shown(known) for known in self._installations.all()]

    def _shown(self, known: Installation) -> Json:
        descriptor = self._installations.descriptor(known)
        sections = sections_of(descriptor.modules)
        modules = [
            {"kind": module.kind, "key": module.key, "name": module.name, "event": module.raw.get("event", "")}
            for module in descriptor.modules
        ]
        return {
            "key": descriptor.key,
            "name": descriptor.name,
            "description": known.descriptor.get("description", ""),
            "vendor": (known.descriptor.get("vendor") or {}).get("name", ""),
            "baseUrl": descriptor.base_url,
            "descriptorUrl": known.descriptor_url,
            "enabled": known.enabled,
            "scopes": known.descriptor.get("scopes") or [],
            "clientKey": known.client_key,
            "licence": known.licence,
            "modules": [
                {
                    **module,
                    "complaints": self._probes.of(descriptor.key, whole.key),
                    "shown": is_shown(whole, sections),
                    "page": PAGES.get(whole.kind, "") if whole.url else "",
                }
                for module, whole in zip(modules, descriptor.modules, strict=True)
            ],
        }

    async def _install(self, request: web.Request) -> Json:
        url = (await body_of(request)).get("descriptorUrl")
        known = await self._apps.install(str(url or "").strip())
        self._probes.start(known)
        return self._shown(known)

    async def _ensure(self, request: web.Request) -> Json:
        """As `_install`, but an app that is there with this very descriptor is left as it is."""
        url = (await body_of(request)).get("descriptorUrl")
        return self._shown(await self._apps.ensure(str(url or "").strip()))

    async def _switch(self, request: web.Request) -> Json:
        """Switches an app on or off, or changes its licence."""
        key, asked = request.match_info["key"], await body_of(request)
        if "licence" in asked:
            self._apps.license(key, str(asked["licence"]))
        if "enabled" in asked:
            await self._apps.enable(key, enabled=asked["enabled"] is True)
        return {}

    async def _reinstall(self, request: web.Request) -> Json:
        return self._shown(await self._apps.reinstall(request.match_info["key"]))

    async def _uninstall(self, request: web.Request) -> Json:
        await self._apps.uninstall(request.match_info["key"], request.query.get("disabled", "first"))
        return {}

    async def _list_deliveries(self, request: web.Request) -> list[Json]:
        return [summary(delivery) for delivery in reversed(self._deliveries.all())]

    async def _read_delivery(self, request: web.Request) -> Json:
        return self._delivery(request).to_json()

    async def _again(self, request: web.Request) -> Json:
        delivery = self._delivery(request)
        if delivery.kind == "webhook":
            self._webhooks.redeliver(delivery)
        elif delivery.kind == READ:
            raise SiteFault("A descriptor is read again by an update of its app, and its pages with it.")
        else:
            await self._apps.repeat(delivery.app_key, delivery.event)
        return {}

    async def _list_calls(self, request: web.Request) -> list[Json]:
        return [call.summary() for call in reversed(self._calls.all())]

    async def _read_call(self, request: web.Request) -> Json:
        identity = request.match_info["id"]
        found = self._calls.get(int(identity)) if is_number(identity) else None
        if found is None:
            raise SiteFault("This call is not remembered any more.", status=404)
        return found.to_json()

    def _delivery(self, request: web.Request) -> Delivery:
        found = self._deliveries.get(request.match_info["id"])
        if found is None:
            raise SiteFault("This delivery is not remembered any more.", status=404)
        return found


def summary(delivery: Delivery) -> Json:
    """One line of the list of deliveries."""
    last = delivery.attempts[-1] if delivery.attempts else None
    return {
        "id": delivery.id,
        "kind": delivery.kind,
        "app": delivery.app_key,
        "event": delivery.event,
        "subject": delivery.subject,
        "state": delivery.state,
        "created": delivery.created,
        "attempts": len(delivery.attempts),
        "status": last.status if last else None,
        "error": last.error if last else "",
        "ms": last.ms if last else None,
        "note": delivery.note,
        "faults": delivery.faults,
    }
