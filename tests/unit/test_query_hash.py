"""The query hash, clause by clause, and against implementations that are not ours."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from hashlib import sha256
from urllib.parse import quote, urlencode

import pytest
from atlassian_jwt.url_utils import canonicalize_request, hash_url
from hypothesis import assume, example, given
from hypothesis import strategies as st

from chalicelib.connect.protocol.query_hash import canonical_request, query_hash
from chalicelib.connect.web.request import Request
from tests import strategies
from tests.api_gateway import rest_event

FULLWIDTH_TILDE = "\uff5e"
"""The last but few of the basic plane: one UTF-16 unit, 0xFF5E."""
FACE = "\U0001f600"
"""Beyond the basic plane: two UTF-16 units, the first 0xD83D, which is less than 0xFF5E."""


def canonical(target: str, method: str = "GET", base_path: str = "") -> str:
    """The canonical form of a request as it is sent, by way of API Gateway's event."""
    request = Request.from_event(rest_event(method, target), "https://app.example.com")
    return canonical_request(request.method, request.path, request.query, base_path)


def test_the_example_in_atlassians_documentation_comes_out_as_printed_there() -> None:
    target = "/path/to/service?zee_last=param&repeated=parameter 1&first=param&repeated=parameter 2"
    printed = "GET&/path/to/service&first=param&repeated=parameter%201,parameter%202&zee_last=param"

    assert canonical(target) == printed


def test_the_hash_is_the_sha256_of_the_canonical_form_in_lower_case_hexadecimal() -> None:
    assert query_hash("GET", "/", {}) == sha256(b"GET&/&").hexdigest()
    assert query_hash("GET", "/", {}) == "c88caad15a1c1a900b8ac08aa9686f4e8184539bea1deda36e2f649430df3239"


def test_the_method_counts_in_capitals() -> None:
    assert canonical_request("post", "/installed", {}) == "POST&/installed&"


def test_an_empty_query_still_ends_in_its_separator() -> None:
    assert canonical("/installed") == canonical("/installed?") == "GET&/installed&"


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("", "/"),
        ("/", "/"),
        ("//", "/"),
        ("/a", "/a"),
        ("/a/", "/a"),
        ("/a//", "/a/"),  # one slash is dropped and no more
        ("//a", "//a"),
        ("a", "/a"),
        ("/a&b/c&", "/a%26b/c%26"),
        ("/webhooks/jira:issue_updated", "/webhooks/jira:issue_updated"),
        ("/webhooks/jira%3Aissue_updated", "/webhooks/jira%3Aissue_updated"),  # taken as it was sent
        ("/caf%c3%a9", "/caf%c3%a9"),
        ("/a;b=c/", "/a;b=c"),
        ("/a%2Fb%26", "/a%2Fb%26"),
    ],
)
def test_the_path_counts_as_it_was_sent_but_for_ampersands_and_one_last_slash(path: str, expected: str) -> None:
    assert canonical_request("GET", path, {}) == f"GET&{expected}&"


@pytest.mark.parametrize(
    ("path", "base_path", "expected"),
    [
        ("/dev/installed", "/dev", "/installed"),
        ("/dev/installed", "/dev/", "/installed"),
        ("/dev", "/dev", "/"),
        ("/dev/", "/dev", "/"),
        ("/development/installed", "/dev", "/development/installed"),
        ("/installed/dev", "/dev", "/installed/dev"),
        ("/dev/dev/installed", "/dev", "/dev/installed"),
        ("/a&b/installed", "/a&b", "/installed"),
        ("/a/b/installed", "/a/b", "/installed"),
        ("/installed", "", "/installed"),
        ("/installed", "/", "/installed"),
    ],
)
def test_the_base_path_is_dropped_where_a_segment_ends(path: str, base_path: str, expected: str) -> None:
    assert canonical_request("GET", path, {}, base_path) == f"GET&{expected}&"


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("b=1&a=2", "a=2&b=1"),
        ("a=b+c", "a=b%20c"),
        ("a=b%20c", "a=b%20c"),
        ("a=b%2Bc", "a=b%2Bc"),
        ("a+b=1&a%20b=2", "a%20b=1,2"),
        ("a=", "a="),
        ("a", "a="),
        ("a=&a=", "a=,"),
        ("a=2&b=&a=1", "a=1,2&b="),
        ("a=10&a=9", "a=10,9"),  # ordered as texts, not as numbers
        ("a=,&a=b", "a=%2C,b"),
        ("jwt=x.y.z&a=1", "a=1"),
        ("jwt=x&jwt=y", ""),
        ("JWT=1&jwtx=2", "JWT=1&jwtx=2"),
        ("a=%C3%A9&%C3%A9=a", "%C3%A9=a&a=%C3%A9"),
        ("a=-._~", "a=-._~"),
        ("a=!'()*", "a=%21%27%28%29%2A"),
        ("a=%2f%3d%26", "a=%2F%3D%26"),
        ("a=b=c", "a=b%3Dc"),
        ("a=%F0%9F%98%80", "a=%F0%9F%98%80"),
    ],
)
def test_the_query_is_ordered_and_encoded_anew(query: str, expected: str) -> None:
    assert canonical(f"/x?{query}") == f"GET&/x&{expected}"


def test_names_are_ordered_as_they_are_encoded() -> None:
    # As they are written, + comes before A; as %2B too, but then % also comes before every letter, digit and hyphen.
    assert canonical_request("GET", "/", {"é": ["1"], "-": ["2"], "a": ["3"], "+": ["4"]}) == (
        "GET&/&%2B=4&%C3%A9=1&-=2&a=3"
    )
    # One is a beginning of the other: the shorter comes first, though "=" would come after "%" and "-".
    assert canonical_request("GET", "/", {"a b": ["1"], "a": ["2"], "a-": ["3"]}) == "GET&/&a=2&a%20b=1&a-=3"


def test_values_are_ordered_before_they_are_encoded() -> None:
    # As %C3%A9 the second would come first.
    assert canonical_request("GET", "/", {"a": ["é", "z"]}) == "GET&/&a=z,%C3%A9"


def test_values_are_ordered_by_their_utf16_units() -> None:
    # Java and JavaScript compare strings so; by code point (and by UTF-8) the face would come last.
    assert canonical_request("GET", "/", {"a": [FULLWIDTH_TILDE, FACE]}) == "GET&/&a=%F0%9F%98%80,%EF%BD%9E"


def independent(method: str, path: str, query: Mapping[str, Sequence[str]]) -> str:
    """The rule once more, in the manner of Atlassian's JavaScript: character by character."""

    def units(text: str) -> list[int]:
        found: list[int] = []
        for point in map(ord, text):
            found += [point] if point < 0x10000 else [0xD800 + ((point - 0x10000) >> 10), 0xDC00 + (point & 0x3FF)]
        return found

    def encode(text: str) -> str:
        plain = re.compile(r"[A-Za-z0-9._~-]")
        return "".join(c if plain.match(c) else "".join(f"%{byte:02X}" for byte in c.encode()) for c in text)

    pairs = [(encode(name), [encode(value) for value in sorted(values, key=units)]) for name, values in query.items()]
    path = path.replace("&", "%26")
    path = path[:-1] if path.endswith("/") and path != "/" else path
    return "&".join([method, path, "&".join(f"{name}={','.join(values)}" for name, values in sorted(pairs))])


@strategies.patient
@given(st.sampled_from(["GET", "POST", "PUT", "DELETE"]), strategies.paths, strategies.queries)
def test_any_request_has_the_form_that_an_independent_reading_of_the_rule_gives_it(
    method: str, path: str, query: dict[str, list[str]]
) -> None:
    assume("jwt" not in query)
    assert canonical_request(method, path, query) == independent(method, path, query)


@strategies.patient
@given(strategies.paths, strategies.queries)
def test_a_token_in_the_query_and_the_order_of_the_query_change_nothing(path: str, query: dict[str, list[str]]) -> None:
    shuffled = {name: values[::-1] for name, values in reversed(query.items())}
    assert query_hash("GET", path, {**shuffled, "jwt": ["x"]}) == query_hash("GET", path, {**query, "jwt": ["y", "z"]})


@strategies.patient
@given(strategies.broken_texts, st.dictionaries(strategies.broken_texts, st.lists(strategies.broken_texts)))
@example("/\ud800", {"\udfff": ["\ud83d", "\ude00"]})
def test_whatever_an_event_may_hold_has_a_hash(path: str, query: dict[str, list[str]]) -> None:
    assert re.fullmatch(r"[0-9a-f]{64}", query_hash("GET", path, query, "/dev"))


_plain_segments = st.text("abcXYZ019-._~%&=@$", min_size=1, max_size=8)
plain_paths = st.lists(_plain_segments, max_size=4).map(lambda segments: "/" + "/".join(segments))
"""Paths that atlassian-jwt reads as we do; see the next tests for the others."""

_basic_texts = st.text(st.characters(codec="utf-8", max_codepoint=0xFFFF), max_size=8)
basic_queries = st.dictionaries(_basic_texts, st.lists(_basic_texts, min_size=1, max_size=4), max_size=5)
"""Queries without characters beyond the basic plane."""


@strategies.patient
@given(st.sampled_from(["GET", "post", "PUT"]), plain_paths, basic_queries, st.booleans())
def test_the_package_atlassian_jwt_agrees(method: str, path: str, query: dict[str, list[str]], plus: bool) -> None:
    sent = urlencode(query, doseq=True) if plus else urlencode(query, doseq=True, quote_via=quote)
    assert query_hash(method, path, query) == hash_url(method, f"{path}?{sent}")


def test_the_package_atlassian_jwt_orders_values_by_code_point_and_is_wrong() -> None:
    # Atlassian's servers are Java: String.compareTo goes by UTF-16 unit, as does JavaScript's sort in Atlassian's
    # own package for Node. Python's sort goes by code point, which differs beyond the basic plane.
    query = {"a": [FACE, FULLWIDTH_TILDE]}
    theirs = canonicalize_request("GET", "/?" + urlencode(query, doseq=True))

    assert theirs == "GET&/&a=%EF%BD%9E,%F0%9F%98%80"
    assert canonical_request("GET", "/", query) == "GET&/&a=%F0%9F%98%80,%EF%BD%9E"


@pytest.mark.parametrize(
    ("path", "theirs", "ours"),
    [
        # It strips every slash from both ends; the rule drops one at the end (Atlassian's package for Node too).
        ("/a//", "/a", "/a/"),
        ("//a", "/a", "//a"),
        # It takes ;x behind the last slash for parameters of the path, after which its trimming goes astray …
        ("/a/;x", "/a;x", "/a/;x"),
        # … and its escaping leaves them out, so that a path can pass for a path and a query.
        ("/a;x&b", "/a;x&b", "/a;x%26b"),
        # Without its slash, a first segment with a colon looks like the scheme of a URL.
        ("/jira:issue/updated", "/issue/updated", "/jira:issue/updated"),
    ],
)
def test_the_package_atlassian_jwt_cuts_some_paths_and_is_wrong(path: str, theirs: str, ours: str) -> None:
    assert canonicalize_request("GET", path) == f"GET&{theirs}&"
    assert canonical_request("GET", path, {}) == f"GET&{ours}&"
