"""Who uses the stand-in's pages: anyone of its people, or nobody; in which language and time zone."""

from __future__ import annotations

from dataclasses import asdict, replace
from zoneinfo import available_timezones

from aiohttp import web

from devkit.jira.console_answers import PREFIX, answering, body_of
from devkit.jira.happenings import SiteFault
from devkit.jira.model import ANONYMOUS, Json, User
from devkit.jira.rest_call import Parts


class SessionConsole:
    """The answers about the user; one for all pages that are open."""

    def __init__(self, parts: Parts, frame_seconds: float) -> None:
        """`frame_seconds` is how long the page of an app may take, before Jira says that the app does not respond."""
        self._frame_seconds = frame_seconds
        self._site = parts.site
        self._people = parts.people
        self._address = parts.address

    def routes(self) -> list[web.AbstractRouteDef]:
        """All routes."""
        return [
            web.get(f"{PREFIX}/session", answering(self._read)),
            web.put(f"{PREFIX}/session", answering(self._change)),
        ]

    async def _read(self, request: web.Request) -> Json:
        people = [user for user in self._site.users.values() if user.account_type == "atlassian" and user.active]
        return {
            "baseUrl": self._address.base,
            "displayUrl": self._address.display,
            "frameSeconds": self._frame_seconds,
            "user": _shown(self._site.current_user),
            "users": [_shown(user) for user in [*people, ANONYMOUS]],
            "projects": [asdict(project) for project in self._site.projects.values()],
            "statuses": [
                {"id": each.id, "name": each.name, "category": each.category.key, "transition": each.transition}
                for each in self._site.statuses.values()
            ],
        }

    async def _change(self, request: web.Request) -> Json:
        """Another user (``accountId``, empty for nobody), or another ``locale`` and ``timeZone`` of the present one."""
        asked = await body_of(request)
        user = self._site.current_user
        if "accountId" in asked:
            account_id = str(asked["accountId"])
            user = self._people.person(account_id) if account_id else ANONYMOUS
        if "locale" in asked or "timeZone" in asked:
            user = _travelled(user, asked)
            if user.account_id:
                self._people.change(user, by=self._site.current_user)
        self._site.current_user = user
        return await self._read(request)


def _travelled(user: User, asked: Json) -> User:
    locale, zone = str(asked.get("locale", user.locale)), str(asked.get("timeZone", user.time_zone))
    if zone not in available_timezones():
        raise SiteFault(f"{zone!r} is no time zone.", "timeZone")
    if not locale.replace("_", "").isalpha() or len(locale) > 10:
        raise SiteFault(f"{locale!r} is no locale: one is written en_US.", "locale")
    return replace(user, locale=locale, time_zone=zone)


def _shown(user: User) -> Json:
    return {
        "accountId": user.account_id,
        "name": user.name,
        "isAdmin": user.is_admin,
        "locale": user.locale,
        "timeZone": user.time_zone,
    }
