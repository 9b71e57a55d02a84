"""What fails is tried again, and what never succeeds ends among the dead letters."""

from __future__ import annotations

import pytest

from chalicelib.connect.batches import MOST_TRIES, backoff
from chalicelib.connect.events import Delivery, Events
from chalicelib.connect.tenant_cap import TenantCap
from chalicelib.connect.worker import PAUSES, Worker
from tests.fakes import no_tools
from tests.unit.worker_bench import SENT, Bench, failures, record, stored_record


def test_a_failed_delivery_is_handled_again_after_a_growing_delay() -> None:
    bench = Bench()

    delays = []
    for _ in range(MOST_TRIES - 1):
        assert failures(bench.run(record("a", "fail"))) == ["message-a"]
        delays.append(bench.queue.delayed["receipt-a"])

    assert len(bench.seen) == MOST_TRIES - 1
    assert delays[0] in range(2, 5)
    assert delays[1] in range(6, 13)
    assert delays[2] in range(20, 35)
    assert delays[-1] == 900


def test_after_the_last_try_a_delivery_goes_to_the_dead_letters_with_the_error() -> None:
    bench = Bench()
    given = record("a", "fail")

    for _ in range(MOST_TRIES - 1):
        bench.run(given)
    assert failures(bench.run(given)) == []

    (dead,) = bench.queue.buried
    assert dead[0] == given["body"]
    assert dead[1] == "Tried 8 times; the last time: OSError in tests.unit.worker_bench.Bench.handle."
    assert "disk" not in dead[1]


def test_a_dead_letter_that_is_replayed_is_tried_from_the_beginning() -> None:
    bench = Bench()
    for _ in range(MOST_TRIES):
        bench.run(record("a", "fail"))

    assert [failures(bench.run(record("a", "fail"))) for _ in range(MOST_TRIES - 1)] == [["message-a"]] * (
        MOST_TRIES - 1
    )
    assert failures(bench.run(record("a"))) == []
    assert len(bench.queue.buried) == 1
    assert len(bench.seen) == 2 * MOST_TRIES


def test_a_delivery_whose_every_try_was_killed_goes_to_the_dead_letters_too() -> None:
    bench = Bench()
    for _ in range(MOST_TRIES):
        bench.log.begin("tenant-1", "a", now=bench.now, lease=60)
        bench.now += 61

    assert failures(bench.run(record("a"))) == []
    assert bench.seen == []
    assert "it was cut short" in bench.queue.buried[0][1]


class Killed(BaseException):
    """What ends a function in the middle of a handler, as far as a test can say it."""


def test_a_poison_delivery_that_kills_the_function_takes_none_of_its_batch_along() -> None:
    bench = Bench()

    def kill(delivery: Delivery) -> None:
        if delivery.id == "poison":
            raise Killed

    bench.events.on("jira:issue_updated")(kill)
    for receives in range(1, MOST_TRIES + 1):
        with pytest.raises(Killed):
            bench.run(record("poison", receives=receives), record("a", receives=receives))
        bench.now += 360

    assert failures(bench.run(record("poison", receives=9), record("a", receives=9))) == []
    assert [dead[0] for dead in bench.queue.buried] == [record("poison")["body"]]
    assert "it was cut short" in bench.queue.buried[0][1]
    assert [delivery.id for delivery in bench.seen].count("a") == 1


def test_a_handler_that_has_ended_is_not_run_again_when_the_next_one_was_killed() -> None:
    bench, ended = Bench(), list[str]()
    bench.events.on("jira:issue_updated")(lambda delivery: ended.append(delivery.id))

    def die_once(delivery: Delivery) -> None:
        if len(bench.seen) == len(ended) == 1 and bench.now < SENT / 1000 + 60:
            raise Killed

    bench.events.on("jira:issue_updated")(die_once)
    with pytest.raises(Killed):
        bench.run(record("a"))
    bench.now += 360

    assert failures(bench.run(record("a", receives=2))) == []
    assert ([delivery.id for delivery in bench.seen], ended) == (["a"], ["a"])


def test_a_handler_that_has_ended_is_not_run_again_because_the_log_had_a_bad_moment() -> None:
    bench = Bench()
    bench.log.failures = len(PAUSES)

    assert failures(bench.run(record("a"))) == []
    assert bench.seconds_left == pytest.approx(60 - sum(PAUSES))
    assert failures(bench.run(record("a"))) == []
    assert len(bench.seen) == 1


def test_a_log_that_stays_away_costs_no_more_than_the_function_s_own_time() -> None:
    bench = Bench()
    bench.log.failures, bench.seconds_left = 1_000, 5.0

    assert failures(bench.run(record("a"))) == ["message-a"]
    assert bench.seconds_left >= 3


def test_receipts_that_are_no_tries_bring_a_delivery_no_nearer_to_the_dead_letters() -> None:
    bench = Bench()
    bench.log.begin("tenant-1", "a", now=bench.now, lease=60)

    for receives in range(2, 30):
        assert failures(bench.run(record("a", receives=receives))) == ["message-a"]
    bench.now += 61
    assert failures(bench.run(record("a", receives=30))) == []
    assert bench.queue.buried == []


def test_who_has_lost_a_delivery_runs_no_more_of_its_handlers_and_leaves_the_message_to_the_other() -> None:
    bench = Bench()
    seen: list[Delivery] = []

    def outlived(delivery: Delivery) -> None:
        bench.now += 61
        bench.log.begin("tenant-1", "a", now=bench.now, lease=60)

    bench.events.on("jira:issue_updated")(outlived)
    bench.events.on("jira:issue_updated")(seen.append)

    assert failures(bench.run(record("a"))) == ["message-a"]
    assert seen == []
    assert failures(bench.run(record("a"))) == ["message-a"], "the other one has it still"


def test_what_another_worker_has_now_is_not_done_with_when_the_last_handler_ends() -> None:
    bench = Bench()

    def outlived(delivery: Delivery) -> None:
        bench.now += 61
        bench.log.begin("tenant-1", "a", now=bench.now, lease=60)

    bench.events.on("jira:issue_updated")(outlived)

    assert failures(bench.run(record("a"))) == ["message-a"]
    assert bench.queue.delayed == {"receipt-a": 1}


def test_a_body_that_is_not_kept_any_more_sends_its_message_to_the_dead_letters() -> None:
    bench = Bench()

    assert failures(bench.run(stored_record("a", "tenant-1/gone"))) == []
    assert "not kept any more" in bench.queue.buried[0][1]


def test_a_handler_can_ask_to_be_called_again_later() -> None:
    bench = Bench()

    assert failures(bench.run(record("a", "retry"))) == ["message-a"]
    assert bench.queue.delayed == {"receipt-a": 77}


def test_a_handler_can_give_up_and_the_message_goes_to_the_dead_letters_with_the_reason() -> None:
    bench = Bench()
    given = record("a", "give up")

    assert failures(bench.run(given)) == []
    assert bench.queue.buried == [(given["body"], "the issue has no id")]


def test_a_message_that_can_not_be_buried_stays_on_the_queue() -> None:
    bench = Bench()
    bench.queue.down = True

    assert failures(bench.run(record("a", "give up"))) == ["message-a"]


def test_a_message_that_can_not_be_delayed_comes_back_all_the_same() -> None:
    bench = Bench()
    bench.queue.down = True

    assert failures(bench.run(record("a", "fail"), record("b"))) == ["message-a"]
    assert [delivery.id for delivery in bench.seen] == ["a", "b"]


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"clientKey": 5}', '{"zlib": "AAAA", "clientKey": "x"}'])
def test_a_message_that_can_not_be_read_goes_to_the_dead_letters(text: str) -> None:
    bench = Bench()

    assert failures(bench.run({**record("a"), "body": text})) == []
    assert bench.queue.buried[0][0] == text
    assert "can not be read" in bench.queue.buried[0][1]


def test_when_one_of_two_handlers_fails_the_other_is_not_run_again() -> None:
    bench = Bench()
    calls: list[str] = []

    def good(delivery: Delivery) -> None:
        calls.append(delivery.id)

    bench.events = Events()
    bench.events.on("jira:issue_updated")(good)
    bench.events.on("jira:issue_updated")(bench.handle)
    bench.worker = Worker(
        bench.events,
        bench.tenants,
        bench.log,
        bench.queue,
        bench.bodies,
        no_tools,
        cap=TenantCap(None),
        partial_batches=True,
    )

    bench.run(record("a", "fail"))
    bench.run(record("a", "fail", receives=2))

    assert calls == ["a"]
    assert len(bench.seen) == 2


def test_a_body_that_can_not_be_read_sends_its_message_to_the_dead_letters_at_once() -> None:
    bench = Bench()
    stored = bench.bodies.put("tenant-1", "no JSON")

    assert failures(bench.run(stored_record("a", stored))) == []
    assert "Its body can not be read" in bench.queue.buried[0][1]


def test_what_failed_together_does_not_come_back_together() -> None:
    waits = {backoff(5) for _ in range(50)}
    assert len(waits) > 10
    assert waits <= set(range(182, 305))


@pytest.mark.parametrize("do", ["", "fail"])
def test_a_log_that_fails_to_the_end_makes_the_delivery_come_back_when_its_claim_has_ended(do: str) -> None:
    bench = Bench()
    bench.log.failures, bench.seconds_left = 1, 3.05

    assert failures(bench.run(record("a", do))) == ["message-a"]
    bench.now += 61
    assert failures(bench.run(record("a", receives=2))) == []
    assert len(bench.seen) == 2
