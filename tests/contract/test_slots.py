"""The slots of a tenant: no more workers at a time than there are."""

from __future__ import annotations

from chalicelib.connect.storage.ports import Slots

NOW = 1_700_000_000.0


def test_there_are_as_many_slots_as_there_should_be(two_slots: Slots) -> None:
    taken = [two_slots.take("tenant-1", now=NOW, lease=60) for _ in range(3)]

    assert [slot is not None for slot in taken] == [True, True, False]
    assert len({slot.id for slot in taken if slot}) == 2


def test_a_slot_that_is_given_back_can_be_taken_again(two_slots: Slots) -> None:
    first, _ = (two_slots.take("tenant-1", now=NOW, lease=60) for _ in range(2))
    assert first
    two_slots.give_back(first)

    assert two_slots.take("tenant-1", now=NOW + 1, lease=60)
    assert two_slots.take("tenant-1", now=NOW + 1, lease=60) is None


def test_a_worker_that_was_killed_holds_its_slot_no_longer_than_its_lease(two_slots: Slots) -> None:
    held = [two_slots.take("tenant-1", now=NOW, lease=60) for _ in range(2)]

    assert two_slots.take("tenant-1", now=NOW + 59, lease=60) is None
    later = two_slots.take("tenant-1", now=NOW + 61, lease=60)
    assert later

    for slot in held:
        assert slot
        two_slots.give_back(slot)
    # One of the two was another's by then.
    assert [bool(two_slots.take("tenant-1", now=NOW + 62, lease=60)) for _ in range(2)] == [True, False]


def test_the_slots_of_two_tenants_have_nothing_to_do_with_each_other(two_slots: Slots) -> None:
    for _ in range(2):
        two_slots.take("tenant-1", now=NOW, lease=60)

    assert two_slots.take("tenant-2", now=NOW, lease=60)
