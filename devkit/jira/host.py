"""The stand-in inside a test: in a thread of its own, driven by plain calls.

with JiraHost() as jira:
    installation = jira.install("http://127.0.0.1:3000/atlassian-connect.json")
    issue = jira.create_issue("A burrow")
    jira.move(issue, "Done")
"""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Callable, Coroutine
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

from devkit.jira import comments
from devkit.jira.complaints import LOST_SECONDS
from devkit.jira.deliveries import READ, Delivery
from devkit.jira.descriptor import Refused
from devkit.jira.edits import Changes
from devkit.jira.installations import Installation
from devkit.jira.keys import KeyPair
from devkit.jira.live_issue import LiveIssue
from devkit.jira.model import Comment, Issue, User
from devkit.jira.places import Place
from devkit.jira.rest_call import Parts
from devkit.jira.scenario import Scenario, fill
from devkit.jira.server import Server
from devkit.jira.webhooks import settled

Result = TypeVar("Result")


class JiraHost:
    """A stand-in for Jira on `port`, or on a free one; its state in `folder`, or in memory."""

    def __init__(
        self,
        port: int | None = None,
        folder: Path | None = None,
        *,
        lapse: float = 6000.0,
        answer_seconds: float = 10.0,
        frame_seconds: float = LOST_SECONDS,
        clock: Callable[[], float] = time.time,
        seed: int | None = None,
    ) -> None:
        """`lapse` is by how much time passes faster between retries: with 6000, a retry comes after 50 to 150 ms."""
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="stand-in for Jira", daemon=True)
        self._server = Server(
            port or _free_port(),
            folder,
            lapse=lapse,
            answer_seconds=answer_seconds,
            frame_seconds=frame_seconds,
            clock=clock,
            seed=seed,
        )

    def __enter__(self) -> Self:
        self._thread.start()
        try:
            self._run(self._server.start())
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self._run(self._server.stop())
        finally:
            self._end()

    @property
    def url(self) -> str:
        """Its base URL."""
        return self._server.url

    @property
    def install_keys_url(self) -> str:
        """Where the public keys of installs are read, by id."""
        return f"{self._server.address.origin}/install-keys"

    def rename(self, name: str, display_url: str = "") -> None:
        """Another host name in the base URL, ``localhost`` or ``127.0.0.1``, which all apps are told at once.

        `display_url` is what people see from then on, by a custom domain. Raises `SiteFault`, and `Refused` where an
        app does not take it.
        """

        async def rename() -> dict[str, list[str]]:
            self._server.address.change(name, display_url)
            return await self._server.apps.renamed()

        if refused := self._run(rename()):
            raise Refused(*(reason for reasons in refused.values() for reason in reasons))

    @property
    def install_key(self) -> KeyPair:
        """The key pair that signs installs."""
        return self._server.keys.current()

    @property
    def deliveries(self) -> list[Delivery]:
        """All webhooks and lifecycle calls so far, oldest first."""
        return [each for each in self._server.deliveries.all() if each.kind != READ]

    def install(self, descriptor_url: str) -> Installation:
        """Installs an app, or updates it; raises `devkit.jira.descriptor.Refused`."""
        return self._run(self._server.apps.install(descriptor_url))

    def installation(self, key: str) -> Installation:
        """The app of a key; raises `LookupError` where it is not installed."""
        found = self._server.installations.get(key)
        if found is None:
            raise LookupError(f"{key} is not installed")
        return found

    def complaints(self, key: str) -> dict[str, list[str]]:
        """What keeps pages of an app from being shown in Jira, by module; asks for each. Raises `LookupError`."""
        self._run(self._server.probes.ask(self.installation(key)))
        return self._server.probes.all(key)

    def reinstall(self, key: str) -> Installation:
        """Gives an app a new secret by a new ``installed``; raises `devkit.jira.descriptor.Refused`."""
        return self._run(self._server.apps.reinstall(key))

    def uninstall(self, key: str, disabled: str = "first") -> None:
        """Removes an app; `disabled` is as in `devkit.jira.apps.Apps.uninstall`. Raises `Refused`."""
        self._run(self._server.apps.uninstall(key, disabled))

    def enable(self, key: str, *, enabled: bool = True) -> None:
        """Switches an app on or off; raises `devkit.jira.descriptor.Refused`."""
        self._run(self._server.apps.enable(key, enabled=enabled))

    def open(self, summary: str, description: str = "") -> LiveIssue:
        """A new issue of the project BUR, which can be moved, edited and so on."""
        return LiveIssue(self, self.create_issue(summary, description))

    def fill(self, *, issues: int, months: float = 6, seed: int = 1) -> int:
        """Gives the site a past of so many issues, the same for each seed; returns how many were made."""

        async def past() -> int:
            return fill(self._server.site, Scenario(issues, months, seed))

        return self._run(past())

    def do(self, deed: Callable[[Parts], Result]) -> Result:
        """Has something done with the site that no other method is for, such as with its versions or its people."""

        async def done() -> Result:
            return deed(self._server.parts)

        return self._run(done())

    def status_of(self, issue: Issue) -> str:
        """The name of the status that an issue is in."""
        return self._server.site.statuses[issue.status].name

    def set_property(self, issue: Issue, key: str, value: Any) -> None:
        """Sets a property of an issue."""

        async def put() -> None:
            self._server.site.set_property(issue, key, value, by=self._server.site.current_user)

        self._run(put())

    def create_issue(self, summary: str, description: str = "") -> Issue:
        """A new issue of the project BUR."""

        async def create() -> Issue:
            site = self._server.site
            return site.create_issue(summary, by=site.current_user, changes=Changes(description=description))

        return self._run(create())

    def move(self, issue: Issue, status: str) -> None:
        """Brings an issue into the status of a name."""

        async def move() -> None:
            site = self._server.site
            site.move(issue, site.status(status), by=site.current_user)

        self._run(move())

    def edit(self, issue: Issue, summary: str) -> None:
        """Changes the summary of an issue."""

        async def edit() -> None:
            self._server.site.edit(issue, Changes(summary=summary), by=self._server.site.current_user)

        self._run(edit())

    def comment(self, issue: Issue, text: str) -> Comment:
        """Adds a comment to an issue."""

        async def comment() -> Comment:
            return comments.add(self._server.site, issue, text, by=self._server.site.current_user)

        return self._run(comment())

    def delete(self, issue: Issue) -> None:
        """Deletes an issue."""

        async def delete() -> None:
            self._server.site.delete(issue, by=self._server.site.current_user)

        self._run(delete())

    def context_token(self, app_key: str, issue: Issue) -> str:
        """The token that a page of an app, shown beside an issue, gets over the bridge; raises `LookupError`."""

        async def token() -> str | None:
            return self._server.frames.token(app_key, Place.beside(issue, self._server.site))

        found = self._run(token())
        if found is None:
            raise LookupError(f"{app_key} gets no tokens here")
        return found

    def user(self, name: str) -> User:
        """The user of a name; raises `LookupError`."""
        found = next((user for user in self._server.site.users.values() if user.name == name), None)
        if found is None:
            raise LookupError(f"nobody here is called {name}")
        return found

    def forbid(self, user: User, permission: str, project: str = "") -> None:
        """Takes ``BROWSE_PROJECTS`` or another permission from a user, in a project or in all; raises `SiteFault`."""

        async def forbid() -> None:
            self._server.permissions.take(user, permission, project and self._server.site.project(project).id)

        self._run(forbid())

    def fault(self, kind: str, *, times: int | None = 1, amount: float | None = None) -> None:
        """Makes something go wrong so many times, or until `clear_faults`; see `devkit.jira.faults.KINDS`."""

        async def fault() -> None:
            self._server.faults.set(kind, times, amount)

        self._run(fault())

    def clear_faults(self) -> None:
        """Takes back all faults."""

        async def clear() -> None:
            self._server.faults.clear()

        self._run(clear())

    def burst(self, count: int) -> None:
        """Sends so many webhooks like the last one, each under an identifier of its own; raises `LookupError`."""
        sent = [each for each in self.deliveries if each.kind == "webhook"]
        if not sent:
            raise LookupError("no webhook has been sent yet that a burst could be made of")

        async def burst() -> None:
            self._server.webhooks.burst(sent[-1], count)

        self._run(burst())

    def redeliver(self, delivery: Delivery) -> None:
        """Sends a webhook once more, under the same identifier."""

        async def redeliver() -> None:
            self._server.webhooks.redeliver(delivery)

        self._run(redeliver())

    def settle(self, seconds: float = 30) -> None:
        """Waits until all webhooks have reached their apps or were given up; raises `TimeoutError`.

        Pages that are being asked for, because an app was installed by hand, have answered then, too.
        """
        if not self._run(settled(self._server.webhooks, seconds)):
            raise TimeoutError(f"webhooks were still under way after {seconds} s")
        self._run(self._server.probes.done())

    def _end(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _run(self, work: Coroutine[Any, Any, Result]) -> Result:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
