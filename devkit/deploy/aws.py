"""The AWS that is deployed to: the embedded one and a real account look alike from here."""

from __future__ import annotations

import os
from functools import cache
from typing import Any, Protocol

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from devkit.errors import DevkitError


class Aws(Protocol):
    """What a deploy needs of an AWS; `devkit.cloud.embedded.EmbeddedCloud` is one, `RealAws` the other."""

    @property
    def environment(self) -> dict[str, str]:
        """A whole environment for a child process that shall speak to this AWS."""

    def client(self, service: str) -> Any:
        """A boto3 client of `service`."""


class RealAws:
    """The account and region that the user's own AWS settings lead to."""

    def __init__(self) -> None:
        """Raises `DevkitError` where the settings name no region, or no credentials that AWS takes."""
        try:
            self._session = boto3.session.Session()
            self.region = self._session.region_name
            if not self.region:
                raise DevkitError("No AWS region is set: set AWS_DEFAULT_REGION, such as eu-central-1.")
            self.account: str = self._session.client("sts").get_caller_identity()["Account"]
        except (BotoCoreError, ClientError) as fault:
            raise DevkitError(f"AWS can not be reached with your credentials: {fault} Run `aws login`.") from fault
        self._client = cache(lambda service: self._session.client(service))

    @property
    def environment(self) -> dict[str, str]:
        """The user's own environment, with the region that was found."""
        return {**os.environ, "AWS_DEFAULT_REGION": self.region}

    def client(self, service: str) -> Any:
        """A boto3 client of `service`; the same one at each call."""
        return self._client(service)
