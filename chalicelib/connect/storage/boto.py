"""boto3, for what is rare: emptying a bucket of what a tenant has left, and credentials that are nowhere else."""

from __future__ import annotations

from functools import cache
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError

from chalicelib.connect.storage.aws import AwsError
from chalicelib.connect.storage.sigv4 import Credentials

CONFIG = Config(
    # Jira waits for an answer, so a service gets two quick tries here; Jira and the queue are the longer patience.
    connect_timeout=1,
    read_timeout=3,
    retries={"mode": "standard", "total_max_attempts": 2},
)


def client(service: str, region: str) -> Any:
    """A boto3 client of `service`."""
    return boto3.client(service, region_name=region, config=CONFIG)  # type: ignore[call-overload]


def found_credentials() -> Credentials:
    """The credentials that botocore finds, renewed where they are about to expire; raises `AwsError`."""
    try:
        found = _source()
        frozen = found.get_frozen_credentials() if found else None
    except BotoCoreError as error:
        raise AwsError(type(error).__name__) from error
    if frozen is None or not frozen.access_key or not frozen.secret_key:
        raise AwsError("NoCredentials")
    return Credentials(frozen.access_key, frozen.secret_key, frozen.token)


@cache
def _source() -> Any:
    return boto3.session.Session().get_credentials()
