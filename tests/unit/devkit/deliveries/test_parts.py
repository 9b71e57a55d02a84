"""The parts of the commands on dead letters that no command shows by itself."""

from __future__ import annotations

import io
from typing import Any

from devkit.deliveries.dead_letters import Counts, DeadLetters
from devkit.deliveries.letters import DeadLetter, dead_letter
from devkit.deliveries.log import DeliveryEntries
from devkit.deliveries.progress import Progress
from devkit.deliveries.replay import MOST_BYTES, by_size
from tests.unit.devkit.deliveries.fake_aws import FakeAws, message


def letter(size: int) -> DeadLetter:
    received = {"MessageId": "m", "ReceiptHandle": "r", "Body": "x" * size, "Attributes": {"SentTimestamp": "1"}}
    return dead_letter(received, None, None)


def test_no_call_to_sqs_carries_more_than_it_can() -> None:
    letters = [letter(size) for size in (*[100] * 12, 1_040_000, 1_040_000, 500_000, 500_000)]

    batches = list(by_size(letters))

    assert [each for batch in batches for each in batch] == letters
    assert [len(batch) for batch in batches] == [10, 3, 1, 2]
    assert all(sum(len(each.text) for each in batch) <= MOST_BYTES for batch in batches)


def test_a_message_that_comes_into_sight_again_while_the_queue_is_read_is_read_once() -> None:
    aws = FakeAws()
    for number in range(12):
        aws.bury(message(str(number)).encode())
    letters = DeadLetters(aws, "dormouse-dev-deliveries-dead")

    read: list[str] = []
    for batch in letters.read():
        read += [each["MessageId"] for each in batch]
        aws.hidden.clear()
        letters.delete([batch[0]["MessageId"]])

    assert len(read) == len(set(read)) >= 11
    assert aws.hidden == set()


def test_the_more_there_is_to_read_the_longer_each_message_is_held() -> None:
    letters = DeadLetters(FakeAws(), "dormouse-dev-deliveries-dead")

    assert letters.held_seconds(Counts(3, 0)) == 120
    assert letters.held_seconds(Counts(10_000, 2_000)) == 600
    assert letters.held_seconds(Counts(9_000_000, 0)) == 43_200


def test_what_dynamodb_leaves_out_of_an_answer_is_asked_for_again() -> None:
    class Throttled(FakeAws):
        def batch_get_item(self, RequestItems: dict[str, Any]) -> dict[str, Any]:  # noqa: N803
            ((table, asked),) = RequestItems.items()
            first, *others = asked["Keys"]
            answer = super().batch_get_item({table: {"Keys": [first]}})
            return {**answer, "UnprocessedKeys": {table: {"Keys": others}} if others else {}}

    aws = Throttled()
    for name in "abc":
        aws.note("tenant-1", name, "done")

    assert len(DeliveryEntries(aws, "table").of(message(name) for name in "abc")) == 3


class Terminal(io.StringIO):
    """A place to print that is a terminal."""

    def isatty(self) -> bool:
        return True


def test_a_bar_grows_on_a_terminal_when_there_is_much_to_read_and_vanishes_at_the_end() -> None:
    shown, short, piped = Terminal(), Terminal(), io.StringIO()
    for out, total in ((shown, 1_000), (short, 3), (piped, 1_000)):
        progress = Progress(out, total)
        progress.add(500)
        progress.add(700)
        progress.end()

    assert "500 of about 1,000" in shown.getvalue()
    assert "1,200 of about 1,000" in shown.getvalue()
    assert shown.getvalue().endswith("\r\x1b[K")
    assert (short.getvalue(), piped.getvalue()) == ("", "")
