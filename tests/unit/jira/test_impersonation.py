"""Acting as a user: what an app must show for it, what it then may do, and for how long."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest

from devkit.jira.forms import document
from devkit.jira.host import JiraHost
from devkit.jira.installations import Installation
from tests.unit.jira.asking import V3, Asking
from tests.unit.jira.fake_app import FakeApp

SCOPES = ["READ", "WRITE", "ACT_AS_USER"]


@pytest.fixture(scope="module")
def site() -> Iterator[Asking]:
    with JiraHost() as jira:
        yield Asking(jira)


@pytest.fixture(scope="module")
def installed(site: Asking) -> Iterator[Installation]:
    with FakeApp(site.jira.install_keys_url, extra={"scopes": SCOPES}) as app:
        yield site.jira.install(app.descriptor_url)


@pytest.fixture
def robin(site: Asking) -> str:
    return site.jira.user("Robin Sedge").account_id


def test_an_app_acts_as_the_user_whose_token_it_got(site: Asking, installed: Installation, robin: str) -> None:
    status, given = site.grant(site.assertion(installed, robin))
    assert (status, given["expires_in"], given["token_type"]) == (200, 900, "Bearer")
    bearer = {"Authorization": f"Bearer {given['access_token']}"}
    path = f"{V3}/issue/{site.create()}/comment"
    assert site.ask("POST", path, {"body": document("Mine")}, bearer)[1]["author"]["displayName"] == "Robin Sedge"
    assert site.ask("GET", f"{V3}/webhook", None, bearer)[0] == 403, "webhooks are the app's own"


def test_atlassians_own_audience_is_taken_too(site: Asking, installed: Installation, robin: str) -> None:
    server = "https://oauth-2-authorization-server.services.atlassian.com"
    assert site.grant(site.assertion(installed, robin, aud=server))[0] == 200


def test_a_token_can_be_had_for_fewer_scopes_but_not_for_more(
    site: Asking, installed: Installation, robin: str
) -> None:
    assert site.grant(site.assertion(installed, robin), scope="READ")[1]["scope"] == "READ"
    status, told = site.grant(site.assertion(installed, robin), scope="READ ADMIN")
    assert (status, told["error"]) == (400, "invalid_scope")


NOW = int(time.time())


@pytest.mark.parametrize(
    ("claims", "error", "said"),
    [
        ({"aud": "https://auth.atlassian.io"}, "invalid_grant", "Invalid aud"),
        ({"tnt": "https://other.atlassian.net"}, "invalid_grant", "Invalid tnt"),
        ({"iss": "urn:atlassian:connect:clientid:other"}, "invalid_client", "iss must be"),
        ({"sub": "urn:atlassian:connect:useraccountid:nobody"}, "invalid_grant", "sub must be"),
        ({"sub": "urn:atlassian:connect:userkey:admin"}, "invalid_grant", "sub must be"),
        ({"iat": NOW - 900, "exp": NOW - 840}, "invalid_grant", "expired"),
        ({"exp": NOW + 3600}, "invalid_grant", "at most 60 s"),
        ({"exp": "soon"}, "invalid_grant", "numbers"),
        ({"iat": None}, "invalid_grant", "iat"),
    ],
)
def test_an_assertion_that_is_not_right_is_refused_with_the_reason(
    site: Asking, installed: Installation, robin: str, claims: dict[str, Any], error: str, said: str
) -> None:
    status, told = site.grant(site.assertion(installed, robin, **claims))
    assert (status, told["error"]) == (401 if error == "invalid_client" else 400, error)
    assert said in told["error_description"]


def test_an_assertion_of_a_foreign_secret_or_grant_is_refused(
    site: Asking, installed: Installation, robin: str
) -> None:
    assert site.grant(site.assertion(installed, robin, secret="s" * 48))[1]["error"] == "invalid_grant"
    assert site.grant("nonsense")[1]["error"] == "invalid_grant"
    told = site.grant(site.assertion(installed, robin), grant_type="password")[1]
    assert told["error"] == "unsupported_grant_type"


def test_an_app_without_the_scope_gets_no_token(site: Asking, robin: str) -> None:
    with FakeApp(site.jira.install_keys_url, extra={"key": "modest"}) as app:
        modest = site.jira.install(app.descriptor_url)
        assert site.grant(site.assertion(modest, robin))[1]["error"] == "unauthorized_client"


def test_a_token_dies_with_the_app_and_with_time(robin: str) -> None:
    now = time.time()
    with JiraHost(clock=lambda: now) as jira, FakeApp(jira.install_keys_url, extra={"scopes": SCOPES}) as app:
        site = Asking(jira)
        installed = jira.install(app.descriptor_url)
        bearer = [
            {"Authorization": f"Bearer {site.grant(site.assertion(installed, robin))[1]['access_token']}"}
            for _ in range(2)
        ]
        assert site.ask("GET", f"{V3}/myself", headers=bearer[0])[0] == 200
        jira.enable(app.key, enabled=False)
        status, told, _ = site.ask("GET", f"{V3}/myself", headers=bearer[0])
        assert (status, "switched off" in told["errorMessages"][0]) == (401, True)
        jira.enable(app.key)
        now += 901
        status, told, _ = site.ask("GET", f"{V3}/myself", headers=bearer[1])
        assert (status, "expired" in told["errorMessages"][0]) == (401, True)
        assert site.ask("GET", f"{V3}/myself", headers={"Authorization": "Bearer x"})[0] == 401
