"""What every implementation of the port `DeliveryLog` must do."""

from __future__ import annotations

from chalicelib.connect.storage.ports import DeliveryLog, Progress

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
    delivery_log.begin("tenant-1", "a", now=NOW, lease=60)
    delivery_log.finish("tenant-1", "a", now=NOW + 1)

    assert delivery_log.begin("tenant-1", "a", now=NOW + 3_600, lease=60).progress is Progress.DONE


def test_a_released_delivery_can_be_begun_at_once_and_remembers_what_was_handled(delivery_log: DeliveryLog) -> None:
    delivery_log.begin("tenant-1", "a", now=NOW, lease=60)
    delivery_log.release("tenant-1", "a", handled={"app.second", "app.first"}, now=NOW + 1)

    claim = delivery_log.begin("tenant-1", "a", now=NOW + 2, lease=60)
    assert claim.progress is Progress.BEGUN
    assert claim.handled == {"app.first", "app.second"}


def test_a_delivery_that_was_released_with_nothing_handled_can_be_begun_and_finished(delivery_log: DeliveryLog) -> None:
    delivery_log.begin("tenant-1", "a", now=NOW, lease=60)
    delivery_log.release("tenant-1", "a", handled=(), now=NOW + 1)

    assert delivery_log.begin("tenant-1", "a", now=NOW + 2, lease=60).handled == frozenset()
    delivery_log.finish("tenant-1", "a", now=NOW + 3)
    assert delivery_log.begin("tenant-1", "a", now=NOW + 4, lease=60).progress is Progress.DONE


def test_the_deliveries_of_two_tenants_have_nothing_to_do_with_each_other(delivery_log: DeliveryLog) -> None:
    delivery_log.begin("tenant-1", "a", now=NOW, lease=60)

    assert delivery_log.begin("tenant-2", "a", now=NOW, lease=60).progress is Progress.BEGUN
    assert delivery_log.begin("tenant-1", "b", now=NOW, lease=60).progress is Progress.BEGUN
