"""A cap on the workers of one tenant: those beyond it put its deliveries off, and no other's."""

from __future__ import annotations

from chalicelib.connect.batches import MOST_TRIES
from chalicelib.connect.errors import UnavailableError
from chalicelib.connect.storage.ports import Slot
from tests.fakes import FakeSlots
from tests.unit.worker_bench import TENANT, Bench, failures, record


class CountingSlots(FakeSlots):
    def __init__(self, most: int) -> None:
        super().__init__(most)
        self.takes = 0
        self.down = False

    def take(self, client_key: str, *, now: float, lease: float) -> Slot | None:
        self.takes += 1
        return super().take(client_key, now=now, lease=lease)

    def give_back(self, slot: Slot) -> None:
        if self.down:
            raise UnavailableError("DynamoDB did not answer; try again later.")
        super().give_back(slot)


def test_one_slot_is_taken_for_all_deliveries_of_a_tenant_in_a_batch_and_given_back() -> None:
    slots = CountingSlots(1)
    bench = Bench(slots=slots)

    assert failures(bench.run(record("a"), record("b"), record("c", "fail"))) == ["message-c"]

    assert slots.takes == 1
    assert slots.take(TENANT.client_key, now=bench.now, lease=60)


def test_where_all_slots_are_taken_the_deliveries_come_again_and_that_is_no_try() -> None:
    slots = CountingSlots(1)
    bench = Bench(slots=slots)
    held = slots.take(TENANT.client_key, now=bench.now, lease=600)
    assert held

    for receives in range(1, MOST_TRIES + 3):
        batch = record("a", receives=receives), record("b", receives=receives)
        assert failures(bench.run(*batch)) == ["message-a", "message-b"]
    assert bench.seen == []
    assert slots.takes == 1 + MOST_TRIES + 2
    assert bench.queue.delayed["receipt-a"] == 900

    slots.give_back(held)
    assert failures(bench.run(record("a"), record("b"))) == []
    assert bench.queue.buried == []


def test_a_slot_that_can_not_be_given_back_ends_with_the_time_of_the_function() -> None:
    slots = CountingSlots(1)
    slots.down = True
    bench = Bench(slots=slots)

    assert failures(bench.run(record("a"))) == []
    assert failures(bench.run(record("b"))) == ["message-b"]
    bench.now += bench.seconds_left + 1
    assert failures(bench.run(record("b"))) == []
