"""The client goes to the tenant's own Jira and nowhere else, whatever an address says."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from hypothesis import example, given
from hypothesis import strategies as st

from chalicelib.connect.errors import JiraAddressError
from chalicelib.connect.jira.addresses import address
from tests import strategies

BASE = "https://burrow.atlassian.net"


@pytest.mark.parametrize(
    ("target", "query", "url"),
    [
        ("/rest/api/3/myself", None, f"{BASE}/rest/api/3/myself"),
        ("/rest/api/3/issue/BUR-1", {"fields": "status"}, f"{BASE}/rest/api/3/issue/BUR-1?fields=status"),
        (f"{BASE}/rest/api/3/project?startAt=50", None, f"{BASE}/rest/api/3/project?startAt=50"),
        ("HTTPS://Burrow.Atlassian.NET:443/rest", None, f"{BASE}/rest"),
        ("/rest?a=1", {"b": "2"}, f"{BASE}/rest?a=1&b=2"),
        (
            "/rest",
            {"a": ["x", "y"], "b": True, "c": False, "d": None, "e": 5},
            f"{BASE}/rest?a=x&a=y&b=true&c=false&e=5",
        ),
        ("/rest", {"jql": "a = b+c & ä"}, f"{BASE}/rest?jql=a%20%3D%20b%2Bc%20%26%20%C3%A4"),
        ("/rest/a%20b;c=1", None, f"{BASE}/rest/a%20b;c=1"),
    ],
)
def test_a_path_or_an_url_of_the_tenants_own_is_where_a_call_goes(target: str, query: Any, url: str) -> None:
    assert address(BASE, target, query).url == url


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example.com/rest",
        "https://burrow.atlassian.net.evil.example.com/rest",
        "https://burrow.atlassian.network/rest",
        "https://xburrow.atlassian.net/rest",
        "https://burrow.atlassian.net@evil.example.com/rest",
        "https://burrow.atlassian.net:pw@evil.example.com/rest",
        "https://user@burrow.atlassian.net/rest",
        "https://evil.example.com\\@burrow.atlassian.net/rest",
        "https://burrow.atlassian.net\\@evil.example.com/rest",
        "https://evil.example.com#@burrow.atlassian.net/rest",
        "https://burrow.atlassian.net#/rest",
        "https://burrow.atlassian.net:8443/rest",
        "https://burrow.atlassian.net:/rest",
        "https://burrow.atlassian.net./rest",
        "http://burrow.atlassian.net/rest",
        "http://burrow.atlassian.net:443/rest",
        "ftp://burrow.atlassian.net/rest",
        "https:/burrow.atlassian.net/rest",
        "https:///burrow.atlassian.net/rest",
        "https:\\\\burrow.atlassian.net\\rest",
        "https://bürrow.atlassian.net/rest",
        "http\u017f://burrow.atlassian.net/rest",
        "https://burrow%2eatlassian.net/rest",
        "https://burrow.atlassian.net",
        "https://burrow.atlassian.net?x=/rest",
        "//evil.example.com/rest",
        "///evil.example.com/rest",
        "/\\evil.example.com/rest",
        "\\\\evil.example.com/rest",
        "/\t/evil.example.com",
        "/rest\r\nHost: evil.example.com",
        "/rest?a=b\r\nX: y",
        " /rest",
        "/rest ",
        "rest",
        "",
        "@evil.example.com/rest",
        ".evil.example.com/rest",
        "/rest#fragment",
        "/rest/../secure/admin",
        "/rest/./x",
        "/rest/%2e%2E/secure",
        "/rest/..%2fsecure",
        "/rest/a%2Fb",
        "/rest/a%5cb",
        "/rest/..;x=1/secure",
        "/rest/ä",
        "/rest/%",
        "/rest/%zz",
        "/rest?a=%",
        "/rest?a=ä",
    ],
)  # fmt: skip
def test_every_other_address_is_refused(target: str) -> None:
    with pytest.raises(JiraAddressError) as caught:
        address(BASE, target)
    assert "evil" not in str(caught.value)


def test_a_base_url_may_have_a_path_of_its_own() -> None:
    base = "https://api.atlassian.com/ex/jira/cloud-1"

    assert address(base, "/rest/api/3/myself").url == f"{base}/rest/api/3/myself"
    assert address(base, f"{base}/rest?a=1").place == "/rest?a=1"
    for foreign in (
        "https://api.atlassian.com/ex/jira/cloud-2/rest",
        f"{base}0/rest",
        "https://api.atlassian.com/rest",
    ):
        with pytest.raises(JiraAddressError):
            address(base, foreign)


@strategies.patient
@given(
    st.one_of(
        st.text(max_size=60),
        st.lists(st.sampled_from([*"/\\@:?#.%;&\t\n ", "..", "%2e", "https:", BASE, "evil.example.com", "rest"])).map(
            "".join
        ),
        st.sampled_from(["@", ":", "\\", "\\@", ".", "#", "?", "/", "%2f", "\t"]).map(
            lambda it: f"{BASE}{it}evil.example.com/rest"
        ),
    )
)
@example(f"{BASE}/rest@evil.example.com")
@example("/%0a?%0a")
@example("/%41%7e?%41%7e")
def test_whatever_is_asked_for_requests_connects_to_the_tenants_own_host(target: str) -> None:
    try:
        url = address(BASE, target).url
    except JiraAddressError:
        return
    prepared = requests.Request("GET", url).prepare()
    sent = urlsplit(prepared.url or "")
    assert (sent.scheme, sent.netloc) == ("https", "burrow.atlassian.net")
    assert url.startswith(f"{BASE}/")
    assert sent.path == urlsplit(url).path


@strategies.patient
@given(st.dictionaries(strategies.texts, st.one_of(strategies.texts, st.lists(strategies.texts)), max_size=4))
def test_no_parameter_can_leave_the_query(query: Any) -> None:
    sent = urlsplit(address(BASE, "/rest", query).url)
    assert (sent.netloc, sent.path, sent.fragment) == ("burrow.atlassian.net", "/rest", "")
