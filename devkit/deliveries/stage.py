"""The dead letters of one stage."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from contextlib import closing
from typing import Any

from botocore.exceptions import ClientError

from chalicelib.connect.settings import Resources
from chalicelib.connect.storage.dynamodb_log import item_id
from devkit.deliveries.dead_letters import DeadLetters
from devkit.deliveries.letters import DeadLetter, dead_letter, read_message
from devkit.deliveries.log import DeliveryEntries
from devkit.deliveries.replay import Replay
from devkit.deploy.aws import Aws
from devkit.deploy.resources import bodies_bucket
from devkit.errors import DevkitError


class Stage:
    """What the commands need of one stage."""

    def __init__(self, aws: Aws, names: Resources) -> None:
        """Raises `DevkitError` where the stage's queues are not there."""
        sqs = aws.client("sqs")
        self.dead_letters = DeadLetters(sqs, queue_url(sqs, names.dead_letters_queue, names.stage))
        url = queue_url(sqs, names.deliveries_queue, names.stage)
        self.replay = Replay(sqs, aws.client("s3"), url, bodies_bucket(aws, names))
        self._log = DeliveryEntries(aws.client("dynamodb"), names.deliveries_table)

    def letters(self, check: Callable[[], None]) -> Generator[list[DeadLetter], None, None]:
        """All dead letters by batches of up to ten, with their reasons; `check` is called in between, and may raise."""
        with closing(self.dead_letters.read()) as batches:
            for batch in batches:
                check()
                yield self._with_reasons(batch)

    def _with_reasons(self, batch: list[Mapping[str, Any]]) -> list[DeadLetter]:
        messages = [read_message(received["Body"]) for received in batch]
        entries = self._log.of(message for message in messages if message)
        return [
            dead_letter(received, message, entries.get(item_id(message.client_key, message.id)) if message else None)
            for received, message in zip(batch, messages, strict=True)
        ]


def queue_url(sqs: Any, name: str, stage: str) -> str:
    """The URL of the queue `name`. Raises `DevkitError` where it is not there."""
    try:
        url: str = sqs.get_queue_url(QueueName=name)["QueueUrl"]
    except ClientError as fault:
        if fault.response.get("Error", {}).get("Code", "").endswith(("NonExistentQueue", "QueueDoesNotExist")):
            raise DevkitError(f"There is no queue {name} here: is the stage {stage} deployed?") from fault
        raise
    return url
