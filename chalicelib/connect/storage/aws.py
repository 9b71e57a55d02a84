"""The way to AWS: clients that fail soon, and one error for whatever keeps a service from answering."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.connect.errors import UnavailableError

CONFIG = Config(
    # Jira waits for an answer, so a service gets two quick tries here; Jira and the queue are the longer patience.
    connect_timeout=1,
    read_timeout=3,
    retries={"mode": "standard", "total_max_attempts": 2},
)


REFUSED = "ConditionalCheckFailedException"
"""DynamoDB's word for a write whose condition did not hold."""


def client(service: str, region: str) -> Any:
    """A boto3 client of `service`."""
    return boto3.client(service, region_name=region, config=CONFIG)  # type: ignore[call-overload]


def error_code(error: ClientError) -> str:
    """AWS's word for an error, such as ``ConditionalCheckFailedException``."""
    return error.response.get("Error", {}).get("Code", "")


@contextmanager
def available(service: str) -> Iterator[None]:
    """Turn every failure of a call to `service` into `UnavailableError`, which keeps the cause for the log."""
    try:
        yield
    except (BotoCoreError, ClientError) as error:
        raise UnavailableError(f"{service} did not answer; try again later.") from error
