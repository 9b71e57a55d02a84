"""The calls of jobs on their queue: early, old, twice, or none at all."""

from __future__ import annotations

import pytest

from chalicelib.connect.errors import GiveUp
from chalicelib.connect.job_worker import LONGEST_STAY, MOST_RECEIVES
from tests.unit.jobs.bench import ALL, NOW, Bench


def test_a_call_that_comes_before_its_time_waits_for_the_rest_of_it() -> None:
    bench = Bench()
    bench.start(delay=1_000)
    assert not bench.slice()
    assert bench.queue.delayed["r"] in (1_000, 1_001)

    bench.now += bench.queue.delayed["r"]
    bench.slice()
    assert bench.counted


def test_a_slice_for_which_no_time_is_left_in_its_batch_is_not_begun(bench: Bench) -> None:
    assert not bench.slice(seconds=2.0)
    assert bench.queue.delayed == {"r": 0}
    assert (bench.given, bench.run.tries) == ([], 0)


def test_a_call_of_a_run_that_is_not_kept_any_more_is_done_with(bench: Bench) -> None:
    assert Bench().slice(bench.call())


def test_a_dead_letter_of_a_run_that_another_has_followed_does_nothing(bench: Bench) -> None:
    bench.before_step = lambda _: (_ for _ in ()).throw(GiveUp("no"))
    assert bench.slice()
    ((text, _),) = bench.queue.buried
    bench.start()
    done = [bench.slice(text)]

    def during(number: int) -> None:
        bench.before_step = lambda _: None
        done.append(bench.slice(text))

    bench.before_step = during
    bench.slice()
    assert done == [True, True]
    assert len(bench.given) == 2


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
    call = '{"version":1,"clientKey":"a","job":"a","key":"","run":"r","notBefore":0}'
    strange = [
        "",
        "{}",
        "[]",
        *(call.replace('"a"', odd, 1) for odd in ("1", "null", "[]")),
        call.replace(":0", ":0.5"),
    ]
    for text in strange:
        assert bench.slice(text)
    assert [text for text, _ in bench.queue.buried] == strange
    assert {reason.partition(":")[0] for _, reason in bench.queue.buried} == {"The message can not be read"}


def test_a_call_of_a_newer_version_of_the_app_waits_until_that_is_back_after_a_rollback() -> None:
    bench = Bench()
    bench.start()
    newer = bench.call().encode().replace('"version":1', '"version":2')

    assert not bench.slice(newer)
    assert bench.queue.delayed["r"] in range(2, 5)
    assert bench.queue.buried == []
