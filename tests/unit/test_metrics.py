"""What is counted of a delivery on its way: each end that it can come to, once."""

from __future__ import annotations

import pytest

from chalicelib.connect.storage.ports import Slots
from tests.fakes import FakeSlots
from tests.unit.bench import Bench as Inbound
from tests.unit.lines import Lines
from tests.unit.worker_bench import SENT, TENANT, Bench, failures, record


def test_a_handled_delivery_is_counted_with_its_age(lines: Lines) -> None:
    bench = Bench()
    bench.now = SENT / 1000 + 2

    bench.run(record("a"))
    bench.run(record("a"))

    assert lines.counted("Handled", "DeliveryAge") == [{"Handled": 1, "DeliveryAge": 1_877}]


@pytest.mark.parametrize(
    ("do", "metric"), [("fail", "Retried"), ("retry", "Retried"), ("busy", "PutOff"), ("give up", "DeadLettered")]
)
def test_what_becomes_of_a_delivery_that_is_not_handled_is_counted_once(lines: Lines, do: str, metric: str) -> None:
    Bench().run(record("a", do))

    assert lines.counted("Handled", "Retried", "PutOff", "DeadLettered") == [{metric: 1}]


def test_a_delivery_that_no_worker_is_free_for_is_put_off(lines: Lines) -> None:
    slots: Slots = FakeSlots(1)
    slots.take(TENANT.client_key, now=SENT / 1000, lease=60)

    assert failures(Bench(slots=slots).run(record("a"))) == ["message-a"]
    assert lines.counted("Handled", "Retried", "PutOff") == [{"PutOff": 1}]


def test_a_dead_letter_that_could_not_be_buried_is_not_counted_as_one(lines: Lines) -> None:
    bench = Bench()
    bench.queue.down = True

    bench.run(record("a", "give up"))

    assert lines.counted("DeadLettered") == []


def test_a_webhook_is_counted_as_accepted_or_as_refused_by_what_was_wrong_with_it(lines: Lines) -> None:
    bench = Inbound()
    bench.install()

    bench.webhook()
    bench.webhook(secret="a secret that belongs to another site altogether")
    bench.signed("/webhooks/no_such_event", {})

    assert lines.counted("Accepted", "Refused", "refusal") == [
        {"Accepted": 1},
        {"Refused": 1, "refusal": "signature"},
        {"Refused": 1, "refusal": "NotFoundError"},
    ]
