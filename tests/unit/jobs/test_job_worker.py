"""Jobs, slice by slice: each goes on where the last one stopped, whatever stopped it."""

from __future__ import annotations

import pytest

from chalicelib.connect.batches import MOST_TRIES
from chalicelib.connect.errors import GiveUp, JiraBusyError, RetryLater
from chalicelib.connect.jobs import Jobs
from chalicelib.connect.runs import State
from chalicelib.connect.storage.ports import CUT_SHORT
from tests.unit.jobs.bench import ALL, TENANT, Bench


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
    twin, meanwhile = bench.call(), []

    def during(number: int) -> None:
        if number == 2:
            bench.before_step = lambda _: None
            meanwhile.append((bench.slice(twin), dict(bench.queue.delayed)))

    bench.before_step = during
    while not bench.slice():
        pass

    # It waits as long as the other one still has, and a moment.
    assert meanwhile == [(False, {"r": 81})]
    assert bench.slice(twin)
    assert bench.counted == ALL


def test_a_job_whose_every_try_was_killed_goes_to_the_dead_letters_too(bench: Bench) -> None:
    def kill(number: int) -> None:
        if number == 3:
            raise Killed

    bench.before_step = kill
    for _ in range(MOST_TRIES):
        with pytest.raises(Killed):
            bench.slice()
        bench.now += 101

    assert bench.slice()
    ((_, reason),) = bench.queue.buried
    assert reason == f"Tried 8 times; the last time: {CUT_SHORT}."
    assert (bench.run.state, bench.run.place) == (State.FAILED, {"next": 3})


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


def test_the_first_step_of_a_slice_gets_as_many_tries_as_any_other(bench: Bench) -> None:
    bench.slice()
    first = bench.counted[-1] + 1

    def fail(number: int) -> None:
        if number == first:
            raise OSError

    bench.before_step = fail
    assert [bench.slice() for _ in range(MOST_TRIES)] == [False] * (MOST_TRIES - 1) + [True]


def test_a_step_that_went_well_at_its_last_try_leaves_the_next_one_all_of_its_own(bench: Bench) -> None:
    fails = [3] * (MOST_TRIES - 1) + [4]

    def fail(number: int) -> None:
        if number in fails:
            fails.remove(number)
            raise OSError

    bench.before_step = fail
    while not bench.slice():
        pass
    assert (bench.counted, bench.queue.buried) == (ALL, [])


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


def test_a_dead_letter_that_is_replayed_is_tried_as_often_again(bench: Bench) -> None:
    def fail(number: int) -> None:
        raise OSError

    bench.before_step = fail
    tries = [False] * (MOST_TRIES - 1) + [True]
    assert [bench.slice() for _ in tries] == tries
    ((text, _),) = bench.queue.buried
    assert [bench.slice(text) for _ in tries] == tries


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


def test_tries_that_failed_before_and_after_a_wait_are_counted_on(bench: Bench) -> None:
    def fail(number: int) -> None:
        raise OSError

    def busy(number: int) -> None:
        raise JiraBusyError("GET /x", "429", seconds=77, status=429)

    done = []
    for bench.before_step in [fail, busy] * MOST_TRIES:
        done.append(bench.slice())
    assert done.index(True) == 2 * (MOST_TRIES - 1)


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


def test_a_job_that_no_function_is_registered_for_any_more_ends_among_the_dead_letters(bench: Bench) -> None:
    bench.jobs = Jobs()
    for _ in range(MOST_TRIES - 1):
        assert not bench.slice()
    assert bench.slice()

    assert bench.queue.buried[0][1] == "Tried 8 times; the last time: UnknownJobError in count."
