"""The addresses of AWS's services, each held against botocore's own; and what is refused."""

from __future__ import annotations

from typing import Any

import boto3
import pytest
from botocore.config import Config

from chalicelib.connect.errors import SettingsError
from chalicelib.connect.storage.endpoints import SERVICES, Endpoints

REGIONS = ["us-east-1", "us-gov-west-1", "cn-north-1", "eusc-de-east-1"]


class SentError(Exception):
    """In place of a call: what would have been asked."""


def asked(session: boto3.session.Session, service: str, region: str, fips: str) -> str:
    """The address that botocore would ask `service` at; of S3 that of a bucket named ``site``."""

    def stop(request: Any, **_: Any) -> None:
        raise SentError(request.url)

    config = Config(use_fips_endpoint=fips == "true", s3={"us_east_1_regional_endpoint": "regional"})
    client: Any = session.client(service, region_name=region, config=config)  # type: ignore[call-overload]
    client.meta.events.register("before-send", stop)
    call = {"dynamodb": "list_tables", "kms": "list_keys", "sqs": "list_queues", "s3": "list_objects"}[service]
    with pytest.raises(SentError) as sent:
        getattr(client, call)(**({"Bucket": "site"} if service == "s3" else {}))
    return str(sent.value).partition("?")[0].rstrip("/")


@pytest.mark.parametrize("fips", ["false", "true"])
def test_every_address_is_botocores(fips: str) -> None:
    session = boto3.session.Session(aws_access_key_id="a", aws_secret_access_key="b")
    for region in REGIONS:
        if (region, fips) == ("cn-north-1", "true"):
            continue
        endpoints = Endpoints(region, {"AWS_USE_FIPS_ENDPOINT": fips})
        for service in SERVICES:
            own = endpoints.bucket("site") if service == "s3" else endpoints.url(service)
            assert own == asked(session, service, region, fips)
        endpoints.check()


def test_an_address_may_be_given_for_all_services_and_for_one() -> None:
    endpoints = Endpoints("us-east-1", {"AWS_ENDPOINT_URL": "http://a/", "AWS_ENDPOINT_URL_S3": "http://b"})

    assert (endpoints.url("sqs"), endpoints.url("s3"), endpoints.bucket("x")) == ("http://a", "http://b", "http://b/x")


@pytest.mark.parametrize(
    ("region", "environment", "reason"),
    [
        ("us-iso-east-1", {}, "the partition of us-iso-east-1 is not known"),
        ("us-east-1", {"AWS_USE_DUALSTACK_ENDPOINT": "true"}, "AWS_USE_DUALSTACK_ENDPOINT is on"),
        ("cn-north-1", {"AWS_USE_FIPS_ENDPOINT": "TRUE"}, "AWS_USE_FIPS_ENDPOINT is on"),
        ("us-east-1", {"HTTPS_PROXY": "http://proxy:3128"}, "HTTPS_PROXY is set"),
        ("us-east-1", {"https_proxy": "http://proxy:3128", "NO_PROXY": "example.com"}, "HTTPS_PROXY is set"),
    ],
)
def test_a_way_that_is_not_gone_is_refused_and_named(
    monkeypatch: pytest.MonkeyPatch, region: str, environment: dict[str, str], reason: str
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)

    with pytest.raises(SettingsError, match=reason):
        Endpoints(region, environment).check()


@pytest.mark.parametrize(
    "environment",
    [
        {},
        {"HTTPS_PROXY": ""},
        {"HTTP_PROXY": "http://proxy:3128"},
        {"HTTPS_PROXY": "http://proxy:3128", "NO_PROXY": "169.254.169.254,.amazonaws.com"},
        {"HTTPS_PROXY": "http://proxy:3128", "AWS_ENDPOINT_URL": "http://127.0.0.1:4566"},
    ],
)
def test_what_leads_to_aws_straight_is_admitted(monkeypatch: pytest.MonkeyPatch, environment: dict[str, str]) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)

    Endpoints("us-east-1", environment).check()
