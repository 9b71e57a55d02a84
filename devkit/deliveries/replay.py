"""Putting dead letters on the deliveries queue again.

A message is sent first and deleted after that. A crash in between leaves it in both places, which is harmless: a
delivery that has been handled is not handled again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from botocore.exceptions import ClientError

from devkit.deliveries.dead_letters import MOST
from devkit.deliveries.letters import DeadLetter
from devkit.deploy.aws import is_code

MOST_BYTES = 1_048_576
"""What one call to SQS can carry, all of its messages together."""


class Replay:
    """Sends to the queue at `url`. `bucket` has the bodies that are too large for it."""

    def __init__(self, sqs: Any, s3: Any, url: str, bucket: str) -> None:
        self._sqs = sqs
        self._s3 = s3
        self._url = url
        self._bucket = bucket

    def send(self, letters: Iterable[DeadLetter]) -> set[str]:
        """Sends the letters; returns the message ids of those that SQS has taken: the others are to stay."""
        sent: set[str] = set()
        for batch in by_size([letter for letter in letters if self._has_body(letter)]):
            entries = [
                {
                    "Id": str(number),
                    "MessageBody": letter.text,
                    "MessageGroupId": letter.message.client_key if letter.message else "unreadable",
                }
                for number, letter in enumerate(batch)
            ]
            answer = self._sqs.send_message_batch(QueueUrl=self._url, Entries=entries)
            sent |= {batch[int(done["Id"])].message_id for done in answer.get("Successful", ())}
        return sent

    def body(self, letter: DeadLetter) -> str | None:
        """The body of a letter; None where it was too large for the queue and has expired."""
        if letter.message is None or not letter.message.stored:
            return letter.message.body if letter.message else letter.text
        try:
            found = self._s3.get_object(Bucket=self._bucket, Key=letter.message.stored)
        except ClientError as fault:
            if not is_code(fault, "NoSuchKey"):
                raise
            return None
        return str(found["Body"].read().decode())

    def _has_body(self, letter: DeadLetter) -> bool:
        """Whether the body is there; one that is kept outside the queue is written anew, so that its time begins anew.

        The message may now live as long as any new one, and its body must not expire before it.
        """
        if letter.message is None or not letter.message.stored:
            return True
        if (body := self.body(letter)) is None:
            return False
        self._s3.put_object(
            Bucket=self._bucket, Key=letter.message.stored, Body=body.encode(), ContentType="application/json"
        )
        return True


def by_size(letters: Sequence[DeadLetter]) -> Iterator[list[DeadLetter]]:
    """`letters` in lists that one call to SQS can carry."""
    batch: list[DeadLetter] = []
    size = 0
    for letter in letters:
        length = len(letter.text.encode())
        if batch and (len(batch) == MOST or size + length > MOST_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(letter)
        size += length
    if batch:
        yield batch
