"""One error for whatever keeps AWS from answering, be it reached by boto3 or by `wire`."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from chalicelib.connect.errors import UnavailableError

REFUSED = "ConditionalCheckFailedException"
"""DynamoDB's word for a write whose condition did not hold."""


class AwsError(Exception):
    """A call that `wire` made failed; never leaves this package."""

    def __init__(self, code: str, answer: Mapping[str, Any] | None = None, *, temporary: bool = False) -> None:
        """`code` is AWS's word for it, `answer` the body; `temporary` says whether to try again may help."""
        super().__init__(code)
        self.response: dict[str, Any] = {**(answer or {}), "Error": {"Code": code}}
        self.temporary = temporary


def failures() -> tuple[type[Exception], ...]:
    """The exceptions by which a call to AWS may fail, for an ``except``; an answer that says no is one of them."""
    # Only where botocore is loaded can one of its errors be on the way, and loading it takes longer than a cold start.
    botocore = sys.modules.get("botocore.exceptions")
    return (AwsError, botocore.BotoCoreError, botocore.ClientError) if botocore else (AwsError,)


def response(error: Exception) -> Mapping[str, Any]:
    """What AWS has said with an error; empty where it said nothing."""
    said: Mapping[str, Any] = getattr(error, "response", {})
    return said


def error_code(error: Exception) -> str:
    """AWS's word for an error, such as ``ConditionalCheckFailedException``; empty where it has none."""
    return str(response(error).get("Error", {}).get("Code", ""))


def refused_by(error: Exception) -> Mapping[str, Any]:
    """The item, in DynamoDB's own notation, for which a write was `REFUSED`; empty where there is none.

    The write must have asked for it (``ReturnValuesOnConditionCheckFailure``).
    """
    item: Mapping[str, Any] = response(error).get("Item", {})
    return item


@contextmanager
def available(service: str) -> Iterator[None]:
    """Turn every failure of a call to `service` into `UnavailableError`, which keeps the cause for the log."""
    try:
        yield
    except failures() as error:
        raise UnavailableError(f"{service} did not answer; try again later.") from error
