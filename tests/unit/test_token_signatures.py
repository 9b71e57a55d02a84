"""Algorithms, keys and signatures: which of them open anything."""

from __future__ import annotations

from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt.warnings import InsecureKeyLengthWarning

from tests.tokens import KID, asymmetric, handmade, part, public_pem, symmetric
from tests.unit.token_bench import (
    claimed_install,
    good,
    install,
    refusal,
    server,
)


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

    assert refusal(claimed_install, token) == "alg"
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


@pytest.mark.parametrize("secrets", [(), ("",), ("\ud800",)])
def test_a_tenant_without_a_usable_secret_opens_nothing(secrets: tuple[str, ...]) -> None:
    assert refusal(lambda token: server(token, secrets=secrets), symmetric(good())) == "signature"


@pytest.mark.parametrize(
    "secret",
    [
        "",
        public_pem(),
        "ssh-ed25519 AAAA somebody@example.com",
        "ecdsa-sha2-nistp256 AAAA",
        '{"kty": "oct", "k": "AAAA"}',
        '\n {"kty": "RSA", "n": "AAAA"}',
    ],
)
def test_what_anyone_may_know_is_no_secret_though_it_signed(secret: str) -> None:
    token = handmade({"alg": "HS256"}, good(), secret)
    assert refusal(lambda it: server(it, secrets=(secret,)), token) == "signature"


def test_a_signature_over_other_claims_is_refused() -> None:
    header, _, signature = symmetric(good()).split(".")
    assert refusal(server, f"{header}.{part(good(sub='someone-else'))}.{signature}") == "signature"


@pytest.mark.parametrize(
    "kid", ["../x", "a/b", "a.b", "https://example.com/", "a b", "", "ä", "a\n", "x" * 129, "%2e%2e"]
)
def test_a_kid_that_could_be_more_than_a_name_is_refused(kid: str) -> None:
    assert refusal(claimed_install, asymmetric(good(), kid)) == "kid"


@pytest.mark.parametrize("kid", [None, 5, True, ["a"], {}])
def test_a_kid_is_a_text(kid: Any) -> None:
    assert refusal(claimed_install, handmade({"alg": "RS256", "kid": kid}, good())) == "kid"
    assert refusal(claimed_install, handmade({"alg": "RS256"}, good())) == "kid"
