"""Jobs, slice by slice: each goes on where the last one stopped, whatever stopped it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from chalicelib.connect.batches import MOST_TRIES
from chalicelib.connect.errors import GiveUp, JiraBusyError, RetryLater
from chalicelib.connect.job_worker import LONGEST_STAY, MOST_RECEIVES
from chalicelib.connect.jobs import Jobs
from chalicelib.connect.runs import State
from tests.unit.jobs.bench import NOW, TENANT, Bench

ALL = list(range(1, 11))


@pytest.fixture
def bench() -> Bench:
    bench = Bench()
    assert bench.start(input={"of": "ten"})
    return bench


class Killed(BaseException):
    """What ends a function in the middle, as far as a test can say it."""


def test_a_job_goes_on_from_slice_to_slice_until_it_is_done(bench: Bench) -> None:
    slices = 1
    while not bench.slice():
        slices += 1
        assert bench.queue.delayed == {"r": 0}

    assert bench.counted == ALL
    assert slices == 3
    assert bench.run.state is State.DONE
    assert bench.run.progress == {"done": 10}


def test_it_is_given_what_it_was_started_with_and_where_it_was(bench: Bench) -> None:
    bench.slice()
    bench.slice()

    first, second = bench.given
    assert (first.tenant, first.input, first.place) == (TENANT, {"of": "ten"}, {})
    assert (second.input, second.place) == ({"of": "ten"}, {"next": 5})


def test_a_slice_stops_while_there_is_time_for_one_more_step_of_the_longest_kind(bench: Bench) -> None:
    bench.step_seconds = 45.0
    assert not bench.slice()
    assert bench.counted == [1]


def test_a_killed_slice_goes_on_at_the_last_place_that_was_stored(bench: Bench) -> None:
    def kill(number: int) -> None:
        if number == 3:
            raise Killed

    bench.before_step = kill
    with pytest.raises(Killed):
        bench.slice()

    bench.before_step = lambda _: None
    assert not bench.slice(receives=2)
    assert bench.queue.delayed["r"] in range(1, 101)
    bench.now += 101
    while not bench.slice():
        pass
    assert bench.counted == ALL


def test_a_call_that_comes_twice_does_nothing_twice(bench: Bench) -> None:
    twin = bench.call()

    def during(number: int) -> None:
        if number == 2:
            bench.before_step = lambda _: None
            assert not bench.slice(twin)

    bench.before_step = during
    while not bench.slice():
        pass

    assert bench.slice(twin)
    assert bench.counted == ALL


def test_a_step_that_fails_is_tried_again_with_growing_delay(bench: Bench) -> None:
    def fail(number: int) -> None:
        if number == 3:
            raise OSError("the disk is full")

    bench.before_step = fail
    delays = []
    for _ in range(MOST_TRIES - 1):
        assert not bench.slice()
        delays.append(bench.queue.delayed["r"])
    assert delays[0] in range(2, 5)
    assert delays[-1] == 900

    assert bench.slice()
    ((_, reason),) = bench.queue.buried
    assert reason == "Tried 8 times; the last time: OSError in count."
    assert (bench.run.state, bench.run.error) == (State.FAILED, reason)
    assert bench.counted == [1, 2]


def test_tries_are_counted_from_the_last_place_on(bench: Bench) -> None:
    failed = []

    def fail_once(number: int) -> None:
        if number not in failed:
            failed.append(number)
            raise OSError

    bench.before_step = fail_once
    while not bench.slice():
        assert len(failed) < 11

    assert bench.counted == ALL
    assert bench.queue.buried == []


def test_a_dead_letter_that_is_replayed_goes_on_where_it_failed(bench: Bench) -> None:
    def give_up(number: int) -> None:
        if number == 3:
            raise GiveUp("the third is not to be had")

    bench.before_step = give_up
    assert bench.slice()
    ((text, _),) = bench.queue.buried

    bench.before_step = lambda _: None
    while not bench.slice(text):
        pass
    assert bench.counted == ALL
    assert bench.run.state is State.DONE


def test_a_dead_letter_of_a_run_that_another_has_followed_does_nothing(bench: Bench) -> None:
    bench.before_step = lambda _: (_ for _ in ()).throw(GiveUp("no"))
    assert bench.slice()
    ((text, _),) = bench.queue.buried
    bench.before_step = lambda _: None
    bench.start()

    assert bench.slice(text)
    assert bench.counted == []


@pytest.mark.parametrize("wait", [RetryLater(77, "a lock"), JiraBusyError("GET /x", "429", seconds=77, status=429)])
def test_a_job_may_ask_for_a_wait(bench: Bench, wait: Exception) -> None:
    def busy(number: int) -> None:
        if number == 2:
            raise wait

    bench.before_step = busy
    assert not bench.slice()
    assert bench.queue.delayed == {"r": 77}


def test_a_wait_that_jira_asks_for_is_no_try(bench: Bench) -> None:
    def busy(number: int) -> None:
        if number == 2:
            raise JiraBusyError("GET /x", "429", seconds=77, status=429)

    bench.before_step = busy
    for _ in range(3 * MOST_TRIES):
        assert not bench.slice()
    assert bench.queue.buried == []


def test_a_job_that_is_cancelled_stops_at_its_next_step(bench: Bench) -> None:
    def cancel(number: int) -> None:
        if number == 2:
            assert bench.starter.cancel(TENANT.client_key, "count")

    bench.before_step = cancel
    assert bench.slice()
    assert bench.counted == [1, 2]
    assert bench.run.state is State.CANCELLED
    assert not bench.starter.cancel(TENANT.client_key, "count")


def test_a_tenant_that_leaves_takes_its_jobs_along(bench: Bench) -> None:
    def leave(number: int) -> None:
        if number == 2:
            bench.tenants.update(TENANT.client_key, lambda tenant: tenant and replace(tenant, installed=False))

    bench.before_step = leave
    assert bench.slice()
    assert bench.counted == [1, 2]
    assert bench.run.state is State.CANCELLED


def test_the_job_of_a_tenant_that_has_left_is_not_begun(bench: Bench) -> None:
    bench.tenants.update(TENANT.client_key, lambda tenant: tenant and replace(tenant, installed=False))

    assert bench.slice()
    assert (bench.counted, bench.run.state) == ([], State.CANCELLED)


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


def test_a_place_that_can_not_be_stored_is_not_gone_on_from(bench: Bench) -> None:
    def down(number: int) -> None:
        bench.runs.down = number == 3

    bench.before_step = down
    assert not bench.slice()
    bench.runs.down, bench.before_step = False, lambda _: None
    bench.now += 101
    while not bench.slice():
        pass
    assert bench.counted == [1, 2, 3, *ALL[2:]]


@pytest.mark.parametrize(
    ("receives", "age"), [(MOST_RECEIVES, 0), (MOST_RECEIVES + 1, 0), (1, LONGEST_STAY), (1, LONGEST_STAY + 9)]
)
def test_a_call_that_has_come_very_often_or_is_very_old_is_followed_by_a_fresh_one(
    bench: Bench, receives: int, age: float
) -> None:
    old = bench.call()
    assert bench.slice(receives=receives, sent_at=NOW - age)
    assert len(bench.queue.sent) == 2
    assert bench.call() == old
    while not bench.slice():
        pass
    assert bench.counted == ALL


def test_an_old_call_stays_where_no_fresh_one_can_be_sent(bench: Bench) -> None:
    bench.queue.down = True
    assert not bench.slice(receives=MOST_RECEIVES)


def test_what_is_no_call_goes_to_the_dead_letters(bench: Bench) -> None:
    for text in ("", "{}", "[]", '{"clientKey":1,"job":"a","key":"","run":"r","notBefore":0}'):
        assert bench.slice(text)
    assert len(bench.queue.buried) == 4


def test_a_job_that_no_function_is_registered_for_any_more_ends_among_the_dead_letters(bench: Bench) -> None:
    bench.jobs = Jobs()
    for _ in range(MOST_TRIES - 1):
        assert not bench.slice()
    assert bench.slice()

    assert bench.queue.buried[0][1] == "Tried 8 times; the last time: UnknownJobError in count."


def test_a_function_that_yields_nothing_is_a_job_of_one_slice() -> None:
    bench = Bench()
    bench.jobs.job("once")(lambda job: bench.counted.append(0))
    bench.starter = type(bench.starter)(lambda _: True, bench.runs, bench.queue, lambda: bench.now)
    bench.starter.start(TENANT.client_key, "once")

    assert bench.slice()
    assert bench.counted == [0]


def test_a_call_of_a_newer_version_of_the_app_waits_until_that_is_back_after_a_rollback() -> None:
    bench = Bench()
    bench.start()
    newer = bench.call().encode().replace('"version":1', '"version":2')

    assert not bench.slice(newer)
    assert bench.queue.delayed["r"] in range(2, 5)
    assert bench.queue.buried == []
