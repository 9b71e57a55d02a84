"""API Gateway's events in the words of HTTP, and what a verified request says of its place."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.connect.errors import BadRequestError, UnauthorizedError
from chalicelib.connect.protocol.query_hash import canonical_request
from chalicelib.connect.tenants import Tenant
from chalicelib.connect.web.request import Request, TenantRequest
from tests import strategies
from tests.api_gateway import STAGE_DOMAIN, rest_event
from tests.fakes import no_tools

CUSTOM = "jira.example.com"


def request(method: str, target: str, **event: Any) -> Request:
    return Request.from_event(rest_event(method, target, **event), None)


# The base URL


@pytest.mark.parametrize(
    ("domain", "prefix", "base_url"),
    [
        (STAGE_DOMAIN, "/dev", f"https://{STAGE_DOMAIN}/dev"),
        (CUSTOM, "", f"https://{CUSTOM}"),
        (CUSTOM, "/time", f"https://{CUSTOM}/time"),
        (CUSTOM, "/apps/time", f"https://{CUSTOM}/apps/time"),
    ],
)
@pytest.mark.parametrize(
    ("target", "resource"),
    [
        ("/installed", "/installed"),
        ("/installed/", "/installed"),
        ("/webhooks/jira:issue_updated", "/webhooks/{event}"),
        ("/webhooks/jira%3Aissue_updated?a=/b/c", "/webhooks/{event}"),
        ("/pages/issue-panel/", "/pages/{page}"),
        ("/atlassian-connect.json", "/atlassian-connect.json"),
        ("/", "/"),
    ],
)
def test_the_base_url_is_what_api_gateway_serves_the_app_at(
    domain: str, prefix: str, base_url: str, target: str, resource: str
) -> None:
    came = request("POST", target, resource=resource, domain=domain, prefix=prefix)

    assert came.base_url == base_url
    # So the path below it is the same everywhere, and with it the query hash.
    path = target.partition("?")[0].rstrip("/") or "/"
    assert canonical_request("POST", came.path, {}) == f"POST&{path}&"


def test_the_base_url_in_the_settings_goes_before() -> None:
    came = Request.from_event(rest_event("GET", "/installed"), "https://app.example.com")
    assert (came.base_url, came.path) == ("https://app.example.com", "/installed")


def test_no_header_of_the_caller_decides_the_base_url() -> None:
    forged = {
        "Host": "evil.example.com",
        "X-Forwarded-Host": "evil.example.com",
        "X-Forwarded-Proto": "http",
        "Forwarded": "host=evil.example.com",
    }
    assert request("GET", "/installed", headers=forged).base_url == f"https://{STAGE_DOMAIN}/dev"


# Parts


def test_a_request_is_told_in_the_words_of_http() -> None:
    came = request(
        "POST",
        "/webhooks/jira%3Aissue_updated?b=2&a=1&a=%2B+%C3%A4",
        resource="/webhooks/{event}",
        headers={"X-Atlassian-Webhook-Identifier": "w1"},
        body='{"issue": "ä"}',
    )

    assert came.method == "POST"
    assert came.path == "/webhooks/jira%3Aissue_updated"
    assert came.parameters == {"event": "jira:issue_updated"}
    assert came.query == {"a": ["1", "+ ä"], "b": ["2"]}
    assert came.headers["x-atlassian-webhook-identifier"] == "w1"
    assert came.body == '{"issue": "ä"}'.encode()


def test_what_one_parameter_holds_is_not_taken_for_the_name_of_another() -> None:
    event = rest_event("GET", "/api/x/y", resource="/api/{a}/{b}")
    event["pathParameters"] = {"a": "{b}", "b": "y"}
    assert Request.from_event(event, None).path == "/api/{b}/y"


def test_a_request_without_query_headers_parameters_and_body_is_empty() -> None:
    event = {**rest_event("GET", "/installed"), "headers": None}
    came = Request.from_event(event, None)
    assert (came.query, came.headers, came.parameters, came.body) == ({}, {}, {}, b"")


@strategies.patient
@given(st.binary(max_size=200))
def test_a_body_in_base64_comes_out_as_it_was_sent(body: bytes) -> None:
    assert request("POST", "/installed", body=body).body == body


@strategies.patient
@given(strategies.texts)
def test_a_body_of_text_comes_out_as_utf8(body: str) -> None:
    assert request("POST", "/installed", body=body).body == body.encode()


@pytest.mark.parametrize("body", ["!", "abc", "äöü=", "YWJj YWJj", "=", "\ud800"])
def test_a_body_that_is_no_base64_is_a_bad_request(body: str) -> None:
    event = {**rest_event("POST", "/installed", body=body), "isBase64Encoded": True}
    with pytest.raises(BadRequestError, match="not base64"):
        Request.from_event(event, None)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (None, "it is not JSON"),
        ("", "it is not JSON"),
        ("[]", "it is not a JSON object"),
        ('"text"', "it is not a JSON object"),
        ('{"a": NaN}', "NaN is not JSON"),
        ('{"a": ' * 50_000, "the JSON is nested too deeply"),
        ("\ud800", "the JSON is not UTF-8"),
        (b"\xff", "the JSON is not UTF-8"),
        ('{"issue": 1}'.encode("utf-16"), "the JSON is not UTF-8"),
        (b'{"a": "\xed\xa0\x80"}', "the JSON is not UTF-8"),
    ],
)
def test_a_body_that_is_no_json_object_is_a_bad_request(body: str | bytes | None, reason: str) -> None:
    came = request("POST", "/webhooks/comment_created", body=body)
    with pytest.raises(BadRequestError, match=f"The body can not be used: {reason}"):
        came.json_object()


@strategies.patient
@given(st.binary(max_size=100))
def test_a_body_that_was_read_as_json_is_a_text(body: bytes) -> None:
    # The webhook route puts it on the queue as one.
    came = request("POST", "/webhooks/comment_created", body=b'{"a": "' + body + b'"}')
    try:
        came.json_object()
    except BadRequestError:
        return
    assert came.body.decode()


def test_a_body_may_name_a_key_twice_only_where_it_does_no_harm() -> None:
    came = request("POST", "/installed", body='{"clientKey": "a", "clientKey": "b"}')

    assert came.json_object() == {"clientKey": "b"}
    with pytest.raises(BadRequestError, match="names a key twice"):
        came.json_object(unique=True)


# The token


@pytest.mark.parametrize("value", ["JWT a.b.c", "jwt a.b.c", "Jwt  a.b.c ", "JWT \ta.b.c"])
def test_the_token_stands_in_the_authorization_header(value: str) -> None:
    assert request("GET", "/api", headers={"authorization": value}).token() == "a.b.c"
    assert request("GET", "/api", headers={"AUTHORIZATION": value}).token() == "a.b.c"


@pytest.mark.parametrize(
    "value", ["", "JWT", "JWT ", "JWT  ", "Bearer a.b.c", "a.b.c", "JWTa.b.c", "JWT=a.b.c", " JWT a"]
)
def test_what_is_no_such_header_is_no_token(value: str) -> None:
    with pytest.raises(UnauthorizedError):
        request("GET", "/api", headers={"Authorization": value}).token()


def test_a_token_in_the_query_is_none() -> None:
    with pytest.raises(UnauthorizedError):
        request("GET", "/api?jwt=a.b.c").token()


# The place


def tenant_request(context: dict[str, Any]) -> TenantRequest:
    tenant = Tenant(
        client_key="1111", shared_secret="a secret", base_url="https://burrow.atlassian.net", lifecycle_at=0
    )
    return TenantRequest(
        http=request("GET", "/api?issue=10002"),
        tenant=tenant,
        account_id=None,
        context=context,
        tools=lambda: no_tools(tenant),
    )


@pytest.mark.parametrize("identity", ["10001", 10001])
def test_a_page_is_in_the_place_that_the_token_names_whatever_its_query_says(identity: Any) -> None:
    came = tenant_request({"jira": {"issue": {"id": identity, "key": "BUR-1"}, "project": {"id": identity}}})

    assert came.issue_id == "10001"
    assert came.project_id == "10001"
    assert came.query == {"issue": ["10002"]}


@pytest.mark.parametrize(
    "identity",
    [
        None,
        True,
        False,
        "",
        "BUR-1",
        "10001\n",
        " 10001",
        "-1",
        "1" * 20,
        10**19,
        -1,
        10001.0,
        "\uff11\uff10",
        [10001],
        {},
    ],
)
def test_what_is_no_id_of_an_issue_names_none(identity: Any) -> None:
    came = tenant_request({"jira": {"issue": {"id": identity}}})
    with pytest.raises(BadRequestError, match="not shown in the place of any issue"):
        _ = came.issue_id


@strategies.patient
@given(st.one_of(strategies.objects, strategies.values.map(lambda it: {"jira": it})))
def test_any_context_names_an_issue_by_digits_or_none(context: dict[str, Any]) -> None:
    try:
        found = tenant_request(context).issue_id
    except BadRequestError:
        return
    assert found.isascii()
    assert found.isdigit()
