"""`make run`: the embedded AWS, the app on it, the stand-in for Jira; and a redeploy of whatever changes."""

from __future__ import annotations

import os
import time
from contextlib import ExitStack
from functools import cached_property
from urllib.error import HTTPError
from urllib.request import ProxyHandler, build_opener

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.connect.settings import LOCAL
from devkit.cloud.embedded import EmbeddedCloud, forget_users_aws
from devkit.deploy.deployment import Deployment
from devkit.deploy.staging import CODE, SITE
from devkit.errors import DevkitError
from devkit.interrupts import Interrupted, Interrupts
from devkit.places import CLOUD_PORT, JIRA_PORT, Addresses, Places
from devkit.processes import check_port
from devkit.stand_in import StandIn
from devkit.steps import Steps
from devkit.watching import Watch

ANSWER_SECONDS = 15
"""How long the app may take to answer for the first time."""

LOOK_SECONDS = 0.2
"""How often the files and the children are looked at."""

WATCHED = (*CODE, ".chalice", SITE)


def run(places: Places, interrupts: Interrupts, steps: Steps) -> None:
    """Runs everything until this process is asked to end; then stops everything, its state saved.

    Raises `DevkitError` where something can not be started, or ends by itself; then nothing is left running either.
    """
    environment = dict(os.environ)
    addresses = Addresses.read(environment)
    forget_users_aws()
    with ExitStack() as running:
        running.enter_context(places.taken())
        check_port(addresses.cloud_port, *CLOUD_PORT)
        check_port(addresses.jira_port, *JIRA_PORT)
        local = LocalRun(places, addresses, addresses.settings(environment), interrupts, steps)
        try:
            local.start(running)
            local.keep()
        except Interrupted:
            steps.say("Stopping.")


class LocalRun:
    """The parts of one local run."""

    def __init__(
        self, places: Places, addresses: Addresses, settings: dict[str, str], interrupts: Interrupts, steps: Steps
    ) -> None:
        self._places = places
        self._addresses = addresses
        self._interrupts = interrupts
        self._steps = steps
        self._base_url = settings["CONNECT_BASE_URL"]
        self._cloud = EmbeddedCloud(places.of("cloud"), addresses.cloud_port, places.logs / "cloud.log")
        self._deployment = Deployment(
            aws=self._cloud,
            root=places.root,
            work=places.of(LOCAL),
            stage=LOCAL,
            settings=settings,
            log=places.logs / "deploy.log",
            packages=places.of("packages"),
            check=interrupts.check,
        )

    @cached_property
    def _stand_in(self) -> StandIn:
        log = self._places.logs / "jira.log"
        return StandIn(
            self._addresses.jira_port, self._places.of("jira"), log, self._cloud.environment, self._steps.say
        )

    def start(self, running: ExitStack) -> None:
        """Starts all parts, says where they are, and has `running` stop them: the stand-in first, the cloud last."""
        with self._steps.step("Embedded AWS started"):
            running.callback(self._cloud.stop)
            self._cloud.start(self._interrupts.check)
        # What is saved while the deploy runs is newer than what is deployed: so the look begins before it.
        self._watch = Watch(self._places.root, WATCHED)
        self._deployment.run(self._steps)
        with self._steps.step("Stand-in for Jira started"):
            running.callback(self._stand_in.stop)
            jira_url = self._stand_in.start(self._places.root, self._descriptor_url, self._interrupts.check)
        self._descriptor = self._read_descriptor()
        self._steps.say(f"\nApp: {self._base_url}/atlassian-connect.json\nJira: {jira_url}")
        self._steps.say("Ctrl-C stops both. What you change is deployed at once; logs are in .dormouse/logs.\n")

    def keep(self) -> None:
        """Deploys what changes, until it is interrupted. Raises `DevkitError` where a part ends by itself."""
        while True:
            self._interrupts.wait(LOOK_SECONDS)
            for part in (self._cloud, self._stand_in):
                if part.exit_code is not None:
                    raise DevkitError(part.complaint())
            if changed := self._watch.changes():
                self._redeploy(changed)

    def _redeploy(self, changed: set[str]) -> None:
        """Deploys after a change; where that fails, says why, and leaves the former version running."""
        started, done = time.monotonic(), []
        what = min(changed) if len(changed) == 1 else f"{len(changed)} files"
        try:
            if any(path.startswith(f"{SITE}/") for path in changed):
                self._deployment.upload_site()
                done.append("uploaded")
            if self._deployment.deploy():
                done.append("deployed")
            self._deployment.clear_site()
        except (DevkitError, BotoCoreError, ClientError, OSError) as fault:
            self._steps.say(f"{what} changed, but the former version keeps running. {fault}")
            return
        if "deployed" in done:
            self._tell_the_stand_in()
        if done:
            self._steps.say(f"{what} changed: {' and '.join(done)} in {time.monotonic() - started:.1f} s.")

    @property
    def _descriptor_url(self) -> str:
        return f"{self._addresses.base_url}/atlassian-connect.json"

    def _tell_the_stand_in(self) -> None:
        """Has the stand-in take a changed descriptor, so that it sends the webhooks of a new handler at once."""
        try:
            descriptor = self._read_descriptor()
            if descriptor != self._descriptor:
                self._stand_in.tell(self._descriptor_url)
                self._descriptor = descriptor
        except DevkitError as fault:
            self._steps.say(str(fault))

    def _read_descriptor(self) -> bytes:
        """The app's descriptor, once it answers. Raises `DevkitError` where it does not come to that."""
        direct = build_opener(ProxyHandler({}))
        deadline = time.monotonic() + ANSWER_SECONDS
        while True:
            try:
                with direct.open(self._descriptor_url, timeout=ANSWER_SECONDS) as answer:
                    return bytes(answer.read())
            except HTTPError as fault:
                said = fault.read(500).decode(errors="replace")
                raise DevkitError(f"The app answers its descriptor with {fault.code}: {said}") from fault
            except OSError as fault:
                if time.monotonic() > deadline:
                    raise DevkitError(f"The app does not answer: {fault}.") from fault
                self._interrupts.wait(LOOK_SECONDS)
