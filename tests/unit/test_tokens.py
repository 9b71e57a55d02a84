"""The verifiers of tokens: what each lets in, and that everything else ends in the one refusal."""

from __future__ import annotations

import base64
import hmac
import json
from collections.abc import Callable
from contextlib import suppress
from hashlib import sha256
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st
from jwt.warnings import InsecureKeyLengthWarning

from chalicelib.connect.errors import UnauthorizedError
from chalicelib.connect.protocol.query_hash import query_hash
from chalicelib.connect.protocol.tokens import (
    LEEWAY,
    LONGEST_LIFE,
    MOST_CHARACTERS,
    Claims,
    claimed_issuer,
    install_key_id,
    verify_context_token,
    verify_install_token,
    verify_server_token,
)
from tests import strategies
from tests.tokens import CLIENT_KEY, KID, SECRET, asymmetric, claims, private_key, public_pem, symmetric

NOW = 1_795_510_800
BASE_URL = "https://app.example.com/base"
APP_KEY = "dormouse-time-in-status"
QSH = query_hash("POST", "/installed", {})

Verify = Callable[[str], Claims]


def install(token: str, *, key: str | None = None, now: float = NOW, base_url: str = BASE_URL) -> Claims:
    return verify_install_token(token, key or public_pem(), base_url=base_url, qsh=QSH, now=now)


def server(token: str, *, secrets: tuple[str, ...] = (SECRET,), now: float = NOW) -> Claims:
    audiences = {APP_KEY, BASE_URL}
    return verify_server_token(token, secrets, issuer=CLIENT_KEY, audiences=audiences, qsh=QSH, now=now)


def context(token: str, *, secrets: tuple[str, ...] = (SECRET,), now: float = NOW) -> Claims:
    return verify_context_token(token, secrets, issuer=CLIENT_KEY, audiences={APP_KEY}, now=now)


def good(**changes: Any) -> dict[str, Any]:
    """The claims of a token that is good at `NOW`, for installs as for server tokens."""
    made = {**claims(QSH, now=NOW, aud=[BASE_URL]), **changes}
    return {name: value for name, value in made.items() if value is not None}


def part(value: object) -> str:
    """One part of a token."""
    data = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def handmade(header: object, payload: object, secret: str = SECRET) -> str:
    """A token that is signed with HMAC whatever it says of itself, and holds whatever it is given."""
    signed = f"{part(header)}.{part(payload)}"
    return f"{signed}.{part(hmac.new(secret.encode(), signed.encode(), sha256).digest())}"


def signed(payload: dict[str, Any]) -> dict[Verify, str]:
    """The two kinds of tokens that hold the same claims, whatever these are, by what verifies them."""
    text = json.dumps(payload).encode()
    rs256 = jwt.api_jws.encode(text, private_key(), algorithm="RS256", headers={"kid": KID})
    return {server: handmade({"alg": "HS256"}, text), install: rs256}


def refusal(verify: Callable[[str], object], token: str) -> str:
    """Why `verify` refuses the token; fails when it does not, or in other words than always."""
    with pytest.raises(UnauthorizedError) as caught:
        verify(token)
    assert str(caught.value) == "The request carries no token that opens this route."
    assert caught.value.status == 401
    return caught.value.reason


# What is let in


def test_an_install_token_of_atlassian_tells_whose_install_it_is() -> None:
    token = asymmetric(good(sub="account-1"))

    assert install_key_id(token) == KID
    assert claimed_issuer(token) == CLIENT_KEY
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
@pytest.mark.parametrize(
    "value", ["null", '"1795510860"', "true", "false", "[1795510860]", "{}", "-1", "1e999", "1e17"]
)
def test_a_time_is_a_number_and_nothing_like_one(name: str, value: str) -> None:
    text = json.dumps({**good(), name: "here"}).replace('"here"', value)

    assert refusal(server, handmade({"alg": "HS256"}, text.encode())) in (name, "exp")


@pytest.mark.parametrize("value", ["NaN", "Infinity", "-Infinity", "9" * 5_000])
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
        assert refusal(claimed_issuer, token) == "iss"
        assert refusal(verify, token) == "iss"


def test_a_token_of_one_tenant_is_not_good_for_another() -> None:
    assert refusal(server, symmetric(good(iss="someone-else"))) == "iss"


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


# Algorithms, keys and signatures


@pytest.mark.parametrize(
    "algorithm", ["none", "None", "NONE", "HS384", "HS512", "hs256", "RS256", "", None, 5, ["HS256"]]
)
def test_a_server_token_says_hs256_and_nothing_else(algorithm: Any) -> None:
    assert refusal(server, handmade({"alg": algorithm}, good())) == "alg"
    assert refusal(server, f"{part({'alg': algorithm})}.{part(good())}.") == "alg"


@pytest.mark.parametrize("algorithm", ["none", "HS256", "RS384", "PS256", "ES256", "rs256", None])
def test_an_install_token_says_rs256_and_nothing_else(algorithm: Any) -> None:
    # Signed with the public key as if it were a secret: the classic confusion.
    token = handmade({"alg": algorithm, "kid": KID}, good(), public_pem())

    assert refusal(install_key_id, token) == "alg"
    assert refusal(install, token) == "alg"


def test_a_token_that_only_claims_to_be_rs256_is_refused() -> None:
    assert refusal(install, handmade({"alg": "RS256", "kid": KID}, good(), public_pem())) == "signature"


def test_a_key_that_is_not_atlassians_signs_no_install() -> None:
    other = generate_private_key(public_exponent=65537, key_size=2048)
    assert refusal(install, asymmetric(good(), key=other)) == "signature"


def test_a_key_that_is_too_short_for_rs256_opens_nothing_though_it_signed() -> None:
    short = generate_private_key(public_exponent=65537, key_size=1024)  # noqa: S505
    with pytest.warns(InsecureKeyLengthWarning):
        token = asymmetric(good(), key=short)

    assert refusal(lambda it: install(it, key=_pem(short.public_key())), token) == "signature"


def _pem(key: Any) -> str:
    return str(key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode())


@pytest.mark.parametrize(
    "key",
    [
        " ",
        "no key",
        "-----BEGIN PUBLIC KEY-----",
        "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----",
        _pem(ec.generate_private_key(ec.SECP256R1()).public_key()),
        _pem(ed25519.Ed25519PrivateKey.generate().public_key()),
        "ä\ud800",
    ],
)
def test_a_key_host_that_answers_anything_but_an_rsa_key_opens_nothing(key: str) -> None:
    assert refusal(lambda token: install(token, key=key), asymmetric(good())) == "signature"


@pytest.mark.parametrize("secrets", [(), ("",), (public_pem(),), ('{"kty": "oct", "k": "AAAA"}',), ("\ud800",)])
def test_a_tenant_without_a_usable_secret_opens_nothing(secrets: tuple[str, ...]) -> None:
    assert refusal(lambda token: server(token, secrets=secrets), symmetric(good())) == "signature"


def test_a_signature_over_other_claims_is_refused() -> None:
    header, _, signature = symmetric(good()).split(".")
    assert refusal(server, f"{header}.{part(good(sub='someone-else'))}.{signature}") == "signature"


@pytest.mark.parametrize(
    "kid", ["../x", "a/b", "a.b", "https://example.com/", "a b", "", "ä", "a\n", "x" * 129, "%2e%2e"]
)
def test_a_kid_that_could_be_more_than_a_name_is_refused(kid: str) -> None:
    assert refusal(install_key_id, asymmetric(good(), kid)) == "kid"


@pytest.mark.parametrize("kid", [None, 5, True, ["a"], {}])
def test_a_kid_is_a_text(kid: Any) -> None:
    assert refusal(install_key_id, handmade({"alg": "RS256", "kid": kid}, good())) in ("kid", "format")
    assert refusal(install_key_id, handmade({"alg": "RS256"}, good())) == "kid"


# Shapes


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
    for verify in (install, server, context, claimed_issuer, install_key_id):
        assert refusal(verify, token) in ("format", "size")


def test_a_token_as_long_as_allowed_is_read_and_a_longer_one_is_not() -> None:
    def padded(by: int) -> str:
        return symmetric(good(pad="x" * by))

    allowed = next(by for by in range(6_200, 5_000, -1) if len(padded(by)) <= MOST_CHARACTERS)
    assert server(padded(allowed)).issuer == CLIENT_KEY
    assert refusal(server, padded(allowed + 3)) == "size"


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
    for verify in (install, server, context, claimed_issuer, install_key_id):
        refusal(verify, token)


@strategies.patient
@given(strategies.values, st.one_of(st.binary(max_size=40), strategies.values))
def test_any_header_and_any_claims_are_refused_in_one_way(header: Any, payload: Any) -> None:
    token = handmade(header, payload)
    for verify in (install, server, context):
        refusal(verify, token)
    for read in (claimed_issuer, install_key_id):
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
