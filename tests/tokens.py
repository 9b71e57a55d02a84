"""Tokens as Jira makes them, for tests that stand in Jira's place; with every way of making them wrongly."""

from __future__ import annotations

import json
import time
from functools import cache
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
    # Not jwt.encode: it refuses to make the very tokens that are to be refused.
    return jwt.api_jws.encode(json.dumps(payload).encode(), secret, algorithm="HS256", headers=header or None)


def asymmetric(payload: dict[str, Any], kid: str | None = KID, key: RSAPrivateKey | None = None) -> str:
    """A token that Atlassian's key signs."""
    return jwt.encode(payload, key or private_key(), algorithm="RS256", headers={"kid": kid} if kid is not None else {})


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
