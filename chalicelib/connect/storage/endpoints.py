"""Where the services of AWS are, as the environment has it; what it asks for and can not be had is refused, and said.

Source: https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html (``AWS_ENDPOINT_URL``),
https://docs.aws.amazon.com/sdkref/latest/guide/feature-endpoints.html (``AWS_USE_FIPS_ENDPOINT``), and
https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/partitions.html;
`tests/unit/storage/test_endpoints.py` holds each address against botocore's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.connect.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

SUFFIXES = {"cn": "amazonaws.com.cn", "eusc": "amazonaws.eu"}
"""The domains of the partitions besides the commercial one and GovCloud, by how the names of their regions begin."""

SERVICES = ("dynamodb", "kms", "sqs", "s3")


class Endpoints:
    """The addresses of the services in `region`."""

    def __init__(self, region: str, environment: Mapping[str, str]) -> None:
        self._region = region
        self._environment = environment
        self._suffix = SUFFIXES.get(region.partition("-")[0], "amazonaws.com")

    def url(self, service: str) -> str:
        """The address of `service`, one of `SERVICES`, without a slash at its end."""
        return self._given(service) or f"https://{self._host(service)}"

    def bucket(self, name: str) -> str:
        """The address below which the objects of a bucket are."""
        given = self._given("s3")
        return f"{given}/{name}" if given else f"https://{name}.{self._host('s3')}"

    def check(self) -> None:
        """Raises `SettingsError` where the environment asks for a way to AWS that is not gone here."""
        called = [service for service in SERVICES if not self._given(service)]
        if called and (faults := list(self._faults(called))):
            raise SettingsError("AWS can not be reached as the environment wants it: " + "; ".join(faults) + ".")

    def _faults(self, called: list[str]) -> Iterator[str]:
        if "-iso" in self._region:
            yield f"the partition of {self._region} is not known here"
        if self._is_on("AWS_USE_DUALSTACK_ENDPOINT"):
            yield "AWS_USE_DUALSTACK_ENDPOINT is on, and there is no way by IPv6 here"
        if self._is_fips and self._region.startswith("cn-"):
            yield "AWS_USE_FIPS_ENDPOINT is on, and China has no such endpoints"
        if any(name.lower() in ("https_proxy", "all_proxy") and value for name, value in self._environment.items()):
            from urllib.request import proxy_bypass  # which takes as long to load as all else, and is rarely needed

            hosts = [self._host(service) for service in called]
            if not all(proxy_bypass(host) for host in hosts):
                yield f"HTTPS_PROXY is set, and there is no way by a proxy here: name {', '.join(hosts)} in NO_PROXY"

    def _given(self, service: str) -> str:
        names = (f"AWS_ENDPOINT_URL_{service.upper()}", "AWS_ENDPOINT_URL")
        return next((found.rstrip("/") for name in names if (found := self._environment.get(name))), "")

    def _host(self, service: str) -> str:
        # GovCloud's DynamoDB and SQS are at FIPS endpoints already, under their plain names.
        is_plain = self._region.startswith("us-gov-") and service in ("dynamodb", "sqs")
        return f"{service}{'-fips' if self._is_fips and not is_plain else ''}.{self._region}.{self._suffix}"

    @property
    def _is_fips(self) -> bool:
        return self._is_on("AWS_USE_FIPS_ENDPOINT")

    def _is_on(self, name: str) -> bool:
        return self._environment.get(name, "").lower() == "true"
