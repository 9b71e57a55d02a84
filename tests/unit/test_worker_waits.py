"""Deliveries that must wait: what Jira asks for is no try, and nothing waits until SQS forgets it."""

from __future__ import annotations

import pytest

from chalicelib.connect.batches import MOST_TRIES
from chalicelib.connect.worker import LONGEST_STAY
from tests.unit.worker_bench import SENT, Bench, failures, record

FAR = 3 * MOST_TRIES


def test_a_delivery_that_jira_keeps_waiting_uses_no_tries_up() -> None:
    bench = Bench()

    for receives in range(1, FAR):
        assert failures(bench.run(record("a", "busy", receives=receives))) == ["message-a"]
    assert failures(bench.run(record("a", receives=FAR))) == []

    assert bench.queue.buried == []
    assert len(bench.seen) == FAR


def test_it_waits_as_long_as_jira_asks_and_longer_the_more_often_it_has_come() -> None:
    bench = Bench()

    waits = []
    for receives in range(1, 8):
        bench.run(record("a", "busy", receives=receives))
        waits.append(bench.queue.delayed["receipt-a"])

    assert waits[:4] == [77, 77, 77, pytest.approx(81, rel=0.26)]
    assert waits[-1] == 900


def test_tries_that_failed_before_and_after_a_wait_are_counted_on() -> None:
    bench = Bench()
    for _ in range(MOST_TRIES - 1):
        bench.run(record("a", "fail"))
        bench.run(record("a", "busy"))

    assert bench.queue.buried == []
    bench.run(record("a", "fail"))
    assert len(bench.queue.buried) == 1


@pytest.mark.parametrize("do", ["retry", "hurry", "down"])
def test_a_wait_that_jira_did_not_ask_for_is_a_try(do: str) -> None:
    bench = Bench()

    for _ in range(MOST_TRIES):
        bench.run(record("a", do))

    assert [reason.partition(";")[0] for _, reason in bench.queue.buried] == [f"Tried {MOST_TRIES} times"]


def test_what_jira_will_never_do_goes_to_the_dead_letters_at_once_with_jiras_words() -> None:
    bench = Bench()

    assert failures(bench.run(record("a", "forbidden"))) == []

    ((_, reason),) = bench.queue.buried
    assert reason.startswith("JiraForbiddenError in ")
    assert reason.endswith("GET /x: Jira answered 403: No scope.")
    assert failures(bench.run(record("a"))) == []


@pytest.mark.parametrize("do", ["busy", "fail"])
def test_a_message_that_would_wait_until_sqs_deletes_it_goes_to_the_dead_letters_before(do: str) -> None:
    bench = Bench()
    bench.now = SENT / 1000 + LONGEST_STAY

    assert failures(bench.run(record("a", do))) == []

    ((_, reason),) = bench.queue.buried
    assert "waited for days" in reason


def test_what_a_newer_version_of_the_app_has_sent_waits_until_that_is_back_after_a_rollback() -> None:
    bench = Bench()
    given = record("a")
    newer = {**given, "body": given["body"].replace('"version":1', '"version":2')}

    assert failures(bench.run(newer)) == ["message-a"]
    assert bench.queue.delayed["receipt-a"] in range(2, 5)
    assert (bench.seen, bench.queue.buried) == ([], [])

    bench.now = SENT / 1000 + LONGEST_STAY
    assert failures(bench.run(newer)) == []
    assert "waited for days" in bench.queue.buried[0][1]
