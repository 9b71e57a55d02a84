"""What the app says of itself: one JSON object a line on standard output, which Lambda hands to CloudWatch.

No token, secret or body is ever a field; `tests/end_to_end` searches the logs of a whole run for them.
"""

import json
import logging
import sys
from typing import Any

_LOG = logging.getLogger("dormouse")


class _JsonLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {"level": record.levelname, "message": record.getMessage()}
        line.update(getattr(record, "fields", {}))
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, default=str)


def configure() -> None:
    """Send the log of the framework and of Chalice, which shares its name, to standard output."""
    if not _LOG.handlers:
        handler = logging.StreamHandler(sys.stdout)
        handler.setFormatter(_JsonLines())
        _LOG.addHandler(handler)
        _LOG.setLevel(logging.INFO)
        _LOG.propagate = False


def info(message: str, **fields: object) -> None:
    """Log something that is as it should be."""
    _LOG.info(message, extra={"fields": fields})


def warning(message: str, **fields: object) -> None:
    """Log something that a person may want to look at."""
    _LOG.warning(message, extra={"fields": fields})


def error(message: str, **fields: object) -> None:
    """Log a failure, with the exception that is being handled."""
    _LOG.error(message, extra={"fields": fields}, exc_info=True)
