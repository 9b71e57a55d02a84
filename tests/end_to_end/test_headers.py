"""What Atlassian's scan of a Connect app asks, asked of the deployed app: tokens that are none, and headers of errors.

Source: https://developer.atlassian.com/platform/marketplace/security-requirements/ and the tool that it names,
https://github.com/atlassian-labs/connect-security-req-tester.
"""

from __future__ import annotations

import base64
import json
import re
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


def test_the_scan_finds_nothing_at_any_url_that_the_descriptor_names(base_url: str) -> None:
    _, descriptor, headers = JiraClient(base_url, "").call("GET", "/atlassian-connect.json")
    assert headers["strict-transport-security"] == ALWAYS["strict-transport-security"]
    assert descriptor["authentication"]["type"] == "jwt"

    urls = [*descriptor["lifecycle"].values(), *scanned_modules(descriptor["modules"])]
    assert set(LIFECYCLE) < set(urls)
    for url in urls:
        answers = scan(descriptor["baseUrl"], url, is_install="install" in url)
        assert len(answers) == (6 if "install" in url else 3) + 3
        for status, _, headers in answers:
            assert 400 <= status < 500, url  # 1.1 and 1.4: nothing is let in
            assert {"no-cache", "no-store"} <= set(headers["cache-control"].split(", "))  # 7.3
            assert headers["referrer-policy"].split(",")[0] not in ("no-referrer-when-downgrade", "unsafe-url")  # 7.2
            assert "set-cookie" not in headers  # 7.4


def scanned_modules(modules: dict[str, Any]) -> list[str]:
    """The URLs of modules that the scan asks: not those of cacheable pages, which need no token."""
    listed = [each for kind in modules.values() for each in (kind if isinstance(kind, list) else [kind])]
    urls = [module["url"] for module in listed if "url" in module and not module.get("cacheable")]
    return [re.sub(r"\{[^}]*\}", "test", re.sub(r"\{condition\.[^}]*\}", "true", url)) for url in urls]


def scan(base_url: str, url: str, *, is_install: bool) -> list[tuple[int, Any, dict[str, str]]]:
    """What the scan asks at one URL, until it is let in: without a token, and with three that are none."""
    app, payload = JiraClient(base_url, ""), tokens.install_payload(clientKey=FAKE["iss"], key="csrt")
    aimed = {**FAKE, "aud": [f"{base_url}/atlassian-connect.json"]}
    posted = (
        [tokens.asymmetric({**aimed, "qsh": str(number)}, kid="fake-kid") for number in range(6)]
        if is_install
        else [PROBES["nothing"], PROBES["fake"], PROBES["none"]]
    )
    asked = [("GET", PROBES[name]) for name in ("nothing", "fake", "none")] + [("POST", token) for token in posted]
    answers = []
    for method, token in asked:
        answers.append(app.call(method, url, token, payload if method == "POST" else None))
        if answers[-1][0] < 400:
            break
    return answers


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
