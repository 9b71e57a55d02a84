"""Links and buttons that apps add to the pages of the site (web items), and the sections that group them.

Sources: https://developer.atlassian.com/cloud/jira/platform/modules/web-item/ and …/issue-view-ui-locations/
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final
from urllib.parse import quote, urlsplit

from devkit.jira.descriptor import Descriptor, Module
from devkit.jira.frames import Frames
from devkit.jira.installations import Installation, Installations
from devkit.jira.model import Json
from devkit.jira.modules import ITEM_PLACES
from devkit.jira.places import Place, filled_in
from devkit.jira.site import Site

USUAL_WEIGHT: Final = 100


class WebItems:
    """The web items of the site's apps."""

    def __init__(self, site: Site, installations: Installations, frames: Frames) -> None:
        self._site = site
        self._installations = installations
        self._frames = frames

    def at(self, where: str, place: Place) -> list[Json]:
        """The items that the user sees on a part of a page, ``issue``, ``project``, ``top`` or ``user``, by weight."""
        found = sorted(self._found(where, place), key=lambda each: each[0])
        return [shown for _, shown in found]

    def _found(self, where: str, place: Place) -> Iterator[tuple[int, Json]]:
        for known, descriptor in self._installations.enabled():
            sections = {module.key: module for module in descriptor.modules if module.kind == "webSections"}
            for module in descriptor.modules:
                if module.kind == "webItems" and self._is_at(where, known, module, sections, place):
                    weight = module.raw.get("weight")
                    yield weight if type(weight) is int else USUAL_WEIGHT, self._item(descriptor, module, place)

    def _is_at(
        self, where: str, known: Installation, module: Module, sections: Mapping[str, Module], place: Place
    ) -> bool:
        section = sections.get(str(module.raw.get("location")))
        holder = section or module
        shown = all(self._frames.is_shown(known, each, place) for each in (module, section) if each is not None)
        return shown and ITEM_PLACES.get(str(holder.raw.get("location"))) == where

    def _item(self, descriptor: Descriptor, module: Module, place: Place) -> Json:
        target = module.raw.get("target")
        target = target if isinstance(target, dict) else {}
        tooltip = module.raw.get("tooltip")
        section = descriptor.module(str(module.raw.get("location")))
        return {
            "appKey": descriptor.key,
            "appName": descriptor.name,
            "moduleKey": module.key,
            "name": module.name,
            "section": section.name if section else "",
            "tooltip": tooltip.get("value", "") if isinstance(tooltip, dict) else "",
            "opens": str(target.get("type", "page")).lower(),
            "options": target.get("options") if isinstance(target.get("options"), dict) else {},
            "href": self._href(descriptor, module, place),
        }

    def _href(self, descriptor: Descriptor, module: Module, place: Place) -> str:
        """Where the item leads: a page elsewhere, one of this site, or the app's own in a frame of this site."""
        context = str(module.raw.get("context", "addon")).lower()
        url = filled_in(module.url, place, self._site)
        if urlsplit(url).scheme in ("http", "https"):
            return url
        if context == "product":
            return url if url.startswith("/") else f"/{url}"
        page = url if context == "page" else module.key
        return f"/plugins/servlet/ac/{quote(descriptor.key, safe='')}/{quote(page, safe='')}"
