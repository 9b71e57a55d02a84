"""The logs of a stage's functions, as CloudWatch has them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from devkit.deliveries.showing import printable
from devkit.deploy.aws import Aws, is_code
from devkit.deploy.template import functions


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line that a function printed, at `at` seconds since 1970."""

    at: float
    function: str
    text: str
    identity: str

    @property
    def fields(self) -> Mapping[str, Any] | None:
        """What it says, where it is JSON of the app; None for lines of Lambda's own."""
        try:
            found = json.loads(self.text)
        except ValueError:
            return None
        return found if isinstance(found, dict) and "level" in found else None

    def shown(self) -> str:
        """The line for a person: time, function, level, message, and the rest by name."""
        when = datetime.fromtimestamp(self.at, UTC).strftime("%Y-%m-%d %H:%M:%S")
        fields = self.fields
        if fields is None:
            return printable(f"{when}  {self.function:10}  {self.text.strip()}")
        rest = {name: value for name, value in fields.items() if name not in ("level", "message", "exception", "_aws")}
        told = "  ".join(f"{name}={value}" for name, value in rest.items())
        last = str(fields.get("exception", "")).strip().rpartition("\n")[2]
        head = f"{when}  {self.function:10}  {fields['level']:7}  {fields.get('message')}"
        return printable(f"{head}  {told}  {last}").rstrip()


class Logs:
    """The logs of the functions of `stage`."""

    def __init__(self, aws: Aws, stage: str) -> None:
        self._logs = aws.client("logs")
        self._groups = {logical: f"/aws/lambda/{name}" for logical, name in functions(stage).items()}

    def since(self, start: float, words: Iterable[str] = ()) -> list[LogLine]:
        """The lines since `start` in which all of `words` stand, the oldest first."""
        wanted = list(words)
        found = (line for logical, group in self._groups.items() for line in self._of(logical, group, start, wanted))
        return sorted(found, key=lambda line: line.at)

    def _of(self, logical: str, group: str, start: float, words: list[str]) -> Iterator[LogLine]:
        pattern = " ".join('"' + word.replace('"', "") + '"' for word in words)
        asked: dict[str, Any] = {"logGroupName": group, "startTime": int(start * 1000)}
        if pattern:
            asked["filterPattern"] = pattern
        try:
            for page in self._logs.get_paginator("filter_log_events").paginate(**asked):
                for event in page["events"]:
                    # CloudWatch looks for parts of words as well; and not every emulator of it looks at all.
                    if all(word in event["message"] for word in words):
                        yield LogLine(event["timestamp"] / 1000, logical, event["message"], _identity(event))
        except self._logs.exceptions.ClientError as fault:
            if not is_code(fault, "ResourceNotFoundException"):
                raise  # a function that never ran has no log group


def _identity(event: Mapping[str, Any]) -> str:
    """What tells a line from all others: CloudWatch's name for it, which the embedded AWS does not give."""
    named: str = event.get("eventId", "")
    return named or f"{event.get('logStreamName')} {event['timestamp']} {event['message']}"
