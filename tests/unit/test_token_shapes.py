"""What is no token, or hardly one: it is refused in the one way, whatever it is."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.connect.errors import UnauthorizedError
from chalicelib.connect.protocol.tokens import (
    LEEWAY,
    LONGEST_LIFE,
    MOST_CHARACTERS,
)
from tests import strategies
from tests.tokens import CLIENT_KEY, handmade, part, symmetric
from tests.unit.token_bench import (
    NOW,
    claimed_install,
    claimed_issuer,
    context,
    good,
    install,
    refusal,
    server,
    signed,
)


@pytest.mark.parametrize(
    "token",
    [
        "",
        ".",
        "..",
        "...",
        "a.b.c",
        "é.é.é",
        "\ud800.\ud800.\ud800",
        "\x00",
        f"{part({'alg': 'HS256'})}.{part(good())}",
        f"{part([])}.{part(good())}.{part(b'x')}",
        f"{part(5)}.{part(good())}.{part(b'x')}",
        f"{part(b'[' * 3_000)}.{part(good())}.{part(b'x')}",
        f"{part(b'not json')}.{part(good())}.{part(b'x')}",
        f"{part({'alg': 'HS256'})}.!!!!.{part(b'x')}",
        handmade({"alg": "HS256", "b64": False, "crit": ["b64"]}, good()),
        handmade({"alg": "HS256", "crit": ["exp"]}, good()),
        "x" * (MOST_CHARACTERS + 1),
    ],
)
def test_what_is_no_token_is_refused(token: str) -> None:
    for verify in (install, server, context, claimed_issuer, claimed_install):
        assert refusal(verify, token) in ("format", "size")


def test_a_token_as_long_as_allowed_is_read_and_a_longer_one_is_not() -> None:
    def padded(by: int) -> str:
        return symmetric(good(pad="x" * by))

    allowed = next(by for by in range(6_200, 5_000, -1) if len(padded(by)) <= MOST_CHARACTERS)
    assert server(padded(allowed)).issuer == CLIENT_KEY
    assert refusal(server, padded(allowed + 3)) == "size"
    assert refusal(server, "x" * MOST_CHARACTERS) == "format"
    assert refusal(server, "x" * (MOST_CHARACTERS + 1)) == "size"


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"not json",
        b"[]",
        b"null",
        b'"text"',
        b"\xff\xfe",
        json.dumps(good()).encode("utf-16"),
        b"\xef\xbb\xbf" + json.dumps(good()).encode(),
        json.dumps(good()).encode()[:-1] + b', "iss": "' + CLIENT_KEY.encode() + b'"}',
        json.dumps(good()).encode()[:-1] + b', "context": {"jira": 1, "jira": 2}}',
        b'{"a":' * 1_100,
    ],
)
def test_claims_are_one_json_object_that_everyone_reads_alike(payload: bytes) -> None:
    token = handmade({"alg": "HS256"}, payload)

    assert refusal(server, token) == "payload"
    assert refusal(claimed_issuer, token) == "payload"


@strategies.patient
@given(st.one_of(strategies.broken_texts, st.lists(st.text("ab-_=.AZ", max_size=9), max_size=5).map(".".join)))
def test_any_text_in_place_of_a_token_is_refused_in_one_way(token: str) -> None:
    for verify in (install, server, context, claimed_issuer, claimed_install):
        refusal(verify, token)


@strategies.patient
@given(strategies.values, st.one_of(st.binary(max_size=40), strategies.values))
def test_any_header_and_any_claims_are_refused_in_one_way(header: Any, payload: Any) -> None:
    token = handmade(header, payload)
    for verify in (install, server, context):
        refusal(verify, token)
    for read in (claimed_issuer, claimed_install):
        with suppress(UnauthorizedError):
            read(token)


@strategies.patient
@given(strategies.misshapen(good(nbf=NOW, sub="account-1", context={})))
def test_any_claims_that_are_truly_signed_are_let_in_or_refused_and_nothing_else(payload: dict[str, Any]) -> None:
    for verify, token in signed(payload).items():
        try:
            found = verify(token)
        except UnauthorizedError:
            continue
        assert found.issuer == CLIENT_KEY
        assert abs(found.issued_at - NOW) <= LONGEST_LIFE
        assert isinstance(found.account_id, str | None)
        assert isinstance(found.context, dict)


@strategies.patient
@given(st.integers(0, 10**6), st.sampled_from("ABCDwxyz0189-_"))
def test_one_changed_character_breaks_any_token(place: int, character: str) -> None:
    for verify, token in signed(good()).items():
        at = place % len(token)
        changed = token[:at] + character + token[at + 1 :]
        if changed != token:
            refusal(verify, changed)


@strategies.patient
@given(st.integers(-(10**5), 10**5))
def test_the_clock_alone_decides_when_a_good_token_ends(seconds: int) -> None:
    token = symmetric(good())
    if -LEEWAY <= seconds < 180 + LEEWAY:
        assert server(token, now=NOW + seconds).issued_at == NOW
    else:
        assert refusal(lambda it: server(it, now=NOW + seconds), token) in ("exp", "iat")
