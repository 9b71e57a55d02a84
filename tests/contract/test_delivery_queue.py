"""What the port `DeliveryQueue` promises; only a real queue can keep the half of it that lies on the other side."""

from __future__ import annotations

import json
import os
from typing import Any

import pytest

from chalicelib.connect.errors import UnavailableError
from chalicelib.connect.protocol.messages import Message
from chalicelib.connect.storage.sqs import SqsDeliveryQueue
from tests.contract.conftest import RealQueue
from tests.fakes import FakeBodies


def message(body: dict[str, Any], **changes: Any) -> Message:
    given = {"client_key": "tenant-1", "id": "a", "event": "jira:issue_updated", "attempt": 0, "received_at": 1}
    return Message(**{**given, "body": json.dumps(body), **changes})


def test_a_body_that_no_message_can_carry_is_kept_elsewhere_and_named_in_the_message(real_queue: RealQueue) -> None:
    sent = message({"noise": os.urandom(2_000_000).hex()})

    real_queue.port.send(sent)

    (got,) = real_queue.receive(1)
    received = Message.decode(got["Body"])
    assert len(got["Body"]) < 1_000
    assert received == sent.without_body(received.stored)
    assert real_queue.bodies.get(sent.client_key, received.stored) == sent.body


def test_when_a_large_body_can_not_be_kept_nothing_is_sent(real_queue: RealQueue) -> None:
    bodies = FakeBodies()
    bodies.down = True
    port = SqsDeliveryQueue(real_queue.sqs, bodies, real_queue.url, real_queue.dead_url)

    with pytest.raises(UnavailableError):
        port.send(message({"noise": os.urandom(2_000_000).hex()}))
    port.send(message({}, id="small"))
    assert [Message.decode(got["Body"]).id for got in real_queue.receive(1)] == ["small"]


def test_what_is_sent_comes_out_as_it_went_in(real_queue: RealQueue) -> None:
    sent = [
        message({"text": "é\u0000\ud800 \U0001f600"}, id="small"),
        message({"text": "many words " * 400_000}, id="large"),
    ]
    for each in sent:
        real_queue.port.send(each)

    received = {Message.decode(got["Body"]).id: Message.decode(got["Body"]) for got in real_queue.receive(2)}
    assert received == {each.id: each for each in sent}


def test_a_deleted_message_does_not_come_back_and_a_delayed_one_does(real_queue: RealQueue) -> None:
    for name in ("a", "b"):
        real_queue.port.send(message({}, id=name))
    receipts = {Message.decode(got["Body"]).id: got["ReceiptHandle"] for got in real_queue.receive(2)}

    real_queue.port.delete([receipts["a"]])
    real_queue.port.delay(receipts["b"], 0)

    assert [Message.decode(got["Body"]).id for got in real_queue.receive(1)] == ["b"]


def test_a_buried_message_lies_among_the_dead_letters_with_its_reason(real_queue: RealQueue) -> None:
    real_queue.port.bury("the text", "the\x00 reason\n" + "\x1b" * 2_000)
    real_queue.port.bury("another text", "\x00")

    reasons = {dead["Body"]: dead["MessageAttributes"]["Reason"]["StringValue"] for dead in real_queue.receive_dead()}
    assert reasons == {"the text": "the  reason", "another text": "no reason was given"}


def test_a_queue_that_is_not_there_is_unavailable(real_queue: RealQueue) -> None:
    gone = SqsDeliveryQueue(real_queue.sqs, real_queue.bodies, real_queue.url + "-gone", real_queue.url + "-gone")

    with pytest.raises(UnavailableError):
        gone.send(message({}))
    with pytest.raises(UnavailableError):
        gone.bury("text", "reason")
