"""What a token that opens a route says: who, when and for which request. All else ends in the one refusal."""

from __future__ import annotations

import json
from typing import Any

import pytest

from chalicelib.connect.protocol.query_hash import query_hash
from chalicelib.connect.protocol.tokens import (
    LEEWAY,
    LONGEST_LIFE,
    Claims,
)
from tests.tokens import CLIENT_KEY, KID, SECRET, asymmetric, claims, handmade, symmetric
from tests.unit.token_bench import (
    APP_KEY,
    BASE_URL,
    NOW,
    QSH,
    claimed_install,
    claimed_issuer,
    context,
    good,
    install,
    refusal,
    server,
    signed,
)

# What is let in


def test_an_install_token_of_atlassian_tells_whose_install_it_is() -> None:
    token = asymmetric(good(sub="account-1"))

    assert claimed_install(token) == (KID, CLIENT_KEY)
    assert install(token) == Claims(CLIENT_KEY, NOW, "account-1", {})


def test_a_server_token_tells_which_tenant_sent_it() -> None:
    assert server(symmetric(claims(QSH, now=NOW))) == Claims(CLIENT_KEY, NOW, None, {})


def test_a_context_token_tells_who_looks_and_where() -> None:
    place = {"jira": {"issue": {"id": "10001", "key": "BUR-1"}, "project": {"id": "10000"}}}
    token = symmetric(claims("context-qsh", now=NOW, sub="account-1", aud=APP_KEY, context=place))

    assert context(token) == Claims(CLIENT_KEY, NOW, "account-1", place)


@pytest.mark.parametrize("audience", [BASE_URL, [BASE_URL], [BASE_URL + "/"], ["https://eu.example.com", BASE_URL]])
def test_an_install_is_for_this_app_with_or_without_a_slash(audience: Any) -> None:
    assert install(asymmetric(good(aud=audience))).issuer == CLIENT_KEY
    assert install(asymmetric(good(aud=audience)), base_url=BASE_URL + "/").issuer == CLIENT_KEY


def test_a_secret_that_an_install_has_replaced_opens_as_long_as_it_is_given() -> None:
    former = "the former secret, of more than thirty-two bytes too"
    token = symmetric(claims(QSH, now=NOW), former)

    assert server(token, secrets=(SECRET, former)).issuer == CLIENT_KEY
    assert refusal(server, token) == "signature"


def test_a_secret_of_many_scripts_works() -> None:
    secret = "größer als zweiunddreißig Bytes: \N{GRINNING FACE}"
    assert server(symmetric(claims(QSH, now=NOW), secret), secrets=(secret,)).issuer == CLIENT_KEY


# Times


@pytest.mark.parametrize(
    ("issued", "expires", "reason"),
    [
        (NOW, NOW + 1, None),
        (NOW, NOW + LONGEST_LIFE, None),
        (NOW, NOW + LONGEST_LIFE + 1, "exp"),
        (NOW, NOW, "exp"),
        (NOW, NOW - 1, "exp"),
        (NOW, 0, "exp"),
        (0, NOW + 60, "exp"),
        (0, 2**53 - 1, "exp"),
        (NOW - 180, NOW - LEEWAY + 1, None),
        (NOW - 180, NOW - LEEWAY, "exp"),
        (NOW + LEEWAY, NOW + LEEWAY + 180, None),
        (NOW + LEEWAY + 1, NOW + LEEWAY + 180, "iat"),
        (NOW + 0.5, NOW + 180.5, None),
    ],
)
def test_a_token_is_good_for_its_bounded_time_and_the_leeway(issued: float, expires: float, reason: str | None) -> None:
    for verify, token in signed(good(iat=issued, exp=expires)).items():
        if reason is None:
            assert verify(token).issuer == CLIENT_KEY
        else:
            assert refusal(verify, token) == reason


@pytest.mark.parametrize(("before", "reason"), [(0, None), (NOW + LEEWAY, None), (NOW + LEEWAY + 1, "nbf")])
def test_a_token_may_say_from_when_on_it_is_good(before: int, reason: str | None) -> None:
    token = symmetric(good(nbf=before))
    if reason is None:
        assert server(token).issuer == CLIENT_KEY
    else:
        assert refusal(server, token) == reason


@pytest.mark.parametrize("name", ["iat", "exp", "nbf"])
@pytest.mark.parametrize("value", ["null", '"1795510860"', "true", "false", "[1795510860]", "{}", "-1", "1e17"])
def test_a_time_is_a_number_and_nothing_like_one(name: str, value: str) -> None:
    text = json.dumps({**good(), name: "here"}).replace('"here"', value)

    assert refusal(server, handmade({"alg": "HS256"}, text.encode())) in (name, "exp")


@pytest.mark.parametrize("value", ["NaN", "Infinity", "-Infinity", "1e999", "9" * 5_000])
def test_a_time_that_is_no_number_of_json_is_refused_with_all_the_payload(value: str) -> None:
    text = json.dumps({**good(), "exp": "here"}).replace('"here"', value)

    assert refusal(server, handmade({"alg": "HS256"}, text.encode())) == "payload"


@pytest.mark.parametrize("name", ["iss", "iat", "exp", "qsh"])
def test_no_token_may_leave_out_who_when_and_for_which_request(name: str) -> None:
    for verify, token in signed(good(**{name: None})).items():
        assert refusal(verify, token) == name


# Claims


@pytest.mark.parametrize("issuer", [None, 5, True, [CLIENT_KEY], {}, "", " ", "a b", "ä", "x" * 129, CLIENT_KEY + "\n"])
def test_an_issuer_is_a_short_plain_word(issuer: Any) -> None:
    for verify, token in signed({**good(), "iss": issuer}).items():
        assert refusal(claimed_issuer if verify is server else claimed_install, token) == "iss"
        assert refusal(verify, token) == "iss"


@pytest.mark.parametrize(
    "audience",
    [
        "https://evil.example.com",
        [],
        [""],
        [5],
        [BASE_URL, 5],
        [[BASE_URL]],
        5,
        True,
        {BASE_URL: BASE_URL},
        "",
        BASE_URL + "/more",
        BASE_URL.upper(),
    ],
)
def test_a_token_for_another_audience_is_refused(audience: Any) -> None:
    for verify, token in signed(good(aud=audience)).items():
        assert refusal(verify, token) == "aud"


def test_an_install_without_an_audience_is_refused() -> None:
    assert refusal(install, asymmetric(good(aud=None))) == "aud"


@pytest.mark.parametrize(
    "qsh", ["", QSH.upper(), QSH + "0", query_hash("POST", "/uninstalled", {}), 5, True, [QSH], "ä"]
)
def test_a_token_for_another_request_is_refused(qsh: Any) -> None:
    for verify, token in signed(good(qsh=qsh)).items():
        assert refusal(verify, token) == "qsh"


def test_a_context_token_opens_no_route_for_server_tokens_and_the_other_way_round() -> None:
    assert refusal(server, symmetric(claims("context-qsh", now=NOW))) == "qsh"
    assert refusal(install, asymmetric(good(qsh="context-qsh"))) == "qsh"
    assert refusal(context, symmetric(claims(QSH, now=NOW))) == "qsh"


@pytest.mark.parametrize(("name", "value"), [("sub", 5), ("sub", ["a"]), ("context", "jira"), ("context", [])])
def test_who_and_where_have_their_types(name: str, value: Any) -> None:
    for verify, token in signed(good(**{name: value})).items():
        assert refusal(verify, token) == name
