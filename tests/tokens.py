"""Tokens as Jira makes them, for tests that stand in Jira's place; with every way of making them wrongly."""

from __future__ import annotations

import base64
import hmac
import json
import time
from functools import cache
from hashlib import sha256
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

SECRET = "a shared secret of more than thirty-two bytes"
CLIENT_KEY = "11111111-2222-3333-4444-555555555555"
KID = "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee"


@cache
def private_key() -> RSAPrivateKey:
    """The key that stands for Atlassian's."""
    return generate_private_key(public_exponent=65537, key_size=2048)


@cache
def public_pem() -> str:
    """The other half of `private_key`, as Atlassian's hosts hand it out."""
    return private_key().public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def claims(qsh: str | None, *, now: float | None = None, **changes: Any) -> dict[str, Any]:
    """Claims as Jira writes them; `changes` replaces some, and None removes one."""
    issued = int(time.time() if now is None else now)
    made = {"iss": CLIENT_KEY, "iat": issued, "exp": issued + 180, "qsh": qsh, **changes}
    return {name: value for name, value in made.items() if value is not None}


def symmetric(payload: dict[str, Any], secret: str = SECRET, **header: Any) -> str:
    """A token that a shared secret signs."""
    return _encoded(payload, secret, "HS256", header)


def asymmetric(payload: dict[str, Any], kid: str | None = KID, key: RSAPrivateKey | None = None) -> str:
    """A token that Atlassian's key signs."""
    return _encoded(payload, key or private_key(), "RS256", {"kid": kid} if kid is not None else {})


def _encoded(payload: dict[str, Any], key: str | RSAPrivateKey, algorithm: str, header: dict[str, Any]) -> str:
    # Not jwt.encode: it refuses to make the very tokens that are to be refused.
    return jwt.api_jws.encode(json.dumps(payload).encode(), key, algorithm, header)


def part(value: object) -> str:
    """One part of a token: bytes as they are, all else as JSON."""
    data = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def handmade(header: object, payload: object, secret: str = SECRET) -> str:
    """A token that is signed with HMAC whatever it says of itself, and holds whatever it is given."""
    signed = f"{part(header)}.{part(payload)}"
    return f"{signed}.{part(hmac.new(secret.encode(), signed.encode(), sha256).digest())}"


def install_payload(event: str = "installed", **changes: Any) -> dict[str, Any]:
    """What Jira sends on an install; `changes` replaces some, and None removes one."""
    made = {
        "key": "dormouse-time-in-status",
        "clientKey": CLIENT_KEY,
        "sharedSecret": SECRET,
        "serverVersion": "100100",
        "pluginsVersion": "1.0.0",
        "baseUrl": "https://burrow.atlassian.net",
        "displayUrl": "https://burrow.atlassian.net",
        "productType": "jira",
        "description": "Burrow",
        "eventType": event,
        **changes,
    }
    return {name: value for name, value in made.items() if value is not None}
