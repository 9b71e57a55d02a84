"""The pages of an app, asked for once when it has been installed by hand: what keeps each from being shown in Jira.

Jira does not ask for them then. But whoever installs an app here wants to know now, and not page by page.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from devkit.jira.address import Address
from devkit.jira.complaints import complaints
from devkit.jira.deliveries import Deliveries
from devkit.jira.frames import Frames
from devkit.jira.installations import Installation, Installations
from devkit.jira.places import Place
from devkit.jira.site import Site
from devkit.jira.tokens import canonical_request


class Probes:
    """What was found wrong with the pages of the apps, by app and module."""

    def __init__(
        self, site: Site, frames: Frames, installations: Installations, deliveries: Deliveries, address: Address
    ) -> None:
        self._site = site
        self._frames = frames
        self._installations = installations
        self._deliveries = deliveries
        self._address = address
        self._found: dict[str, dict[str, list[str]]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self.listeners: list[Callable[[str], None]] = []
        """Are given the key of each app whose pages have answered."""

    def of(self, app_key: str, module_key: str) -> list[str]:
        """What is wrong with one page, as far as is known."""
        return self._found.get(app_key, {}).get(module_key, [])

    def all(self, app_key: str) -> dict[str, list[str]]:
        """What is wrong with the pages of an app, by module; those with which nothing is are left out."""
        return {module: found for module, found in self._found.get(app_key, {}).items() if found}

    def start(self, known: Installation) -> None:
        """Asks for all pages of an app; does not wait for them."""
        task = asyncio.get_running_loop().create_task(self.ask(known))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def done(self) -> None:
        """Waits until all have answered."""
        await asyncio.gather(*self._tasks)

    async def close(self) -> None:
        """Ends what is under way."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def ask(self, known: Installation) -> None:
        """Asks for all pages of an app, and waits until they have answered."""
        descriptor, place, found = self._installations.descriptor(known), self._place(), {}
        for module in descriptor.modules:
            if module.url and module.key and module.kind not in ("webhooks", "webItems"):
                url, base_url = self._frames.url(known, module, place), self._address.base
                canonical = canonical_request("GET", url, descriptor.base_url) if "jwt=" in url else ""
                found[module.key] = await complaints(
                    self._deliveries, descriptor.key, module.key, url, base_url, canonical
                )
        self._found[descriptor.key] = found
        for listener in self.listeners:
            listener(descriptor.key)

    def _place(self) -> Place:
        """Beside the first issue, or in the first project of a site that has none."""
        issue = next(iter(self._site.issues()), None)
        return Place.beside(issue, self._site) if issue else Place(project=next(iter(self._site.projects.values())))
