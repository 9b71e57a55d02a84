"""The guards: each route opens for its one kind of token, and says the same to every other."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from chalicelib.connect.errors import JiraError, JiraForbiddenError, JiraUnavailableError, UnauthorizedError
from chalicelib.connect.protocol.query_hash import query_hash
from chalicelib.connect.storage.memory import RememberedTenants
from chalicelib.connect.web.guards import TenantGuard
from chalicelib.connect.web.request import Request
from tests import tokens
from tests.api_gateway import rest_event
from tests.fakes import no_tools
from tests.unit.bench import APP_KEY, BASE_URL, Bench, tenant_with


def test_no_key_is_asked_for_when_the_token_can_not_be_right(bench: Bench) -> None:
    bench.install(kid="../../etc/passwd")
    bench.install(kid="https://example.com/key")
    bench.install(clientKey="someone-else")
    bench.install(baseUrl="https://burrow.example.com")
    bench.call("POST", "/installed", tokens.symmetric(tokens.claims("x")), tokens.install_payload())
    qsh = query_hash("POST", "/installed", {})
    for wrong in ({"aud": ["https://csrt.example.com"]}, {"exp": 1_600_000_000}, {"qsh": "fake"}, {"sub": 5}):
        token = tokens.asymmetric({**tokens.claims(qsh, aud=[BASE_URL]), **wrong})
        assert bench.call("POST", "/installed", token, tokens.install_payload())[0] == 401

    assert bench.keys.asked == 0


@pytest.mark.parametrize(
    "wrong", [{"qsh": "fake"}, {"exp": 1_600_000_000}, {"iat": None}, {"aud": "another-app"}, {"sub": 5}], ids=str
)
@pytest.mark.parametrize("path", ["/enabled", "/api/data"])
def test_no_tenant_is_read_when_the_token_can_not_be_right(bench: Bench, path: str, wrong: dict[str, Any]) -> None:
    method, qsh = ("GET", "context-qsh") if path.startswith("/api") else ("POST", query_hash("POST", path, {}))
    reads = bench.tenants.reads
    made = {**tokens.claims(qsh, iss="a-tenant-that-nobody-knows"), **wrong}
    token = tokens.symmetric({name: value for name, value in made.items() if value is not None})

    assert bench.call(method, path, token, {})[0] == 401
    assert bench.tenants.reads == reads
    assert bench.call(method, path, tokens.asymmetric(tokens.claims(qsh)), {})[0] == 401
    assert bench.tenants.reads == reads


@pytest.mark.parametrize("audience", [APP_KEY, BASE_URL, BASE_URL + "/", tokens.CLIENT_KEY])
def test_an_audience_may_be_this_app_or_the_tenant_itself(bench: Bench, audience: str) -> None:
    bench.install()
    assert bench.signed("/webhooks/jira:issue_updated", {}, aud=audience)[0] == 204


def test_a_page_reads_data_of_the_issue_that_its_token_names(bench: Bench) -> None:
    bench.install()
    context = {"jira": {"issue": {"id": 10001, "key": "BUR-1"}}}
    token = tokens.symmetric(tokens.claims("context-qsh", context=context, sub="account-1"))

    assert bench.call("GET", "/api/data", token) == (200, {"issue": "10001", "account": "account-1"})


@pytest.mark.parametrize("context", [{}, {"jira": 5}, {"jira": {"issue": {"id": True}}}, {"jira": {"issue": []}}])
def test_a_token_that_names_no_issue_reads_no_issue(bench: Bench, context: dict[str, Any]) -> None:
    bench.install()

    token = tokens.symmetric(tokens.claims("context-qsh", context=context))
    assert bench.call("GET", "/api/data", token)[0] == 400


def test_every_bad_token_is_answered_with_the_same_words_on_every_route(bench: Bench) -> None:
    bench.install()
    answers = set()
    routes = [("POST", "/installed"), ("POST", "/enabled"), ("GET", "/api/data")]
    for method, path in routes:
        qsh = query_hash(method, path, {})
        for token in bad_tokens(path, qsh):
            status, error = bench.call(method, path, token, tokens.install_payload())
            answers.add((status, json.dumps(error)))

    assert answers == {
        (401, '{"Code": "UnauthorizedError", "Message": "The request carries no token that opens this route."}')
    }


def bad_tokens(path: str, qsh: str) -> list[str | None]:
    """Tokens that open neither route, each wrong in one way or of another kind."""
    right = "context-qsh" if path.startswith("/api") else qsh
    server = tokens.symmetric(tokens.claims(qsh))
    context = tokens.symmetric(tokens.claims("context-qsh"))
    install = tokens.asymmetric(tokens.claims(qsh, aud=[BASE_URL]))
    kinds = {"/installed": (server, context), "/enabled": (context, install), "/api/data": (server, install)}
    return [
        *kinds[path],
        None,
        "",
        "a.b.c",
        tokens.symmetric(tokens.claims(right, exp=1_600_000_000)),
        tokens.symmetric(tokens.claims(right, iss="another-tenant")),
        tokens.symmetric(tokens.claims(right), "a secret that is not the one of the tenant"),
        tokens.symmetric(tokens.claims("0" * 64)),
        tokens.asymmetric(tokens.claims(right, aud=["https://other.example.com"])),
        tokens.asymmetric(tokens.claims(right, aud=[BASE_URL]), kid="unknown-kid"),
        tokens.asymmetric(tokens.claims(right, aud=[BASE_URL]), kid=None),
    ]


def test_a_token_in_the_url_or_under_another_scheme_opens_nothing(bench: Bench) -> None:
    bench.install()
    token = tokens.symmetric(tokens.claims("context-qsh", context={"jira": {"issue": {"id": "1"}}}))

    assert bench.call("GET", "/api/data", headers={"Authorization": f"Bearer {token}"})[0] == 401
    assert bench.call("GET", f"/api/data?jwt={token}", resource="/api/data")[0] == 401


def test_a_secret_that_another_container_stored_is_read_before_a_token_is_refused(bench: Bench) -> None:
    bench.install()
    remembered = RememberedTenants(bench.tenants)
    guard = TenantGuard(APP_KEY, remembered, no_tools)
    remembered.get(tokens.CLIENT_KEY)
    newer = "another shared secret of more than thirty-two bytes"
    bench.tenants.update(tokens.CLIENT_KEY, lambda old: old and old.reinstalled(tenant_with(newer), time.time()))

    assert guard.context_token(from_a_page(newer)).tenant.shared_secret == newer


def test_a_tenant_that_was_deleted_since_it_was_read_opens_nothing(bench: Bench) -> None:
    bench.install()
    remembered = RememberedTenants(bench.tenants)
    tenant = remembered.get(tokens.CLIENT_KEY)
    assert tenant
    bench.tenants.remove(tenant.listed)

    with pytest.raises(UnauthorizedError):
        TenantGuard(APP_KEY, remembered, no_tools).context_token(from_a_page("a secret of somebody else altogether"))


def from_a_page(secret: str) -> Request:
    token = tokens.symmetric(tokens.claims("context-qsh"), secret)
    return Request.from_event(rest_event("GET", "/api/data", headers={"Authorization": f"JWT {token}"}), BASE_URL)


def test_a_warm_request_reads_no_tenant_again(bench: Bench) -> None:
    bench.install()
    remembered = RememberedTenants(bench.tenants)
    reads = bench.tenants.reads
    for _ in range(3):
        remembered.get(tokens.CLIENT_KEY)

    assert bench.tenants.reads == reads + 1


def test_a_failure_that_nobody_foresaw_is_answered_without_a_word_of_its_cause(bench: Bench) -> None:
    assert bench.call("GET", "/broken") == (
        500,
        {"Code": "InternalServerError", "Message": "Something went wrong here."},
    )


@pytest.mark.parametrize(("error", "status"), [(JiraUnavailableError, 503), (JiraForbiddenError, 500)])
def test_a_call_to_jira_that_failed_is_to_be_tried_again_where_that_can_help(
    bench: Bench, error: type[JiraError], status: int
) -> None:
    def fails(request: object) -> None:
        raise error("GET /rest/api/3/myself", "it failed")

    bench.routes.context_token("/api/fails")(fails)
    bench.install()
    answer = bench.call("GET", "/api/fails", tokens.symmetric(tokens.claims("context-qsh")))
    assert answer[0] == status
    assert "myself" not in answer[1]["Message"]


def test_every_route_knows_the_kind_of_token_that_opens_it(bench: Bench) -> None:
    assert bench.routes.token_kinds == {
        ("POST", "/installed"): "install",
        ("POST", "/uninstalled"): "install",
        ("POST", "/enabled"): "server",
        ("POST", "/disabled"): "server",
        ("POST", "/webhooks/{event}"): "server",
        ("GET", "/api/data"): "context",
        ("GET", "/broken"): "none",
        ("HEAD", "/broken"): "none",
    }


def test_half_a_surrogate_pair_in_an_answer_is_no_fault(bench: Bench) -> None:
    bench.install()
    context = {"jira": {"issue": {"id": "10001"}}}
    token = tokens.symmetric(tokens.claims("context-qsh", context=context, sub="account-\ud800"))

    assert bench.call("GET", "/api/data", token) == (200, {"issue": "10001", "account": "account-\ud800"})
