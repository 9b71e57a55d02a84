"""What the stand-in's own pages ask for beside REST: apps, frames, deliveries. No part of Jira."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import asdict

from aiohttp import web

from devkit.jira.apps import Apps
from devkit.jira.deliveries import Deliveries, Delivery
from devkit.jira.descriptor import Refused
from devkit.jira.frames import Frames, complaints
from devkit.jira.guards import refusal
from devkit.jira.happenings import SiteFault
from devkit.jira.installations import Installation, Installations
from devkit.jira.model import Json
from devkit.jira.site import Site
from devkit.jira.webhooks import Webhooks

PREFIX = "/stand-in"
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Console:
    """The answers to the stand-in's own pages."""

    def __init__(
        self,
        *,
        site: Site,
        installations: Installations,
        apps: Apps,
        deliveries: Deliveries,
        webhooks: Webhooks,
        frames: Frames,
        base_url: str,
    ) -> None:
        self._site = site
        self._installations = installations
        self._apps = apps
        self._deliveries = deliveries
        self._webhooks = webhooks
        self._frames = frames
        self._base_url = base_url

    def routes(self) -> list[web.AbstractRouteDef]:
        """All routes of the console."""
        return [
            web.get(f"{PREFIX}/session", _answering(self._session)),
            web.get(f"{PREFIX}/apps", _answering(self._list_apps)),
            web.post(f"{PREFIX}/apps", _answering(self._install)),
            web.put(f"{PREFIX}/apps", _answering(self._ensure)),
            web.put(f"{PREFIX}/apps/{{key}}", _answering(self._switch)),
            web.delete(f"{PREFIX}/apps/{{key}}", _answering(self._uninstall)),
            web.get(f"{PREFIX}/issues/{{issue}}/frames", _answering(self._beside)),
            web.post(f"{PREFIX}/issues/{{issue}}/token", _answering(self._token)),
            web.post(f"{PREFIX}/issues/{{issue}}/complaints", _answering(self._complaints)),
            web.get(f"{PREFIX}/deliveries", _answering(self._list_deliveries)),
            web.get(f"{PREFIX}/deliveries/{{id}}", _answering(self._read_delivery)),
            web.post(f"{PREFIX}/deliveries/{{id}}/again", _answering(self._again)),
        ]

    async def _session(self, request: web.Request) -> Json:
        user = self._site.current_user
        return {
            "baseUrl": self._base_url,
            "user": {
                "accountId": user.account_id,
                "name": user.name,
                "locale": user.locale,
                "timeZone": user.time_zone,
            },
            "projects": [asdict(project) for project in self._site.projects.values()],
            "statuses": [
                {"id": each.id, "name": each.name, "category": each.category.key, "transition": each.transition}
                for each in self._site.statuses.values()
            ],
        }

    async def _list_apps(self, request: web.Request) -> list[Json]:
        return [self._shown(known) for known in self._installations.all()]

    def _shown(self, known: Installation) -> Json:
        descriptor = self._installations.descriptor(known)
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
            "modules": [
                {**module, "shown": whole.is_issue_panel or whole.kind == "webhooks"}
                for module, whole in zip(modules, descriptor.modules, strict=True)
            ],
        }

    async def _install(self, request: web.Request) -> Json:
        url = (await _body(request)).get("descriptorUrl")
        return self._shown(await self._apps.install(str(url or "").strip()))

    async def _ensure(self, request: web.Request) -> Json:
        """As `_install`, but an app that is there with this very descriptor is left as it is."""
        url = (await _body(request)).get("descriptorUrl")
        return self._shown(await self._apps.ensure(str(url or "").strip()))

    async def _switch(self, request: web.Request) -> Json:
        enabled = (await _body(request)).get("enabled") is True
        await self._apps.enable(request.match_info["key"], enabled=enabled)
        return {}

    async def _uninstall(self, request: web.Request) -> Json:
        await self._apps.uninstall(request.match_info["key"])
        return {}

    async def _beside(self, request: web.Request) -> list[Json]:
        return self._frames.beside(self._site.issue(request.match_info["issue"]))

    async def _token(self, request: web.Request) -> Json:
        key = str((await _body(request)).get("appKey"))
        return {"token": self._frames.token(key, self._site.issue(request.match_info["issue"]))}

    async def _complaints(self, request: web.Request) -> list[str]:
        asked, issue = await _body(request), self._site.issue(request.match_info["issue"])
        url = self._frames.url(str(asked.get("appKey")), str(asked.get("moduleKey")), issue)
        if url is None:
            return ["The app or its module is not here any more."]
        return await complaints(self._deliveries.client(), url, self._base_url)

    async def _list_deliveries(self, request: web.Request) -> list[Json]:
        return [summary(delivery) for delivery in reversed(self._deliveries.all())]

    async def _read_delivery(self, request: web.Request) -> Json:
        return self._delivery(request).to_json()

    async def _again(self, request: web.Request) -> Json:
        delivery = self._delivery(request)
        if delivery.kind == "webhook":
            self._webhooks.redeliver(delivery)
        else:
            await self._apps.repeat(delivery.app_key, delivery.event)
        return {}

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
    }


def _answering(answer: Callable[[web.Request], Awaitable[object]]) -> Handler:
    async def handle(request: web.Request) -> web.StreamResponse:
        try:
            return web.json_response(await answer(request), headers={"Cache-Control": "no-store"})
        except Refused as fault:
            return refusal(400, *fault.reasons)
        except SiteFault as fault:
            return refusal(fault.status, str(fault))

    return handle


async def _body(request: web.Request) -> Json:
    try:
        body = await request.json()
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise SiteFault("The body must be a JSON object.")
    return body
