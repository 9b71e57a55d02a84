"""How jobs end before their last step: they are cancelled, their tenant leaves, or another worker has them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from chalicelib.connect.errors import GiveUp
from chalicelib.connect.jobs import Job
from chalicelib.connect.runs import Run, State
from chalicelib.connect.starter import Starter
from chalicelib.connect.storage.memory import RememberedTenants
from tests.unit.jobs.bench import TENANT, Bench


def test_a_job_that_is_cancelled_stops_at_its_next_step(bench: Bench) -> None:
    def cancel(number: int) -> None:
        if number == 2:
            assert bench.starter.cancel(TENANT.client_key, "count")

    bench.before_step = cancel
    assert bench.slice()
    assert bench.counted == [1, 2]
    assert bench.run.state is State.CANCELLED
    assert not bench.starter.cancel(TENANT.client_key, "count")

    assert bench.slice(), "another call of it"
    assert (bench.counted, bench.run.state) == ([1, 2], State.CANCELLED)


def test_a_job_that_is_started_anew_while_it_stops_begins_at_its_beginning(bench: Bench) -> None:
    def anew(number: int) -> None:
        bench.before_step = lambda _: None
        bench.starter.cancel(TENANT.client_key, "count")
        bench.start()

    former, bench.before_step = bench.call(), anew
    assert bench.slice(former)
    assert (bench.counted, bench.run.state, bench.run.place) == ([1], State.WAITING, {})


@pytest.mark.parametrize("leave", [Bench.uninstall, Bench.purge])
def test_a_tenant_that_leaves_takes_its_jobs_along(bench: Bench, leave: Callable[[Bench], None]) -> None:
    def during(number: int) -> None:
        if number == 2:
            leave(bench)

    bench.before_step = during
    assert bench.slice()
    assert bench.counted == [1, 2]
    assert bench.run.state is State.CANCELLED


@pytest.mark.parametrize("leave", [Bench.uninstall, Bench.purge])
def test_the_job_of_a_tenant_that_has_left_is_not_begun(bench: Bench, leave: Callable[[Bench], None]) -> None:
    leave(bench)
    assert bench.slice()
    assert (bench.counted, bench.run.state) == ([], State.CANCELLED)


def test_a_slice_knows_at_once_that_the_tenant_has_left_whatever_the_worker_remembers() -> None:
    bench = Bench(memory=RememberedTenants)
    bench.start()
    bench.slice()
    counted = list(bench.counted)
    bench.uninstall()

    assert bench.slice()
    assert bench.counted == counted


def test_a_worker_that_has_lost_its_run_stores_nothing_any_more(bench: Bench) -> None:
    def outlived(number: int) -> None:
        if number == 2:
            bench.before_step = lambda _: None
            bench.now += 1_000
            bench.slice(bench.call())

    bench.before_step = outlived
    assert not bench.slice()
    # The other one had it from the second step on; this one's second step came too late to be stored.
    assert bench.counted == [1, 2, 3, 4, 5, 2]
    assert bench.run.place == {"next": 6}


def once(bench: Bench, during: Callable[[], None] = lambda: None) -> Callable[[], Run | None]:
    """Has a job of one slice wait to begin, which does `during`; returns what tells its run."""

    def count_once(job: Job) -> None:
        bench.counted.append(0)
        during()

    bench.jobs.job("once")(count_once)
    Starter(lambda _: True, bench.runs, bench.queue, lambda: bench.now).start(TENANT.client_key, "once")
    return lambda: bench.runs.get(TENANT.client_key, "once")


def test_a_function_that_yields_nothing_is_a_job_of_one_slice() -> None:
    bench = Bench()
    run = once(bench)
    assert bench.slice()
    assert bench.counted == [0]
    assert bench.slice(), "another call does nothing"
    assert (bench.counted, stands(run())) == ([0], (State.DONE, ""))


@pytest.mark.parametrize("error", [None, OSError(), GiveUp("no")])
def test_who_has_lost_a_run_ends_nothing(error: Exception | None) -> None:
    bench = Bench()

    def lose() -> None:
        bench.runs.update(TENANT.client_key, "once", lambda run: run and run.claimed("other", bench.now, 60, ""))
        if error:
            raise error

    run = once(bench, lose)
    assert bench.slice() == isinstance(error, GiveUp), "the other one needs the call"
    assert stands(run()) == (State.RUNNING, "other")


def test_a_job_that_is_cancelled_in_its_last_step_stays_cancelled() -> None:
    bench = Bench()

    def cancel() -> None:
        bench.starter.cancel(TENANT.client_key, "once")

    run = once(bench, cancel)
    assert bench.slice()
    assert stands(run()) == (State.CANCELLED, "")


def stands(run: Run | None) -> tuple[State, str]:
    """The state of a run, and who has it."""
    assert run
    return run.state, run.holder
