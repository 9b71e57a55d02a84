"""Tokens in their compact form, and HS256: what is needed of JWT before an install needs more.

Own code, where PyJWT would do: PyJWT can not be told to leave cryptography out, and the two take longer to import than
all the rest of a cold start. It is as strict as PyJWT: `tests/security/test_advisories.py` has what that once let pass.
Source: https://www.rfc-editor.org/rfc/rfc7515 (3.1, 5.2 and A.1).
"""

import json
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from hmac import compare_digest, digest
from typing import Any

from chalicelib.connect.protocol.strict_json import read_object
from chalicelib.connect.values import frozen

_TOKEN = re.compile(r"([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]*)\.([A-Za-z0-9_-]*)", re.ASCII)


@frozen
class Compact:
    """A token, taken apart; nothing of it is proved."""

    header: Mapping[str, Any]
    payload: bytes
    signed: bytes
    """What the signature is of."""
    signature: bytes


def take_apart(token: str) -> Compact:
    """The parts of `token`; raises `ValueError`.

    Refuses a text that is not the one way of writing these parts down, and a header that is no JSON object or names a
    rule that must be understood (``crit``, ``b64``): none is understood here.
    """
    found = _TOKEN.fullmatch(token)
    if found is None:
        raise ValueError("it is not of three parts")
    header = read_object(_decoded(found[1]), unique=True)
    if "crit" in header or header.get("b64", True) is not True:
        raise ValueError("it asks for more than is understood")
    signed = f"{found[1]}.{found[2]}".encode()
    return Compact(header, _decoded(found[2]), signed, _decoded(found[3]))


def is_signed_with(token: Compact, secret: str) -> bool:
    """Whether HS256 with `secret` gives the signature; never with a secret that is empty or really a public key."""
    try:
        expected = digest(secret.encode(), token.signed, "sha256")
    except UnicodeEncodeError:
        return False
    return compare_digest(expected, token.signature) and bool(secret) and not _is_public_key(secret)


def hs256(claims: Mapping[str, Any], secret: str) -> str:
    """A token that holds `claims`, signed with `secret`."""
    parts = ({"alg": "HS256", "typ": "JWT"}, claims)
    signed = ".".join(_encoded(json.dumps(part, separators=(",", ":")).encode()) for part in parts)
    return f"{signed}.{_encoded(digest(secret.encode(), signed.encode(), 'sha256'))}"


def _is_public_key(secret: str) -> bool:
    # Anyone may know a public key: taken for a secret, it would let anyone sign (RFC 8725, 2.1).
    if "-----BEGIN " in secret or re.match(r"(ssh|ecdsa|sk-ssh|sk-ecdsa)-\S+ ", secret):
        return True
    try:
        return secret.lstrip().startswith("{") and "kty" in read_object(secret)
    except ValueError:
        return False


def _encoded(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def _decoded(text: str) -> bytes:
    data = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if _encoded(data) != text:
        raise ValueError("it could be written down otherwise")
    return data
