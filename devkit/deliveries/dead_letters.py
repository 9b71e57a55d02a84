"""The dead-letter queue, read so that nothing is lost.

To look at a message of SQS is to take it out of everyone's sight for a while. So what is only looked at is put back at
the end, also after Ctrl-C; should this process be killed, SQS puts it back after a while (`DeadLetters.held_seconds`).
Source: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-visibility-timeout.html
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

HELD_SECONDS = 120
"""The least time that a message stays out of sight after it was looked at."""

READ_PER_SECOND = 20
"""How many messages a second are read at the very least, on a slow line: with many of them each is held for longer, so
that none comes back into sight before the last was read."""

EMPTY_ANSWERS = 2
"""After how many answers in a row without anything new the queue counts as read. One may be empty by chance."""

MOST = 10
"""How many messages one call to SQS takes or gives."""


@dataclass(frozen=True, slots=True)
class Counts:
    """How many messages there are, as nearly as SQS knows."""

    waiting: int
    held: int
    """Out of sight, because another command has them at the moment."""


class DeadLetters:
    """The messages of the queue at `url`; `sqs` is the client."""

    def __init__(self, sqs: Any, url: str) -> None:
        self._sqs = sqs
        self._url = url
        self._held: dict[str, str] = {}

    def counts(self) -> Counts:
        """How many there are, before anything is read."""
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        found = self._sqs.get_queue_attributes(QueueUrl=self._url, AttributeNames=names)["Attributes"]
        return Counts(*(int(found[name]) for name in names))

    def held_seconds(self, counts: Counts) -> int:
        """How long each of so many messages stays out of sight; SQS allows twelve hours."""
        return min(43_200, max(HELD_SECONDS, (counts.waiting + counts.held) // READ_PER_SECOND))

    def read(self) -> Generator[list[Mapping[str, Any]], None, None]:
        """The messages, each once, by batches of up to ten; when it is closed, what was not deleted is put back."""
        empty, seconds = 0, self.held_seconds(self.counts())
        try:
            while empty < EMPTY_ANSWERS:
                fresh = [each for each in self._receive(seconds) if each["MessageId"] not in self._held]
                empty = 0 if fresh else empty + 1
                self._held.update({each["MessageId"]: each["ReceiptHandle"] for each in fresh})
                if fresh:
                    yield fresh
        finally:
            self._put_back()

    def delete(self, message_ids: Iterable[str]) -> int:
        """Deletes messages that were read; returns how many SQS has deleted: the others are still there."""
        deleted = 0
        for batch in in_batches(message_ids):
            entries = [{"Id": str(n), "ReceiptHandle": self._held[name]} for n, name in enumerate(batch)]
            answer = self._sqs.delete_message_batch(QueueUrl=self._url, Entries=entries)
            for done in answer.get("Successful", ()):
                # The name stays known, without a receipt: nothing that was deleted is read again.
                self._held[batch[int(done["Id"])]] = ""
                deleted += 1
        return deleted

    def _receive(self, seconds: int) -> list[Mapping[str, Any]]:
        answer = self._sqs.receive_message(
            QueueUrl=self._url,
            MaxNumberOfMessages=MOST,
            VisibilityTimeout=seconds,
            # A long poll asks every server of SQS; a short one asks a few, and may come back empty-handed.
            WaitTimeSeconds=1,
            AttributeNames=["SentTimestamp"],
            MessageAttributeNames=["Reason"],
        )
        received: list[Mapping[str, Any]] = answer.get("Messages", [])
        for each in received:
            if self._held.get(each["MessageId"]):
                # It came into sight again meanwhile: only its newest receipt counts.
                self._held[each["MessageId"]] = each["ReceiptHandle"]
        return received

    def _put_back(self) -> None:
        for batch in in_batches(receipt for receipt in self._held.values() if receipt):
            entries = [
                {"Id": str(n), "ReceiptHandle": receipt, "VisibilityTimeout": 0} for n, receipt in enumerate(batch)
            ]
            # What SQS refuses here is in sight already, or someone else has it.
            self._sqs.change_message_visibility_batch(QueueUrl=self._url, Entries=entries)
        self._held.clear()


def in_batches(names: Iterable[str]) -> Iterator[list[str]]:
    """`names` in lists of as many as one call to SQS takes."""
    batch: list[str] = []
    for name in names:
        batch.append(name)
        if len(batch) == MOST:
            yield batch
            batch = []
    if batch:
        yield batch
