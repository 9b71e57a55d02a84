"""SQS behind the ports `DeliveryQueue` and `JobQueue`.

Standard queues: Jira's own order is not guaranteed, so nothing is gained by a FIFO one. The tenant is the message
group, by which SQS keeps one noisy tenant from delaying the others.
Source: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-fair-queues.html
"""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from chalicelib.connect.errors import UnavailableError
from chalicelib.connect.protocol.messages import MOST_BYTES, Message
from chalicelib.connect.storage.aws import available

if TYPE_CHECKING:
    from chalicelib.connect.protocol.job_messages import JobMessage
    from chalicelib.connect.storage.ports import Bodies

LONGEST_DELAY = 900
"""https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-delay-queues.html"""


class SqsQueue:
    """The port `Queue`."""

    def __init__(self, sqs: Any, url: str, dead_letters_url: str) -> None:
        self._sqs = sqs
        self._url = url
        self._dead_letters_url = dead_letters_url

    def delete(self, receipts: Collection[str]) -> None:
        """See `Queue.delete`."""
        entries = [{"Id": str(number), "ReceiptHandle": receipt} for number, receipt in enumerate(receipts)]
        with available("SQS"):
            answer = self._sqs.delete_message_batch(QueueUrl=self._url, Entries=entries)
        if answer.get("Failed"):
            raise UnavailableError("SQS did not delete every message.")

    def delay(self, receipt: str, seconds: int) -> None:
        """See `Queue.delay`."""
        with available("SQS"):
            self._sqs.change_message_visibility(QueueUrl=self._url, ReceiptHandle=receipt, VisibilityTimeout=seconds)

    def bury(self, text: str, reason: str) -> None:
        """See `Queue.bury`."""
        # SQS refuses a message for a control character in an attribute, and then it could never be buried.
        words = "".join(letter if letter.isprintable() else " " for letter in reason[:1024]).strip()
        attributes = {"Reason": {"DataType": "String", "StringValue": words or "no reason was given"}}
        with available("SQS"):
            self._sqs.send_message(QueueUrl=self._dead_letters_url, MessageBody=text, MessageAttributes=attributes)


class SqsDeliveryQueue(SqsQueue):
    """The port `DeliveryQueue`."""

    def __init__(self, sqs: Any, bodies: Bodies, url: str, dead_letters_url: str) -> None:
        super().__init__(sqs, url, dead_letters_url)
        self._bodies = bodies

    def send(self, message: Message) -> None:
        """See `DeliveryQueue.send`."""
        text = message.encode()
        if len(text) > MOST_BYTES:
            text = message.without_body(self._bodies.put(message.client_key, message.body)).encode()
        with available("SQS"):
            self._sqs.send_message(QueueUrl=self._url, MessageBody=text, MessageGroupId=message.client_key)


class SqsJobQueue(SqsQueue):
    """The port `JobQueue`."""

    def send(self, message: JobMessage, seconds: int = 0) -> None:
        """See `JobQueue.send`. SQS hides a message for a quarter of an hour at most; its reader waits for the rest."""
        with available("SQS"):
            self._sqs.send_message(
                QueueUrl=self._url,
                MessageBody=message.encode(),
                MessageGroupId=message.client_key.replace(" ", "-"),
                DelaySeconds=min(max(seconds, 0), LONGEST_DELAY),
            )


def queue_url(name: str, *, account: str, endpoint: str) -> str:
    """The URL of a queue, without asking SQS for it: a call that every cold start would pay for."""
    return f"{endpoint}/{account}/{name}"
