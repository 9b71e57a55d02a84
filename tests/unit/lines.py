"""What the app says of itself, as a test reads it."""

from __future__ import annotations

import logging
from typing import Any


class Lines(logging.Handler):
    """The lines that are logged."""

    def __init__(self) -> None:
        super().__init__()
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)

    @property
    def fields(self) -> list[dict[str, Any]]:
        """The fields of each line."""
        return [getattr(record, "fields", {}) for record in self.records]

    def above(self, level: int) -> list[tuple[str, dict[str, Any]]]:
        """What each line of at least this level says, with its fields."""
        found = [record for record in self.records if record.levelno >= level]
        return [(record.getMessage(), getattr(record, "fields", {})) for record in found]

    def counted(self, *names: str) -> list[dict[str, float]]:
        """The metrics of each line that has some; of these alone which are named."""
        found = [{name: line[name] for name in names if name in line} for line in self.fields if "_aws" in line]
        return [each for each in found if each]
