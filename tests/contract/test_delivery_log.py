"""What every implementation of the port `DeliveryLog` must do."""

from __future__ import annotations

from chalicelib.connect.storage.ports import CUT_SHORT, DeliveryLog, Progress

NOW = 1_700_000_000.25


def test_a_delivery_is_begun_once(delivery_log: DeliveryLog) -> None:
    assert delivery_log.begin("tenant-1", "a", now=NOW, lease=60).progress is Progress.BEGUN

    claim = delivery_log.begin("tenant-1", "a", now=NOW + 20, lease=60)
    assert (claim.progress, claim.seconds) == (Progress.RUNNING, 40)


def test_a_claim_ends_with_its_lease(delivery_log: DeliveryLog) -> None:
    delivery_log.begin("tenant-1", "a", now=NOW, lease=60)

    claim = delivery_log.begin("tenant-1", "a", now=NOW + 61, lease=60)
    assert (claim.progress, claim.handled) == (Progress.BEGUN, frozenset())


def test_a_finished_delivery_stays_finished(delivery_log: DeliveryLog) -> None:
    holder = delivery_log.begin("tenant-1", "a", now=NOW, lease=60).holder
    assert delivery_log.finish("tenant-1", "a", holder, now=NOW + 1)

    assert delivery_log.begin("tenant-1", "a", now=NOW + 3_600, lease=60).progress is Progress.DONE


def test_a_released_delivery_can_be_begun_at_once_and_remembers_what_was_handled(delivery_log: DeliveryLog) -> None:
    holder = delivery_log.begin("tenant-1", "a", now=NOW, lease=60).holder
    handled = {"app.second", "app.first"}
    assert delivery_log.release(
        "tenant-1", "a", holder, handled=handled, error="OSError in app.third", now=NOW + 1, tries=1
    )

    claim = delivery_log.begin("tenant-1", "a", now=NOW + 2, lease=60)
    assert claim.progress is Progress.BEGUN
    assert claim.handled == {"app.first", "app.second"}
    assert claim.error == "OSError in app.third"


def test_what_was_noted_in_the_middle_of_a_try_is_known_after_it_was_cut_short(delivery_log: DeliveryLog) -> None:
    holder = delivery_log.begin("tenant-1", "a", now=NOW, lease=60).holder
    assert delivery_log.note("tenant-1", "a", holder, handled={"app.first"})

    assert delivery_log.begin("tenant-1", "a", now=NOW + 1, lease=60).progress is Progress.RUNNING
    claim = delivery_log.begin("tenant-1", "a", now=NOW + 61, lease=60)
    assert (claim.handled, claim.tries, claim.error) == (frozenset({"app.first"}), 2, CUT_SHORT)


def test_tries_are_counted_from_what_the_last_release_let_stand(delivery_log: DeliveryLog) -> None:
    tries = []
    for number in range(4):
        claim = delivery_log.begin("tenant-1", "a", now=NOW + number, lease=60)
        tries.append(claim.tries)
        stand = {1: 1, 2: 0}.get(number, number + 1)
        delivery_log.release("tenant-1", "a", claim.holder, handled=(), error="OSError", now=NOW + number, tries=stand)

    assert tries == [1, 2, 2, 1]


def test_a_try_that_never_said_how_it_ended_was_cut_short(delivery_log: DeliveryLog) -> None:
    first = delivery_log.begin("tenant-1", "a", now=NOW, lease=60)
    second = delivery_log.begin("tenant-1", "a", now=NOW + 61, lease=60)

    assert (first.tries, first.error) == (1, "")
    assert (second.tries, second.error) == (2, CUT_SHORT)


def test_a_delivery_that_was_released_with_nothing_handled_can_be_begun_and_finished(delivery_log: DeliveryLog) -> None:
    holder = delivery_log.begin("tenant-1", "a", now=NOW, lease=60).holder
    delivery_log.release("tenant-1", "a", holder, handled=(), error="OSError in app.first", now=NOW + 1, tries=1)

    claim = delivery_log.begin("tenant-1", "a", now=NOW + 2, lease=60)
    assert claim.handled == frozenset()
    assert delivery_log.finish("tenant-1", "a", claim.holder, now=NOW + 3)
    assert delivery_log.begin("tenant-1", "a", now=NOW + 4, lease=60).progress is Progress.DONE


def test_the_deliveries_of_two_tenants_have_nothing_to_do_with_each_other(delivery_log: DeliveryLog) -> None:
    delivery_log.begin("tenant-1", "a", now=NOW, lease=60)

    assert delivery_log.begin("tenant-2", "a", now=NOW, lease=60).progress is Progress.BEGUN
    assert delivery_log.begin("tenant-1", "b", now=NOW, lease=60).progress is Progress.BEGUN


def test_who_has_lost_a_delivery_to_another_worker_notes_nothing_about_it(delivery_log: DeliveryLog) -> None:
    lost = delivery_log.begin("tenant-1", "a", now=NOW, lease=60).holder
    holder = delivery_log.begin("tenant-1", "a", now=NOW + 61, lease=60).holder

    assert not delivery_log.note("tenant-1", "a", lost, handled={"app.first"})
    assert not delivery_log.release("tenant-1", "a", lost, handled=(), error="OSError", now=NOW + 62, tries=0)
    assert not delivery_log.finish("tenant-1", "a", lost, now=NOW + 62)

    assert delivery_log.begin("tenant-1", "a", now=NOW + 63, lease=60).progress is Progress.RUNNING
    assert delivery_log.finish("tenant-1", "a", holder, now=NOW + 64)
