"""A batch from the queue: what fails, fails alone; what was handled, is not handled again."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from chalicelib.connect.errors import (
    BatchFailed,
)
from chalicelib.connect.events import Delivery, Events
from chalicelib.connect.storage.memory import RememberedTenants
from tests.unit.worker_bench import TENANT, Bench, failures, record, stored_record


def test_a_handler_gets_the_delivery_with_its_tenant_and_the_records_of_that_tenant() -> None:
    bench = Bench()

    assert failures(bench.run(record("a"))) == []

    (delivery,) = bench.seen
    assert (delivery.id, delivery.event, delivery.attempt) == ("a", "jira:issue_updated", 2)
    assert delivery.received_at == 1_700_000_000_123
    assert delivery.tenant == TENANT
    assert delivery.records is bench.records["tenant-1"]
    assert (delivery.jira.tenant, delivery.jira.seconds_left()) == (TENANT, 60.0)


def test_a_delivery_is_handled_once_however_often_it_comes() -> None:
    bench = Bench()

    bench.run(record("a"), record("a"))
    bench.run(record("a", receives=2))

    assert len(bench.seen) == 1


def test_one_failing_message_of_a_batch_fails_alone() -> None:
    bench = Bench()

    answer = bench.run(record("a"), record("b", "fail"), record("c"))

    assert failures(answer) == ["message-b"]
    assert [delivery.id for delivery in bench.seen] == ["a", "b", "c"]
    assert bench.queue.deleted == []


def test_without_partial_batches_the_handled_ones_are_deleted_and_the_batch_fails() -> None:
    bench = Bench(partial_batches=False)

    with pytest.raises(BatchFailed, match="1 of 3"):
        bench.run(record("a"), record("b", "fail"), record("c"))

    assert bench.queue.deleted == ["receipt-a", "receipt-c"]


def test_without_partial_batches_nothing_is_deleted_of_a_batch_that_failed_as_a_whole() -> None:
    bench = Bench(partial_batches=False)

    with pytest.raises(BatchFailed, match="2 of 2"):
        bench.run(record("a", "fail"), record("b", "fail"))


def test_without_partial_batches_a_batch_without_failure_ends_in_peace() -> None:
    bench = Bench(partial_batches=False)

    assert failures(bench.run(record("a"), record("c"))) == []


def test_a_delivery_is_not_begun_when_one_as_long_as_the_longest_would_not_end_in_time() -> None:
    bench = Bench()
    bench.events.on("jira:issue_updated")(lambda delivery: bench.sleep(20))

    answer = bench.run(*(record(name) for name in "abcd"))

    assert failures(answer) == ["message-c", "message-d"]
    assert [delivery.id for delivery in bench.seen] == ["a", "b"]
    assert bench.queue.delayed == {"receipt-c": 0, "receipt-d": 0}


def test_how_long_the_deliveries_of_an_earlier_batch_took_keeps_none_back() -> None:
    bench = Bench()
    bench.events.on("jira:issue_updated")(lambda delivery: bench.sleep(20))
    bench.run(record("a"))

    bench.seconds_left = 15.0
    assert failures(bench.run(record("b"))) == []


def test_a_body_that_is_kept_outside_the_queue_is_fetched_for_the_handlers() -> None:
    bench = Bench()
    stored = bench.bodies.put("tenant-1", '{"large": true}')

    assert failures(bench.run(stored_record("a", stored))) == []
    assert bench.seen[0].body == {"large": True}


def test_a_body_that_can_not_be_fetched_now_is_fetched_later() -> None:
    bench = Bench()
    stored = bench.bodies.put("tenant-1", '{"large": true}')
    bench.bodies.down = True

    assert failures(bench.run(stored_record("a", stored))) == ["message-a"]
    bench.bodies.down = False
    assert failures(bench.run(stored_record("a", stored))) == []
    assert len(bench.seen) == 1


def test_two_handlers_of_one_event_may_not_share_a_name() -> None:
    events = Events()

    def make() -> Callable[[Delivery], None]:
        def handler(delivery: Delivery) -> None:
            """One of two that can not be told apart."""

        return handler

    events.on("jira:issue_created", "jira:issue_updated")(make())
    with pytest.raises(ValueError, match=r"Two handlers of jira:issue_updated are named .*handler"):
        events.on("jira:issue_updated")(make())


def test_one_function_says_which_dynamic_webhooks_are_wanted() -> None:
    events = Events()
    events.dynamic(lambda tenant, records: [])
    with pytest.raises(ValueError, match="Two functions say which dynamic webhooks are wanted"):
        events.dynamic(lambda tenant, records: [])


def test_a_delivery_that_another_worker_has_comes_back_when_that_worker_has_no_time_left() -> None:
    bench = Bench()
    bench.log.begin("tenant-1", "a", now=bench.now, lease=40)

    assert failures(bench.run(record("a"))) == ["message-a"]
    assert bench.queue.delayed == {"receipt-a": 41}

    bench.now += 41
    assert failures(bench.run(record("a", receives=2))) == []
    assert len(bench.seen) == 1


def test_what_no_time_is_left_for_is_not_begun() -> None:
    bench = Bench()
    bench.seconds_left = 1.0

    assert failures(bench.run(record("a"))) == ["message-a"]
    assert bench.seen == []

    bench.seconds_left = 60.0
    assert failures(bench.run(record("a"))) == []


def test_deliveries_of_a_tenant_that_has_left_are_dropped() -> None:
    left, purged = Bench(tenant=TENANT.uninstalled(TENANT.lifecycle_at + 1)), Bench()
    purged.tenants.remove(TENANT.listed)

    for bench in (left, purged):
        assert failures(bench.run(record("a"))) == []
        assert bench.seen == []


def test_no_delivery_is_dropped_because_its_tenant_was_unknown_a_moment_ago() -> None:
    bench = Bench(memory=RememberedTenants)
    bench.tenants.remove(TENANT.listed)
    bench.run(record("a"))
    bench.tenants.update(TENANT.client_key, lambda _: TENANT)

    assert failures(bench.run(record("b"))) == []
    assert [delivery.id for delivery in bench.seen] == ["b"]


@pytest.mark.parametrize(
    ("timestamp", "occurred_at"),
    [(1_699_999_999_000, 1_699_999_999_000), *((odd, 1_700_000_000_123) for odd in (None, "x", True, -1, 0, 1.5))],
)
def test_a_handler_gets_the_time_of_the_event_itself(timestamp: object, occurred_at: int) -> None:
    bench = Bench()
    stored = bench.bodies.put("tenant-1", json.dumps({"timestamp": timestamp}))

    bench.run(stored_record("a", stored))

    assert bench.seen[0].occurred_at == occurred_at
