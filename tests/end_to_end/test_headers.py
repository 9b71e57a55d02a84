"""What Atlassian's scan of a Connect app asks, asked of the deployed app: tokens that are none, and headers of errors.

Source: https://developer.atlassian.com/platform/marketplace/security-requirements/ and the tool that it names,
https://github.com/atlassian-labs/connect-security-req-tester.
"""

from __future__ import annotations

import base64
import json
from typing import Any
from urllib.parse import urlsplit

import pytest

from chalicelib.connect.settings import APP, LOCAL, REQUESTS_PER_SECOND, Settings
from chalicelib.connect.web.hosts import AllowedHosts
from devkit import routes
from devkit.places import ROOT
from tests import tokens
from tests.deployed_app import DeployedApp
from tests.end_to_end import header_table
from tests.end_to_end.client import JiraClient

FAKE = {"iss": "csrt-fake-token-ignore", "iat": 1_700_000_000, "exp": 4_000_000_000, "qsh": "fake"}
LIFECYCLE = ("/installed", "/uninstalled", "/enabled", "/disabled")
ALWAYS = {
    "referrer-policy": "no-referrer",
    "strict-transport-security": "max-age=31536000; includeSubDomains",
    "x-content-type-options": "nosniff",
}


def without_signature() -> str:
    """A token with the algorithm none; PyJWT makes them, but not with our claims."""
    parts = ({"typ": "JWT", "alg": "none"}, FAKE)
    return ".".join(base64.urlsafe_b64encode(json.dumps(p).encode()).rstrip(b"=").decode() for p in parts) + "."


PROBES = {
    "nothing": None,
    "fake": tokens.symmetric(FAKE, "a secret that the app has never heard of"),
    "none": without_signature(),
    "fake install": tokens.asymmetric({**FAKE, "aud": ["https://csrt.example.com"]}, kid="fake-kid"),
}


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("probe", PROBES)
@pytest.mark.parametrize("path", [*LIFECYCLE, "/webhooks/jira:issue_updated", "/api/time-in-status"])
def test_what_is_not_public_is_refused_with_headers_that_keep_nothing(
    base_url: str, path: str, probe: str, method: str
) -> None:
    status, answer, headers = JiraClient(base_url, "").call(method, path, PROBES[probe], {"clientKey": "x"})

    assert status in (401, 403)
    assert any(word in json.dumps(answer).lower() for word in ("unauthorized", "missing authentication token"))
    assert_kept_nowhere(headers)


@pytest.mark.parametrize("path", ["/", "/no/such/path", "/api/no-such", "/pages/no-such-page", "/pages/..", "/%zz"])
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
def test_the_answers_of_api_gateway_itself_carry_the_same_headers(base_url: str, method: str, path: str) -> None:
    status, _, headers = JiraClient(base_url, "").call(method, path, None, None if method == "GET" else {})

    assert 400 <= status < 500
    assert_kept_nowhere(headers)


def test_the_descriptor_the_pages_and_data_carry_them_too(jira: JiraClient) -> None:
    for method in ("GET", "HEAD"):
        assert jira.call(method, "/atlassian-connect.json")[2].items() >= ALWAYS.items()
        _, _, page = jira.call(method, "/pages/issue-panel")
        assert page.items() >= ALWAYS.items()
        assert page["cache-control"].startswith("public")
        assert "unsafe-inline" not in page["content-security-policy"]
    status, _, data = jira.call("GET", "/api/time-in-status", jira.context_token("1"))
    assert status in (200, 404)
    assert_kept_nowhere(data)
    assert "frame-ancestors https://burrow.atlassian.net" in data["content-security-policy"]
    assert "*" not in data["content-security-policy"]


def test_the_table_in_the_document_is_what_every_route_and_every_refusal_answers(
    deployment: DeployedApp, pytestconfig: pytest.Config
) -> None:
    # Who has left reads nothing any more: last.
    methods = {route.path: route.methods[0] for route in routes.read(ROOT) if route.path != "/uninstalled"}
    given = list(header_table.answers(deployment.base_url, {**methods, "/uninstalled": "POST"}))
    for each in given:
        assert each.headers.items() >= ALWAYS.items(), each
        assert each.status < 500

    settings = Settings.read({**deployment.deployment.settings, "CONNECT_STAGE": LOCAL})
    addresses = (settings.all_js_url, settings.site_url or "")
    bridge, site = ("{0.scheme}://{0.netloc}".format(urlsplit(each)) for each in addresses)
    known = {
        AllowedHosts(settings.allowed_hosts, local=True).frame_ancestors(): "HOSTS",
        header_table.TENANT: "TENANT",
        bridge: "BRIDGE",
        site: "SITE",
        f"max-age={settings.page_seconds}": "max-age=SECONDS",
    }
    table = header_table.table(given, known)
    document = ROOT / routes.DOCUMENT
    text = document.read_text(encoding="utf-8")
    if pytestconfig.getoption("--write-headers"):
        document.write_text(header_table.SECTION.sub(lambda _: table, text), encoding="utf-8")
    else:
        found = header_table.SECTION.search(text)
        assert found
        assert found[0] == table, "Run `pytest tests/end_to_end/test_headers.py --write-headers`."


def test_an_app_sets_no_cookie_and_names_no_frame_option(jira: JiraClient) -> None:
    for path in ("/atlassian-connect.json", "/pages/issue-panel", "/api/time-in-status", "/no/such/path"):
        _, _, headers = jira.call("GET", path)
        assert not {"set-cookie", "x-frame-options"} & headers.keys()


def test_the_stage_is_throttled(deployment: DeployedApp) -> None:
    stage = deployment.cloud.client("apigateway").get_stage(restApiId=APP, stageName="local")
    limits: dict[str, Any] = stage["methodSettings"]["*/*"]
    assert (limits["throttlingRateLimit"], limits["throttlingBurstLimit"]) == (
        REQUESTS_PER_SECOND,
        2 * REQUESTS_PER_SECOND,
    )


def assert_kept_nowhere(headers: dict[str, str]) -> None:
    """Checks the headers of an error or of data."""
    assert headers.items() >= {**ALWAYS, "cache-control": "no-cache, no-store"}.items()
    assert "frame-ancestors" in headers["content-security-policy"]
