"""The jobs of one stage, on the embedded AWS or on a real one."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from chalicelib.connect.protocol.job_messages import JobMessage
from chalicelib.connect.runs import Run
from chalicelib.connect.settings import Resources
from chalicelib.connect.starter import Starter
from chalicelib.connect.storage.dynamodb import DynamoRuns, VersionedItems
from chalicelib.connect.storage.sqs import SqsJobQueue
from devkit.deliveries.dead_letters import DeadLetters
from devkit.deliveries.stage import queue_url
from devkit.deploy.aws import Aws
from devkit.tenants import tenants_of

READ_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Entry:
    """The newest run of a job."""

    tenant: str
    job: str
    """Its name and, where it has one, its key."""
    run: Run


@dataclass(frozen=True, slots=True)
class DeadCall:
    """A call among the dead letters."""

    message_id: str
    message: JobMessage | None
    """None where the text is no call."""
    reason: str

    @property
    def run(self) -> str:
        """Which run it is about; empty where that can not be read."""
        return self.message.run if self.message else ""


class Stage:
    """What the commands need of one stage."""

    def __init__(self, aws: Aws, names: Resources) -> None:
        """Raises `DevkitError` where the stage's queues are not there."""
        sqs, dynamodb = aws.client("sqs"), aws.client("dynamodb")
        dead_url = queue_url(sqs, names.dead_jobs_queue, names.stage)
        url = queue_url(sqs, names.jobs_queue, names.stage)
        self._items = VersionedItems(dynamodb, names.jobs_table, expiry="expires_at")
        self.runs = DynamoRuns(self._items)
        self.tenants = tenants_of(aws, names)
        self.queue = SqsJobQueue(sqs, url, dead_url)
        # Which jobs there are, only the app knows: a name that it does not know fails there, with a reason.
        self.starter = Starter(lambda _: True, self.runs, self.queue)
        self.dead_letters = DeadLetters(sqs, dead_url)

    def entries(self) -> Iterator[Entry]:
        """The newest run of every job of every tenant."""
        after: Mapping[str, str] | None = None
        while True:
            found, after = self._items.scan(READ_AT_ONCE, after)
            yield from (Entry(key["client_key"], key["job"], Run.from_record(record)) for key, record in found)
            if after is None:
                return

    def dead_calls(self) -> Generator[list[DeadCall], None, None]:
        """The calls among the dead letters, by batches; what is not deleted is put back when this is closed."""
        with closing(self.dead_letters.read()) as batches:
            for batch in batches:
                yield [_dead_call(received) for received in batch]

    def send_again(self, calls: Iterable[DeadCall]) -> int:
        """Send calls, and then delete them: in this order, so that none is lost. Returns how many there were."""
        sent = [call for call in calls if call.message]
        for call in sent:
            if call.message:
                self.queue.send(call.message)
        self.dead_letters.delete(call.message_id for call in sent)
        return len(sent)


def _dead_call(received: Mapping[str, Any]) -> DeadCall:
    try:
        message = JobMessage.decode(received["Body"])
    except ValueError:
        message = None
    reason = received.get("MessageAttributes", {}).get("Reason", {}).get("StringValue", "SQS gave it up.")
    return DeadCall(received["MessageId"], message, reason)
