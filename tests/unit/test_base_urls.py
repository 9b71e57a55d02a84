"""The app behind each kind of address: its base URL, the audience of installs and the query hash stay right.

The shapes are those of API Gateway's REST API. Only CloudFront, which API Gateway does not know of, needs a setting.
Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import pytest

from chalicelib.connect.errors import UnauthorizedError
from chalicelib.connect.protocol.query_hash import query_hash
from chalicelib.connect.web.guards import InstallGuard, TenantGuard
from chalicelib.connect.web.hosts import AllowedHosts
from chalicelib.connect.web.request import Request
from tests import tokens
from tests.api_gateway import STAGE_DOMAIN, rest_event
from tests.fakes import FakeTenants, no_tools
from tests.unit.bench import APP_KEY, FakeKeys, tenant_with

CLOUDFRONT = "https://d111111abcdef8.cloudfront.net"
VIA_CLOUDFRONT = {
    "Via": "2.0 abc.cloudfront.net (CloudFront)",
    "X-Amz-Cf-Id": "a1==",
    "User-Agent": "Amazon CloudFront",
}


@dataclass(frozen=True)
class Address:
    """Where the app is reached, and what API Gateway tells of it."""

    public: str
    domain: str
    prefix: str
    setting: str | None = None
    headers: tuple[tuple[str, str], ...] = ()

    def request(self, method: str, target: str, token: str, body: Any = None, resource: str | None = None) -> Request:
        """A request that came in there."""
        headers = {**dict(self.headers), "Authorization": f"JWT {token}"}
        event = rest_event(
            method,
            target,
            resource=resource,
            headers=headers,
            body=None if body is None else json.dumps(body),
            domain=self.domain,
            prefix=self.prefix,
        )
        return Request.from_event(event, self.setting)


ADDRESSES = {
    "stage URL": Address(f"https://{STAGE_DOMAIN}/dev", STAGE_DOMAIN, "/dev"),
    "custom domain": Address("https://jira.example.com", "jira.example.com", ""),
    "custom domain with base path": Address("https://example.com/apps/time", "example.com", "/apps/time"),
    "CloudFront": Address(CLOUDFRONT, STAGE_DOMAIN, "/dev", CLOUDFRONT, tuple(VIA_CLOUDFRONT.items())),
    "a region of two": Address("https://eu.time.example.com", "eu.time.example.com", ""),
}


@pytest.fixture(params=ADDRESSES)
def address(request: pytest.FixtureRequest) -> Address:
    """Each of the addresses."""
    return ADDRESSES[request.param]


def install(address: Address, audience: str) -> str:
    """Where the app is, as an install that is meant for `audience` and comes in at `address` has it."""
    token = tokens.asymmetric(tokens.claims(query_hash("POST", "/installed", {}), aud=[audience]))
    guard = InstallGuard(FakeKeys(), AllowedHosts(("*.atlassian.net",), local=False))
    return guard.install_token(address.request("POST", "/installed", token, tokens.install_payload())).app_base_url


def test_an_install_for_the_public_address_is_taken(address: Address) -> None:
    assert install(address, address.public) == address.public


def test_an_install_for_any_other_address_is_refused(address: Address) -> None:
    others = [each.public for each in ADDRESSES.values() if each.public != address.public]
    for other in [*others, "https://us.time.example.com", f"{address.public}/more", f"https://{STAGE_DOMAIN}/prod"]:
        with pytest.raises(UnauthorizedError):
            install(address, other)


@pytest.mark.parametrize(
    ("method", "target", "resource", "path", "query"),
    [
        ("POST", "/webhooks/jira:issue_updated", "/webhooks/{event}", "/webhooks/jira:issue_updated", {}),
        ("POST", "/webhooks/jira%3Aissue_updated", "/webhooks/{event}", "/webhooks/jira%3Aissue_updated", {}),
        ("POST", "/enabled?user_id=a%20b&x=2&x=1", "/enabled", "/enabled", {"user_id": ["a b"], "x": ["2", "1"]}),
    ],
)
def test_the_query_hash_is_that_of_the_path_below_the_base_url(
    address: Address, method: str, target: str, resource: str, path: str, query: dict[str, list[str]]
) -> None:
    tenants = FakeTenants()
    tenants.update(tokens.CLIENT_KEY, lambda _: tenant_with(tokens.SECRET))
    guard = TenantGuard(APP_KEY, tenants, no_tools)
    token = tokens.symmetric(tokens.claims(query_hash(method, path, query)))

    came = guard.server_token(address.request(method, target, token, {}, resource))

    assert came.tenant.client_key == tokens.CLIENT_KEY
    with_prefix = tokens.symmetric(tokens.claims(query_hash(method, f"/dev{path}", query)))
    with pytest.raises(UnauthorizedError):
        guard.server_token(address.request(method, target, with_prefix, {}, resource))


def test_behind_cloudfront_without_the_setting_installs_are_refused_and_not_taken_for_another_address() -> None:
    forgotten = Address(CLOUDFRONT, STAGE_DOMAIN, "/dev", None, tuple(VIA_CLOUDFRONT.items()))
    with pytest.raises(UnauthorizedError):
        install(forgotten, CLOUDFRONT)
