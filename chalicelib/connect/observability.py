"""What the app says of itself: one JSON object a line on standard output, which Lambda hands to CloudWatch.

A line may hold metrics in CloudWatch's embedded metric format: CloudWatch makes metrics of it, and no call to AWS is
made for them. No token, secret or body is ever a field; `tests/end_to_end` searches the logs of a whole run for them.
Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
"""

from __future__ import annotations

import json
import logging
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

NAMESPACE = "Dormouse"

UNITS = {"DeliveryAge": "Milliseconds"}
"""The units of the metrics that are no counts."""

_LOG = logging.getLogger("dormouse")
_ABOUT: ContextVar[dict[str, object] | None] = ContextVar("about", default=None)
_STAGE: dict[str, str] = {}


class _JsonLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {"level": record.levelname, "message": record.getMessage(), **(_ABOUT.get() or {})}
        line.update(getattr(record, "fields", {}))
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, default=str)


def configure(stage: str) -> None:
    """Send the log of the framework and of Chalice, which shares its name, to standard output; metrics name `stage`."""
    _STAGE["stage"] = stage
    if not _LOG.handlers:
        handler = logging.StreamHandler(sys.stdout)
        handler.setFormatter(_JsonLines())
        _LOG.addHandler(handler)
        _LOG.setLevel(logging.INFO)
        _LOG.propagate = False


@contextmanager
def about(**fields: object) -> Iterator[None]:
    """Put `fields` into every line that is written in this block, and those that `add` names in it."""
    token = _ABOUT.set({**(_ABOUT.get() or {}), **fields})
    try:
        yield
    finally:
        _ABOUT.reset(token)


def add(**fields: object) -> None:
    """Put `fields` into every further line of the block of `about` that this is called in."""
    known = _ABOUT.get()
    if known is not None:
        known.update(fields)


def info(message: str, *, metrics: Mapping[str, float] | None = None, by: str = "", **fields: object) -> None:
    """Log something that is as it should be; with `metrics`, count it, also by the field named `by`."""
    _LOG.info(message, extra={"fields": _counted(metrics, by, fields)})


def warning(message: str, *, metrics: Mapping[str, float] | None = None, by: str = "", **fields: object) -> None:
    """Log something that a person may want to look at; `metrics` and `by` as for `info`."""
    _LOG.warning(message, extra={"fields": _counted(metrics, by, fields)})


def error(message: str, **fields: object) -> None:
    """Log a failure, with the exception that is being handled."""
    _LOG.error(message, extra={"fields": fields}, exc_info=True)


def _counted(metrics: Mapping[str, float] | None, by: str, fields: Mapping[str, object]) -> Mapping[str, object]:
    if not metrics:
        return fields
    directive = {
        "Namespace": NAMESPACE,
        "Dimensions": [["stage"], *([["stage", by]] if by else [])],
        "Metrics": [{"Name": name, "Unit": UNITS.get(name, "Count")} for name in metrics],
    }
    embedded = {"Timestamp": int(time.time() * 1000), "CloudWatchMetrics": [directive]}
    return {**fields, **_STAGE, **metrics, "_aws": embedded}
