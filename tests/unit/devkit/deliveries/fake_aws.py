"""As much of AWS as the commands on dead letters speak to, in memory and without waits."""

from __future__ import annotations

import io
from itertools import count
from types import SimpleNamespace
from typing import Any

from botocore.exceptions import ClientError

from chalicelib.connect.protocol.messages import Message
from chalicelib.connect.storage.dynamodb_log import item_id

NOW = 1_795_510_800.0


class FakeAws:
    """Queues, the log of deliveries, and a bucket of bodies; it is the client of every service itself."""

    def __init__(self) -> None:
        self.queues: dict[str, list[dict[str, Any]]] = {
            "dormouse-dev-deliveries": [],
            "dormouse-dev-deliveries-dead": [],
        }
        self.hidden: set[str] = set()
        self.log: dict[str, dict[str, Any]] = {}
        self.bodies: dict[str, bytes] = {}
        self.written: list[str] = []
        self.refused: set[str] = set()
        """Texts of messages that SQS does not take."""
        self.bounce = False
        """Whether everything that is replayed is a dead letter again at once."""
        self.meta = SimpleNamespace(region_name="eu-central-1")
        self._numbers = count(1)

    @property
    def environment(self) -> dict[str, str]:
        return {}

    def client(self, service: str) -> Any:
        return self

    @property
    def dead(self) -> list[dict[str, Any]]:
        return self.queues["dormouse-dev-deliveries-dead"]

    @property
    def sent(self) -> list[dict[str, Any]]:
        return self.queues["dormouse-dev-deliveries"]

    def bury(self, text: str, *, reason: str = "", at: float = NOW) -> str:
        """Puts a message among the dead letters; returns its name."""
        name = f"message-{next(self._numbers)}"
        given = {"MessageAttributes": {"Reason": {"StringValue": reason}}} if reason else {}
        self.dead.append(
            {"MessageId": name, "Body": text, "Attributes": {"SentTimestamp": str(int(at * 1000))}, **given}
        )
        return name

    def note(self, client_key: str, delivery_id: str, progress: str, error: str = "") -> None:
        """Puts a delivery into the log."""
        name = item_id(client_key, delivery_id)
        noted = {"last_error": {"S": error}} if error else {}
        self.log[name] = {"id": {"S": name}, "progress": {"S": progress}, **noted}

    def get_caller_identity(self) -> dict[str, str]:
        return {"Account": "000000000000"}

    def get_queue_url(self, QueueName: str) -> dict[str, str]:  # noqa: N803 - AWS's names
        if QueueName not in self.queues:
            raise fault("AWS.SimpleQueueService.NonExistentQueue")
        return {"QueueUrl": QueueName}

    def get_queue_attributes(self, QueueUrl: str, **_: Any) -> dict[str, Any]:  # noqa: N803
        names = [each["MessageId"] for each in self.queues[QueueUrl]]
        hidden = sum(name in self.hidden for name in names)
        return {
            "Attributes": {
                "ApproximateNumberOfMessages": str(len(names) - hidden),
                "ApproximateNumberOfMessagesNotVisible": str(hidden),
            }
        }

    def receive_message(self, QueueUrl: str, MaxNumberOfMessages: int, **_: Any) -> dict[str, Any]:  # noqa: N803
        seen = [each for each in self.queues[QueueUrl] if each["MessageId"] not in self.hidden][:MaxNumberOfMessages]
        self.hidden |= {each["MessageId"] for each in seen}
        return {"Messages": [{**each, "ReceiptHandle": each["MessageId"]} for each in seen]} if seen else {}

    def delete_message_batch(self, QueueUrl: str, Entries: list[dict[str, Any]]) -> dict[str, Any]:  # noqa: N803
        gone = {entry["ReceiptHandle"] for entry in Entries}
        self.queues[QueueUrl][:] = [each for each in self.queues[QueueUrl] if each["MessageId"] not in gone]
        return {"Successful": [{"Id": entry["Id"]} for entry in Entries]}

    def change_message_visibility_batch(self, QueueUrl: str, Entries: list[dict[str, Any]]) -> None:  # noqa: N803
        assert {entry["VisibilityTimeout"] for entry in Entries} == {0}
        self.hidden -= {entry["ReceiptHandle"] for entry in Entries}

    def send_message_batch(self, QueueUrl: str, Entries: list[dict[str, Any]]) -> dict[str, Any]:  # noqa: N803
        assert len(Entries) <= 10
        taken = [entry for entry in Entries if entry["MessageBody"] not in self.refused]
        self.queues[QueueUrl] += taken
        if self.bounce:
            for entry in taken:
                self.bury(entry["MessageBody"], reason="again")
        return {"Successful": [{"Id": entry["Id"]} for entry in taken]}

    def batch_get_item(self, RequestItems: dict[str, Any]) -> dict[str, Any]:  # noqa: N803
        ((table, asked),) = RequestItems.items()
        names = [key["id"]["S"] for key in asked["Keys"]]
        assert len(set(names)) == len(names)
        return {"Responses": {table: [self.log[name] for name in names if name in self.log]}}

    def get_object(self, Bucket: str, Key: str) -> dict[str, Any]:  # noqa: N803
        if Key not in self.bodies:
            raise fault("NoSuchKey")
        return {"Body": io.BytesIO(self.bodies[Key])}

    def put_object(self, Bucket: str, Key: str, Body: bytes, **_: Any) -> None:  # noqa: N803
        self.bodies[Key] = Body
        self.written.append(Key)


def fault(code: str) -> ClientError:
    """An error of AWS."""
    return ClientError({"Error": {"Code": code, "Message": "no"}}, "Operation")


def message(name: str = "a", **changes: Any) -> Message:
    """A delivery as it was sent."""
    given = {"client_key": "tenant-1", "event": "jira:issue_updated", "body": '{"issue": {"id": "1"}}', "attempt": 0}
    return Message(**{**given, "id": name, "received_at": int(NOW * 1000) - 7_200_000, **changes})
