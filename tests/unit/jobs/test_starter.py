"""Starting jobs: at most one run of each is under way, and none is forgotten."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from chalicelib.connect.errors import UnavailableError, UnknownJobError
from chalicelib.connect.jobs import Jobs
from chalicelib.connect.runs import LONGEST_PAUSE, State
from chalicelib.connect.starter import LONGEST_DELAY, TenantJobs
from tests.unit.jobs.bench import NOW, TENANT, Bench


@pytest.fixture
def bench() -> Bench:
    return Bench()


def test_of_twenty_that_start_it_at_once_one_begins_it(bench: Bench) -> None:
    with ThreadPoolExecutor(20) as pool:
        began = list(pool.map(lambda _: bench.start(), range(20)))

    assert began.count(True) == 1
    while not bench.slice():
        pass
    assert bench.counted == list(range(1, 11))
    assert all(bench.slice(message) for message, _ in bench.queue.sent)
    assert len(bench.counted) == 10


def test_two_keys_are_two_jobs(bench: Bench) -> None:
    assert bench.start(key="a")
    assert bench.start(key="b")
    assert not bench.start(key="a")


def test_a_job_whose_call_was_not_sent_is_sent_when_it_is_started_again(bench: Bench) -> None:
    bench.queue.down = True
    with pytest.raises(UnavailableError):
        bench.start()
    bench.queue.down = False

    assert not bench.start()
    assert not bench.slice()
    assert bench.counted


def test_a_job_that_runs_is_not_called_again_by_a_start(bench: Bench) -> None:
    bench.start()
    bench.slice()
    assert not bench.start()
    assert len(bench.queue.sent) == 1


def test_a_job_of_which_nothing_was_heard_for_longer_than_sqs_hides_a_message_is_called_again(bench: Bench) -> None:
    bench.start()
    bench.slice()
    place = bench.run.place
    bench.now += LONGEST_PAUSE
    bench.start()
    assert len(bench.queue.sent) == 1

    bench.now += 1
    assert not bench.start()
    assert len(bench.queue.sent) == 2
    assert bench.run.place == place
    while not bench.slice():
        pass
    assert bench.counted == list(range(1, 11))


def test_when_it_is_over_it_may_be_started_again_and_knows_where_it_ended(bench: Bench) -> None:
    bench.start()
    while not bench.slice():
        pass
    assert bench.start()
    bench.slice()

    assert (bench.given[-1].place, bench.given[-1].before) == ({}, {"next": 11})


def test_a_job_may_begin_later_than_sqs_can_wait(bench: Bench) -> None:
    bench.start(delay=3_600)
    assert bench.queue.sent[0][1] == 3_600

    assert not bench.slice()
    assert bench.queue.delayed["r"] in range(3_590, 3_602)
    assert bench.counted == []
    bench.now = NOW + 3_600
    assert not bench.slice()
    assert bench.counted


def test_a_job_is_not_put_off_for_longer_than_its_run_is_kept(bench: Bench) -> None:
    jobs = TenantJobs(TENANT.client_key, lambda: bench.starter)
    with pytest.raises(ValueError, match="no longer"):
        jobs.start("count", delay=LONGEST_DELAY + 1)
    assert (jobs.status("count"), bench.queue.sent) == (None, [])

    assert jobs.start("count", delay=LONGEST_DELAY)
    assert bench.run.to_record()["expires_at"] > NOW + LONGEST_DELAY


def test_a_job_that_nobody_has_registered_can_not_be_started(bench: Bench) -> None:
    with pytest.raises(UnknownJobError, match="'other'"):
        bench.starter.start(TENANT.client_key, "other")


def test_a_page_sees_how_far_a_job_is_and_why_it_failed(bench: Bench) -> None:
    jobs = TenantJobs(TENANT.client_key, lambda: bench.starter)
    assert jobs.status("count") is None

    jobs.start("count")
    waiting = jobs.status("count")
    assert waiting
    assert (waiting.state, waiting.progress, waiting.began_at) == (State.WAITING, {}, NOW)

    bench.slice()
    running = jobs.status("count")
    assert running
    assert (running.state, running.progress, running.error) == (State.RUNNING, {"done": 4}, "")

    bench.before_step = lambda _: (_ for _ in ()).throw(OSError)
    bench.slice()
    failing = jobs.status("count")
    assert failing
    assert (failing.state, failing.error) == (State.RUNNING, "OSError in count")

    assert jobs.cancel("count")
    cancelled = jobs.status("count")
    assert cancelled
    assert cancelled.state is State.CANCELLED


def test_the_jobs_of_two_tenants_have_nothing_to_do_with_each_other(bench: Bench) -> None:
    bench.start()
    assert TenantJobs("tenant-2", lambda: bench.starter).status("count") is None
    assert bench.starter.start("tenant-2", "count")


def test_two_jobs_of_one_name_are_a_slip_of_the_pen() -> None:
    jobs = Jobs()
    jobs.job("count", on_install=True)(lambda job: None)
    with pytest.raises(ValueError, match="count"):
        jobs.job("count")(lambda job: None)
    assert (jobs.names(), jobs.on_install()) == (("count",), ("count",))


def test_a_run_that_got_nowhere_hands_on_how_far_the_one_before_it_had_come(bench: Bench) -> None:
    bench.start()
    while not bench.slice():
        pass
    for _ in range(2):
        bench.start()
        bench.starter.cancel(TENANT.client_key, "count")

    assert bench.start()
    assert bench.run.before == {"next": 11}
