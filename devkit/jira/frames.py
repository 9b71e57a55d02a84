"""An app's page in a frame: whether it is shown, its URL, and what its bridge is told.

Source: https://developer.atlassian.com/cloud/jira/platform/context-parameters/ and
https://developer.atlassian.com/cloud/jira/platform/cacheable-app-iframes/
"""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Callable, Iterable
from urllib.parse import urlencode, urlsplit

from devkit.jira import conditions
from devkit.jira.address import Address
from devkit.jira.conditions import Asked
from devkit.jira.descriptor import Module
from devkit.jira.installations import Installation, Installations
from devkit.jira.model import Issue, Json
from devkit.jira.modules import FOR_ADMINISTRATORS, PAGES, PARTS
from devkit.jira.people import People
from devkit.jira.permissions import Permissions
from devkit.jira.places import Place, filled_in
from devkit.jira.properties import AppProperties
from devkit.jira.site import Site
from devkit.jira.tokens import context_token, server_token

_CONDITION = re.compile(r"\{condition\.([A-Za-z_]+)\}")


class Frames:
    """The frames of the site's apps."""

    def __init__(
        self,
        site: Site,
        installations: Installations,
        permissions: Permissions,
        properties: AppProperties,
        people: People,
        address: Address,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """`clock` is that of the tokens."""
        self._site = site
        self._installations = installations
        self._permissions = permissions
        self._properties = properties
        self._people = people
        self._address = address
        self._clock = clock

    def beside(self, issue: Issue) -> list[Json]:
        """All that the page needs to show the panels beside an issue."""
        place = Place.beside(issue, self._site)
        return [
            self.frame(known, module, place)
            for known, module in self._installations.panels()
            if self.is_shown(known, module, place)
        ]

    def menu(self, place: Place, kinds: Iterable[str] = PAGES) -> list[Json]:
        """The pages of apps that the user may open, by kind, app and name; dialogs are opened by apps alone."""
        return [
            {
                "kind": module.kind,
                "appKey": descriptor.key,
                "moduleKey": module.key,
                "name": module.name,
                "location": module.raw.get("location"),
            }
            for known, descriptor in self._installations.enabled()
            for module in descriptor.modules
            if module.kind in kinds and module.kind != "dialogs" and self.is_shown(known, module, place)
        ]

    def is_shown(self, known: Installation, module: Module, place: Place) -> bool:
        """Whether the user sees a module at a place."""
        if module.kind in FOR_ADMINISTRATORS and not self._permissions.has(self._site.current_user, "ADMINISTER"):
            return False
        return conditions.hold(module.raw.get("conditions"), self._asked(known, place))

    def find(self, app_key: str, module_key: str) -> tuple[Installation, Module] | None:
        """An app that is switched on, and one of its modules; None where there is none."""
        known = self._installations.get(app_key)
        module = self._installations.descriptor(known).module(module_key) if known and known.enabled else None
        return (known, module) if known and module else None

    def token(self, app_key: str, place: Place) -> str | None:
        """A context token for a page of an app; None where the app gets no tokens."""
        known = self._installations.get(app_key)
        if known is None or not known.enabled or not self._installations.descriptor(known).signs:
            return None
        return context_token(
            known.client_key, known.shared_secret, self._site.current_user.account_id, place.context(), self._clock()
        ).token

    def frame(self, known: Installation, module: Module, place: Place) -> Json:
        """All that the page needs to show one module."""
        descriptor = self._installations.descriptor(known)
        url = self.url(known, module, place)
        parameters = place.parameters(self._site)
        return {
            "id": f"{descriptor.key}__{module.key}__{secrets.token_hex(8)}",
            "appKey": descriptor.key,
            "appName": descriptor.name,
            "moduleKey": module.key,
            "kind": module.kind,
            "title": module.name,
            "url": url,
            "baseUrl": descriptor.base_url,
            "cacheable": module.cacheable,
            "origin": "{0.scheme}://{0.netloc}".format(urlsplit(url)),
            "unknownConditions": conditions.unknown(module.raw.get("conditions")),
            "options": {
                "autoresize": True,
                "hostOrigin": self._address.base,
                "moduleType": module.kind,
                "moduleLocation": module.raw.get("location", ""),
                "isFullPage": (module.kind in PAGES or module.kind == "webItems") and module.kind not in PARTS,
                "productContext": {name: value for name, value in parameters.items() if not name.startswith("user.")},
                "structuredContext": place.context(),
                "contextPath": "",
                "history": {"state": ""},
                "globalOptions": {"check_init": True},
            },
        }

    def url(self, known: Installation, module: Module, place: Place) -> str:
        """The URL of a module's frame, signed where the app wants tokens."""
        descriptor = self._installations.descriptor(known)
        if module.cacheable:
            return descriptor.base_url + module.url
        asked = self._asked(known, place)
        held = {name: conditions.by_name(name, asked) for name in _CONDITION.findall(module.url)}
        url = descriptor.base_url + filled_in(module.url, place, self._site, held)
        given = {
            "xdm_e": self._address.base,
            "xdm_c": f"channel-{descriptor.key}__{module.key}",
            "cp": "",
            "xdm_deprecated_addon_key_do_not_use": descriptor.key,
            "lic": "none" if known.licence == "none" else "active",
            "cv": "1001.0.0-SNAPSHOT",
        }
        url += ("&" if "?" in url else "?") + urlencode(given)
        return f"{url}&jwt={self._signed(known, descriptor.base_url, url)}" if descriptor.signs else url

    def _signed(self, known: Installation, app_url: str, url: str) -> str:
        account_id = self._site.current_user.account_id
        # Nobody's token has no subject.
        more: Json = {"context": {}, **({"sub": account_id} if account_id else {})}
        client, secret = known.client_key, known.shared_secret
        return server_token(client, secret, "GET", url, app_url, self._clock(), kind="frame", **more).token

    def _asked(self, known: Installation, place: Place) -> Asked:
        return Asked(self._site, self._permissions, self._properties, self._people, known, place)
