"""`python -m devkit jobs`: it shows how far jobs are, and starts, cancels and replays them."""

from __future__ import annotations

import argparse
import io
from collections.abc import Generator, Iterable, Iterator
from dataclasses import replace
from typing import cast

import pytest

from chalicelib.connect.protocol.job_messages import JobMessage
from chalicelib.connect.runs import SYSTEM, Run, State
from chalicelib.connect.starter import Starter
from devkit.errors import DevkitError
from devkit.jobs.command_line import add_arguments
from devkit.jobs.commands import Commands
from devkit.jobs.stage import DeadCall, Entry, Stage
from tests.fakes import FakeJobQueue, FakeRuns, FakeTenants
from tests.unit.jobs.bench import NOW, TENANT

LEFT = replace(TENANT, client_key="left", installed=False)


class FakeStage:
    """A stage in memory; its dead letters come two at a time."""

    def __init__(self) -> None:
        self.runs = FakeRuns()
        self.tenants = FakeTenants(TENANT, LEFT)
        self.queue = FakeJobQueue()
        self.starter = Starter(lambda _: True, self.runs, self.queue, lambda: NOW)
        self.dead: list[DeadCall] = []
        self.known: list[tuple[str, str]] = []

    def entries(self) -> Iterator[Entry]:
        for tenant, job in self.known:
            run = self.runs.get(tenant, job)
            assert run
            yield Entry(tenant, job, run)

    def dead_calls(self) -> Generator[list[DeadCall], None, None]:
        left = list(self.dead)
        while left:
            batch, left = left[:2], left[2:]
            yield batch

    def send_again(self, calls: Iterable[DeadCall]) -> int:
        sent = list(calls)
        self.queue.sent += [(call.message, 0) for call in sent if call.message]
        self.dead = [call for call in self.dead if call not in sent]
        return len(sent)

    def put(self, tenant: str, job: str, state: State, *, ago: int, error: str = "", done: int = 0) -> None:
        progress = {"done": done} if done else {}
        run = Run(id=job, state=state, error=error, progress=progress, began_at=NOW - ago, changed_at=NOW - ago)
        self.runs.update(tenant, job, lambda _: run)
        self.known.append((tenant, job))

    def bury(self, name: str, reason: str, tenant: str = "tenant-1") -> None:
        message = JobMessage(client_key=tenant, name=name, key="", run=f"run of {name}")
        self.dead.append(DeadCall(f"m{len(self.dead)}", message, reason))


class Told:
    """The commands on a stage, and what they say."""

    def __init__(self) -> None:
        self.stage = FakeStage()
        self.out = io.StringIO()
        self.commands = Commands(cast(Stage, self.stage), out=self.out, check=lambda: None, clock=lambda: NOW)

    def said(self) -> list[str]:
        lines = self.out.getvalue().splitlines()
        self.out.seek(0)
        self.out.truncate()
        return lines


@pytest.fixture
def told() -> Told:
    return Told()


def test_the_list_shows_the_newest_change_first_with_progress_and_error(told: Told) -> None:
    told.stage.put("tenant-1", "backfill", State.RUNNING, ago=90, done=7)
    told.stage.put("tenant-2", "recount", State.FAILED, ago=20, error="Tried 8 times.")
    told.commands.show_list("", "", None, "", 100)

    assert told.said() == [
        "CHANGED  TENANT    JOB       STATE    PROGRESS     ERROR",
        "20s      tenant-2  recount   failed                Tried 8 times.",
        '1m       tenant-1  backfill  running  {"done": 7}',
        "2 jobs.",
    ]


def test_the_list_can_be_of_one_job_one_site_one_state_or_one_error(told: Told) -> None:
    told.stage.put("tenant-1", "backfill", State.RUNNING, ago=1)
    told.stage.put("tenant-1", "recount", State.FAILED, ago=2, error="KeyError in recount")
    told.stage.put("tenant-2", "backfill", State.DONE, ago=3)

    for job, tenant, state, error, number in (
        ("back*", "", None, "", 2),
        ("", "tenant-1", None, "", 2),
        ("", "", "failed", "", 1),
        ("", "", None, "keyerror", 1),
        ("backfill", "tenant-2", "done", "", 1),
        ("no such job", "", None, "", 0),
    ):
        told.commands.show_list(job, tenant, state, error, 100)
        assert told.said()[-1] == f"{number} job{'' if number == 1 else 's'}."


def test_a_long_list_is_cut_and_says_so(told: Told) -> None:
    for number in range(5):
        told.stage.put("tenant-1", f"job-{number}", State.DONE, ago=number)
    told.commands.show_list("", "", None, "", 2)
    assert told.said()[-2:] == ["3 older ones not shown: see --limit.", "5 jobs."]


def test_one_run_is_shown_whole_and_what_never_ran_is_said_to_be_so(told: Told) -> None:
    told.stage.put("tenant-1", "recount a", State.FAILED, ago=2, error="Tried\n8 times")
    told.commands.show("tenant-1", "recount", "a")
    assert '  "error": "Tried\\n8 times",' in told.said()

    with pytest.raises(DevkitError, match="never ran"):
        told.commands.show("tenant-1", "recount", "b")


def test_a_job_is_started_once_for_a_site_that_has_the_app(told: Told) -> None:
    told.commands.start("tenant-1", "recount", "a", {"of": 1})
    told.commands.start("tenant-1", "recount", "a", {"of": 1})
    assert told.said() == ["Started.", "It is under way already."]
    run = told.stage.runs.get("tenant-1", "recount a")
    assert run
    assert run.input == {"of": 1}

    for nobody in ("left", "unheard of"):
        with pytest.raises(DevkitError, match="No site"):
            told.commands.start(nobody, "recount", "", {})


def test_a_job_for_all_is_fanned_out_and_the_purge_is_about_all_by_itself(told: Told) -> None:
    told.commands.start_for_all("recount", {"of": 1}, at_once=True)
    told.commands.start_for_all("recount", {}, at_once=False)
    told.commands.start_for_all("connect.retention", {}, at_once=True)

    assert told.said() == ["Started.", "It is under way already.", "Started."]
    fan_out = told.stage.runs.get(SYSTEM, "connect.fan-out recount")
    assert fan_out
    assert fan_out.input == {"job": "recount", "input": {"of": 1}, "over": 1}
    assert told.stage.runs.get(SYSTEM, "connect.retention")


def test_a_run_under_way_is_cancelled_and_another_is_not(told: Told) -> None:
    told.stage.put("tenant-1", "recount", State.RUNNING, ago=1)
    told.commands.cancel("tenant-1", "recount", "")
    run = told.stage.runs.get("tenant-1", "recount")
    assert run
    assert run.state is State.CANCELLED
    with pytest.raises(DevkitError, match="No such run"):
        told.commands.cancel("tenant-1", "recount", "")


def test_a_replay_without_yes_only_says_what_it_would_do(told: Told) -> None:
    told.stage.bury("recount", "KeyError in recount")
    told.commands.replay("", "", "", yes=False)
    assert told.said() == [
        "tenant-1  recount  KeyError in recount",
        "1 run would be replayed: say --yes to do it.",
    ]
    assert (told.stage.queue.sent, len(told.stage.dead)) == ([], 1)


def test_a_replay_sends_what_is_meant_and_leaves_the_rest(told: Told) -> None:
    told.stage.bury("recount", "KeyError in recount")
    told.stage.bury("backfill", "KeyError in backfill")
    told.stage.bury("recount", "OSError in recount", tenant="tenant-2")
    told.stage.dead.append(DeadCall("m9", None, "The message can not be read."))
    told.commands.replay("recount", "", "keyerror", yes=True)

    assert told.said()[-2:] == ["1 dead letter can not be read, and stays.", "1 run replayed."]
    assert [message.name for message, _ in told.stage.queue.sent] == ["recount"]
    assert len(told.stage.dead) == 3


def test_two_letters_of_one_run_are_one_replay(told: Told) -> None:
    told.stage.bury("recount", "KeyError")
    told.stage.bury("recount", "KeyError")
    told.stage.bury("recount", "KeyError")
    told.commands.replay("", "", "", yes=True)
    assert told.said()[-1] == "1 run replayed."
    assert len(told.stage.queue.sent) == 1


def test_with_nothing_to_replay_it_says_so(told: Told) -> None:
    told.commands.replay("", "", "", yes=True)
    assert told.said() == ["There is nothing to replay."]


@pytest.mark.parametrize(
    "words",
    [
        ["start", "recount"],
        ["start", "recount", "--tenant", "a", "--all"],
        ["start", "recount", "--all", "--input", "[1]"],
        ["start", "recount", "--all", "--input", "{"],
        ["cancel", "recount"],
        ["show", "--tenant", "a"],
        ["list", "--state", "asleep"],
    ],
)
def test_what_makes_no_sense_is_refused(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    with pytest.raises(SystemExit):
        parser.parse_args(words)
    assert "error:" in capsys.readouterr().err
