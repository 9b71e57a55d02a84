"""The AWS that is deployed to: the embedded one and a real account look alike from here."""

from __future__ import annotations

import os
from functools import cache
from typing import Any, Protocol
from urllib.parse import urlsplit

import boto3
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    EndpointConnectionError,
    HTTPClientError,
    PartialCredentialsError,
    ProfileNotFound,
    SSOError,
    TokenRetrievalError,
)

from devkit.errors import DevkitError

EXPIRED = ("ExpiredToken", "ExpiredTokenException", "RequestExpired")
"""AWS's codes for credentials that were good once."""

LOG_IN_AGAIN = "Your credentials have expired: run `aws login`, or `aws sso login`."


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
            # Asked first: in a region that there is not, nothing answers, which looks like no network.
            if self.region not in (known := self._session.get_available_regions("lambda")):
                raise DevkitError(
                    f"AWS has no region {self.region!r} (of GovCloud and China, Dormouse knows none): it has "
                    f"{', '.join(known)}."
                )
            self.account: str = self._session.client("sts").get_caller_identity()["Account"]
        except (EndpointConnectionError, HTTPClientError) as fault:
            told = f"AWS does not answer: {_text(fault)}. Is there a network? A proxy is named by HTTPS_PROXY."
            raise DevkitError(told) from fault
        except (BotoCoreError, ClientError) as fault:
            raise DevkitError(f"AWS can not be reached with your credentials: {_told(fault)}") from fault
        self._client = cache(lambda service: self._session.client(service))

    @staticmethod
    def address(api_url: str) -> str:
        """Where the API at `api_url` is reached: there, unless all calls are led to an emulator, as in tests, by
        AWS's own setting AWS_ENDPOINT_URL; then at that."""
        endpoint = os.environ.get("AWS_ENDPOINT_URL", "").rstrip("/")
        url = urlsplit(api_url)
        return f"{endpoint}/_aws/execute-api/{url.netloc.partition('.')[0]}{url.path}" if endpoint else api_url

    @property
    def environment(self) -> dict[str, str]:
        """The user's own environment, with the region that was found."""
        return {**os.environ, "AWS_DEFAULT_REGION": self.region}

    def client(self, service: str) -> Any:
        """A boto3 client of `service`; the same one at each call."""
        return self._client(service)


def is_code(fault: ClientError, *codes: str) -> bool:
    """Whether AWS gave `fault` one of these codes."""
    return fault.response.get("Error", {}).get("Code") in codes


def refusal(fault: Exception) -> str:
    """What to tell a person of a step that AWS has refused by `fault`."""
    is_expired = isinstance(fault, ClientError) and is_code(fault, *EXPIRED)
    return LOG_IN_AGAIN if is_expired else f"AWS refused a step: {fault}"


def _told(fault: Exception) -> str:
    code = fault.response.get("Error", {}).get("Code", "") if isinstance(fault, ClientError) else ""
    if code in EXPIRED:
        return "they have expired. Run `aws login`, or `aws sso login`, and then the same command again."
    if code in ("InvalidClientTokenId", "SignatureDoesNotMatch", "UnrecognizedClientException"):
        return (
            f"AWS does not know them ({code}). Look at AWS_PROFILE and AWS_ACCESS_KEY_ID, or run `aws login`; and at "
            "AWS_DEFAULT_REGION: newer regions know those accounts alone that have enabled them."
        )
    if isinstance(fault, ProfileNotFound):
        return f"{_text(fault)}. Set AWS_PROFILE to one that `aws configure list-profiles` shows."
    if isinstance(fault, PartialCredentialsError):
        return f"{_text(fault)}. Set that too, or nothing of it and run `aws login`."
    if isinstance(fault, SSOError | TokenRetrievalError):
        return f"{_text(fault)}. Run `aws sso login`."
    return f"{_text(fault)}. Run `aws login`."


def _text(fault: Exception) -> str:
    return str(fault).rstrip(".")
