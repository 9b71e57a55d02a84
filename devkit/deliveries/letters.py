"""A dead letter: a delivery that could not be handled, as a person looks at it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from chalicelib.connect.protocol.messages import Message

UNREADABLE = "(unreadable)"
"""What stands in place of a tenant and an event where a message can not be read."""

NEVER_BEGUN = "SQS gave it up before any worker had begun it: the log of the worker's function says why"


@dataclass(frozen=True, slots=True)
class Entry:
    """What the log of deliveries has on one of them."""

    done: bool
    error: str
    """How the last try ended: the class of the error and the name of the handler; empty where nothing is noted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetter:
    """One message of the dead-letter queue."""

    message_id: str
    """SQS's name for the message."""
    receipt: str = field(repr=False)
    """What SQS wants to see for whatever is done with the message."""
    text: str = field(repr=False)
    message: Message | None = field(repr=False)
    """The delivery; None where the text is none."""
    sent_at: float
    """When the webhook came in; where the message does not say it, when it was put on the queue. Unix time."""
    reason: str
    handled: bool
    """Whether the delivery has been handled since, by a repetition of its webhook or by a replay."""

    @property
    def tenant(self) -> str:
        """The client key of the site that sent the webhook."""
        return self.message.client_key if self.message else UNREADABLE

    @property
    def event(self) -> str:
        """Such as ``jira:issue_updated``."""
        return self.message.event if self.message else UNREADABLE

    @property
    def id(self) -> str:
        """Jira's name for the webhook; SQS's for the message where that can not be read."""
        return self.message.id if self.message else self.message_id


def read_message(text: str) -> Message | None:
    """The delivery in the text of a message, None where it holds none."""
    try:
        return Message.decode(text)
    except ValueError:
        return None


def dead_letter(received: Mapping[str, Any], message: Message | None, entry: Entry | None) -> DeadLetter:
    """The dead letter that SQS has handed over as `received`, with what the log of deliveries has on it."""
    given = received.get("MessageAttributes", {}).get("Reason", {}).get("StringValue", "")
    sent = int(received["Attributes"]["SentTimestamp"])
    return DeadLetter(
        message_id=received["MessageId"],
        receipt=received["ReceiptHandle"],
        text=received["Body"],
        message=message,
        sent_at=(message.received_at if message else sent) / 1000,
        reason=given or _reason(entry),
        handled=entry is not None and entry.done,
    )


def _reason(entry: Entry | None) -> str:
    """Why SQS itself has taken a message to the dead letters: it never says."""
    if entry is None:
        return NEVER_BEGUN
    return f"SQS gave it up; the last time: {entry.error}." if entry.error else "SQS gave up this repetition of it."
