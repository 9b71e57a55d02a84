"""The headers that every answer carries, whoever makes it."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.connect.settings import ATLASSIAN_HOSTS
from chalicelib.connect.web.hosts import AllowedHosts
from chalicelib.connect.web.responses import HEADERS
from tests import tokens
from tests.api_gateway import rest_event
from tests.loaded_app import Context
from tests.unit.bench import Bench

ANYONE = "default-src 'none'; frame-ancestors https://*.atlassian.net"
CONTEXT = {"jira": {"issue": {"id": "10001"}}}


def headers(bench: Bench, method: str, path: str, token: str = "", **changes: Any) -> dict[str, str]:
    """The headers of one answer."""
    sent = {"Authorization": f"JWT {token}"} if token else {}
    event = rest_event(method, path, headers={**sent, **changes.pop("headers", {})}, body="{}", **changes)
    answer: dict[str, dict[str, str]] = bench.app(event, Context())
    return answer["headers"]


@pytest.mark.parametrize(
    ("method", "path", "changes"),
    [
        ("POST", "/installed", {}),
        ("POST", "/enabled", {}),
        ("GET", "/api/data", {}),
        ("GET", "/broken", {}),
        ("DELETE", "/api/data", {}),
        ("POST", "/enabled", {"headers": {"Content-Type": "text/plain"}}),
    ],
)
def test_an_error_carries_every_header_and_only_atlassian_may_frame_it(
    bench: Bench, method: str, path: str, changes: dict[str, Any]
) -> None:
    answered = headers(bench, method, path, **changes)
    assert HEADERS.items() <= answered.items()
    assert answered["Content-Security-Policy"] == ANYONE
    assert "X-Frame-Options" not in answered


@pytest.mark.parametrize("path", ["/api/data", "/api/fails"])
def test_the_answer_to_a_known_tenant_names_the_domains_of_that_tenant_alone(bench: Bench, path: str) -> None:
    def fails(request: object) -> None:
        raise OSError

    bench.routes.context_token("/api/fails")(fails)
    bench.install(displayUrl="https://Jira.example.com", displayUrlServicedeskHelpCenter="https://help.example.com/x")
    answered = headers(bench, "GET", path, tokens.symmetric(tokens.claims("context-qsh", context=CONTEXT)))

    assert HEADERS.items() <= answered.items()
    assert answered["Content-Security-Policy"] == (
        "default-src 'none'; "
        "frame-ancestors https://burrow.atlassian.net https://jira.example.com https://help.example.com"
    )


@pytest.mark.parametrize(
    "url", ["", "javascript:alert(1)", "https://a.example.com; script-src *", "https://*", "https://a b", "'self'"]
)
def test_what_is_no_web_address_never_reaches_the_header(url: str) -> None:
    hosts = AllowedHosts(ATLASSIAN_HOSTS, local=False)
    assert hosts.frame_ancestors_of(["https://burrow.atlassian.net", url]) == "https://burrow.atlassian.net"
    assert hosts.frame_ancestors_of([url]) == hosts.frame_ancestors()


def test_domains_of_sites_are_added_by_a_setting_and_may_not_install_by_it() -> None:
    hosts = AllowedHosts(("*.atlassian.net",), local=False, frames=("jira.example.com",))
    assert hosts.frame_ancestors() == "https://*.atlassian.net https://jira.example.com"
    assert hosts.host("https://jira.example.com") is None
