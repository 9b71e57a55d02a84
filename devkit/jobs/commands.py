"""The commands on jobs: list and show look; start, cancel and replay act."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from fnmatch import fnmatchcase
from typing import Any, TextIO

from chalicelib.connect.runs import SYSTEM
from chalicelib.connect.starter import job_id
from chalicelib.connect.system_jobs import FAN_OUT, RETENTION
from devkit.deliveries.filters import age
from devkit.deliveries.showing import aligned, count, printable
from devkit.errors import DevkitError
from devkit.jobs.stage import DeadCall, Entry, Stage

_HEAD = ("CHANGED", "TENANT", "JOB", "STATE", "PROGRESS", "ERROR")


class Commands:
    """The commands on the jobs of `stage`; `check` is called often, and may raise."""

    def __init__(
        self, stage: Stage, *, out: TextIO, check: Callable[[], None], clock: Callable[[], float] = time.time
    ) -> None:
        self._stage = stage
        self._out = out
        self._check = check
        self._clock = clock

    def show_list(self, job: str, tenant: str, state: str | None, error: str, most: int) -> None:
        """Shows a line for each run that is meant, the one that changed last first."""
        meant = sorted(self._meant(job, tenant, state, error), key=lambda entry: -entry.run.changed_at)
        if meant:
            self._say(*aligned([_HEAD, *map(self._row, meant[:most])]))
        if len(meant) > most:
            self._say(f"{count(len(meant) - most, 'older one')} not shown: see --limit.")
        self._say(f"{count(len(meant), 'job')}.")

    def show(self, tenant: str, job: str, key: str) -> None:
        """Shows all there is to say of one run. Raises `DevkitError` where there is none."""
        run = self._stage.runs.get(tenant, job_id(job, key))
        if run is None:
            raise DevkitError(f"The job {job_id(job, key)} never ran for this site, or was forgotten since.")
        self._say(*(printable(line) for line in json.dumps(run.to_record(), indent=2, ensure_ascii=False).split("\n")))

    def start(self, tenant: str, job: str, key: str, given: Mapping[str, Any]) -> None:
        """Starts a job for one site. Raises `DevkitError` where the site does not have the app."""
        stored = self._stage.tenants.get(tenant)
        if stored is None or not stored.installed:
            raise DevkitError("No site with this client key has the app.")
        began = self._stage.starter.start(tenant, job, key, given)
        self._say("Started." if began else "It is under way already.")

    def start_for_all(self, job: str, given: Mapping[str, Any], *, at_once: bool) -> None:
        """Starts a job for every site that has the app: what a schedule does; `at_once` without spreading them."""
        if job == RETENTION:
            began = self._stage.starter.start(SYSTEM, RETENTION)
        else:
            over = {"over": 1} if at_once else {}
            began = self._stage.starter.start(SYSTEM, FAN_OUT, job, {"job": job, "input": dict(given), **over})
        self._say("Started." if began else "It is under way already.")

    def cancel(self, tenant: str, job: str, key: str) -> None:
        """Ends a run before its next step. Raises `DevkitError` where none is under way."""
        if not self._stage.starter.cancel(tenant, job, key):
            raise DevkitError("No such run is under way.")
        self._say("Cancelled: it ends before its next step.")

    def replay(self, job: str, tenant: str, error: str, *, yes: bool) -> None:
        """Sends the calls of failed runs again, each run once; without `yes` only says which."""
        seen: set[str] = set()
        unreadable = replayed = 0
        with closing(self._stage.dead_calls()) as batches:
            for batch in batches:
                self._check()
                unreadable += sum(call.message is None for call in batch)
                meant = [call for call in batch if _is_meant(call, job, tenant, error)]
                # What fails again at once comes back while this still reads, and must not be sent round and round.
                fresh = list({call.run: call for call in meant if call.run not in seen}.values())
                seen.update(call.run for call in fresh)
                replayed += self._stage.send_again(fresh) if yes else len(fresh)
                self._say(*map(_line, fresh))
        if unreadable:
            self._say(f"{count(unreadable, 'dead letter')} can not be read, and stays.")
        did = "replayed" if yes else "would be replayed: say --yes to do it"
        self._say(f"{count(replayed, 'run')} {did}." if replayed else "There is nothing to replay.")

    def _meant(self, job: str, tenant: str, state: str | None, error: str) -> Iterator[Entry]:
        for entry in self._stage.entries():
            self._check()
            if (
                fnmatchcase(entry.job, job or "*")
                and tenant in ("", entry.tenant)
                and state in (None, entry.run.state.value)
                and error.lower() in entry.run.error.lower()
            ):
                yield entry

    def _row(self, entry: Entry) -> tuple[str, ...]:
        run = entry.run
        progress = json.dumps(run.progress, ensure_ascii=False) if run.progress else ""
        error = "" if run.holder else run.error
        return (age(self._clock() - run.changed_at), entry.tenant, entry.job, run.state.value, progress, error)

    def _say(self, *lines: str) -> None:
        for line in lines:
            print(line, file=self._out, flush=True)


def _is_meant(call: DeadCall, job: str, tenant: str, error: str) -> bool:
    return (
        call.message is not None
        and fnmatchcase(job_id(call.message.name, call.message.key), job or "*")
        and tenant in ("", call.message.client_key)
        and error.lower() in call.reason.lower()
    )


def _line(call: DeadCall) -> str:
    name = job_id(call.message.name, call.message.key) if call.message else ""
    return printable(f"{call.message.client_key if call.message else ''}  {name}  {call.reason}")
