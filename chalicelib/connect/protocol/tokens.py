"""Atlassian's tokens: one verifier per kind, each with its one algorithm.

| kind | signed with | opens |
|---|---|---|
| install token | RS256, Atlassian's key `kid` | ``/installed``, ``/uninstalled`` |
| server token | HS256, the tenant's shared secret, bound to the request by its query hash | webhooks and lifecycle |
| context token | HS256, the tenant's shared secret, bound to a page | ``/api`` |

`compact` takes a token apart and checks HS256; cryptography checks RS256, and is loaded for an install and for nothing
else. PyJWT would bring along all of cryptography, which takes as long as the rest of an install's cold start. The
claims are checked here, since PyJWT reads ``"exp": "9e9"`` and ``"exp": true`` as numbers, lets a key stand twice,
and knows no upper bound of a lifetime.

Source: https://developer.atlassian.com/cloud/jira/platform/understanding-jwt-for-connect-apps/ and
https://developer.atlassian.com/cloud/jira/platform/security-for-connect-apps/.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from hmac import compare_digest
from typing import Any

from chalicelib.connect.errors import UnauthorizedError
from chalicelib.connect.protocol.compact import Compact, is_signed_with, take_apart
from chalicelib.connect.protocol.strict_json import read_object
from chalicelib.connect.values import frozen

MOST_CHARACTERS = 8_192
"""A longer token is refused unread; Atlassian's are below 2,000."""

LEEWAY = 30
"""How far the two clocks may differ, in seconds."""

LONGEST_LIFE = 3_600
"""How long after `iat` a token may be good, in seconds. Atlassian's longest is 900."""

SMALLEST_KEY = 2_048
"""Bits of an RSA key that RS256 asks for at least."""

CLIENT_KEY = re.compile(r"[!-~]{1,128}")
"""What a client key may look like: it is a key in DynamoDB and the name of a group in SQS."""

_KID = re.compile(r"[A-Za-z0-9_-]{1,128}")


@frozen
class Claims:
    """What a verified token says."""

    issuer: str
    """The client key of the tenant."""
    issued_at: int
    """Seconds since the epoch."""
    account_id: str | None
    """The Atlassian account that is looking, where there is one."""
    context: Mapping[str, Any]
    """Where it is looking, such as ``{"jira": {"issue": {"id": "10001"}}}``."""


@frozen
class TenantToken:
    """A server token or context token in which all is right that can be seen without the secret.

    What can not be good costs no look-up so. Nothing is proved: `issuer` is enough to look up a secret, and no more.
    """

    compact: Compact
    claimed: Claims

    @property
    def issuer(self) -> str:
        """The client key of the tenant that it says it is from."""
        return self.claimed.issuer

    def verified(self, secrets: Iterable[str]) -> Claims:
        """What it says, if one of `secrets` has signed it; raises `UnauthorizedError`."""
        if not any(is_signed_with(self.compact, secret) for secret in secrets):
            raise UnauthorizedError("signature")
        return self.claimed


@frozen
class InstallToken:
    """The same of an install token: `key_id` is enough to look up a key of Atlassian's, and no more."""

    compact: Compact
    claimed: Claims
    key_id: str
    """The `kid`: a plain word that can neither be a path nor a URL."""

    @property
    def issuer(self) -> str:
        """The client key of the tenant that it says it is about."""
        return self.claimed.issuer

    def verified(self, public_key: str) -> Claims:
        """What it says, if the key with the PEM text `public_key` has signed it; raises `UnauthorizedError`."""
        if not _is_signed_by(self.compact, public_key):
            raise UnauthorizedError("signature")
        return self.claimed


def read_tenant_token(token: str, *, audiences: Collection[str], qsh: str, now: float) -> TenantToken:
    """The token that a tenant's Jira made for the request with the hash `qsh`, or with `CONTEXT_QSH` for a page.

    Jira sends no audience; one that is there must be among `audiences` or be the tenant. Raises `UnauthorizedError`.
    """
    compact = _taken_apart(token, "HS256")
    claims = _claims(compact)
    if "aud" in claims and not {*audiences, _issuer(claims)} & set(_audience(claims)):
        raise UnauthorizedError("aud")
    return TenantToken(compact, _checked(claims, qsh, now))


def read_install_token(token: str, *, base_url: str, qsh: str, now: float) -> InstallToken:
    """The token for an install or uninstall; `base_url` is the app's own, which must be its audience.

    Raises `UnauthorizedError`.
    """
    compact = _taken_apart(token, "RS256")
    kid = compact.header.get("kid")
    if not isinstance(kid, str) or not _KID.fullmatch(kid):
        raise UnauthorizedError("kid")
    claims = _claims(compact)
    if base_url.rstrip("/") not in {each.rstrip("/") for each in _audience(claims)}:
        raise UnauthorizedError("aud")
    return InstallToken(compact, _checked(claims, qsh, now), kid)


def _taken_apart(token: str, algorithm: str) -> Compact:
    if len(token) > MOST_CHARACTERS:
        raise UnauthorizedError("size")
    try:
        compact = take_apart(token)
    except ValueError:
        raise UnauthorizedError("format") from None
    if compact.header.get("alg") != algorithm:
        raise UnauthorizedError("alg")
    return compact


def _is_signed_by(token: Compact, public_key: str) -> bool:
    """Whether RS256 holds, as RFC 7518 (3.3) has it: RSA of 2048 bits or more, PKCS #1 v1.5, SHA-256."""
    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    try:
        key = load_pem_public_key(public_key.encode())
        if not isinstance(key, RSAPublicKey) or key.key_size < SMALLEST_KEY:
            return False
        key.verify(token.signature, token.signed, PKCS1v15(), SHA256())
    except (InvalidSignature, UnsupportedAlgorithm, ValueError):
        return False
    return True


def _claims(token: Compact) -> Mapping[str, Any]:
    try:
        return read_object(token.payload, unique=True)
    except ValueError:
        raise UnauthorizedError("payload") from None


def _audience(claims: Mapping[str, Any]) -> list[str]:
    audience = claims.get("aud")
    listed = [audience] if isinstance(audience, str) else audience
    if not isinstance(listed, list) or not all(isinstance(each, str) for each in listed):
        raise UnauthorizedError("aud")
    return listed


def _checked(claims: Mapping[str, Any], expected_qsh: str, now: float) -> Claims:
    qsh = claims.get("qsh")
    if not isinstance(qsh, str) or not qsh.isascii() or not compare_digest(qsh, expected_qsh):
        raise UnauthorizedError("qsh")
    issued_at, expires_at = _instant(claims, "iat"), _instant(claims, "exp")
    if expires_at <= now - LEEWAY or not issued_at < expires_at <= issued_at + LONGEST_LIFE:
        raise UnauthorizedError("exp")
    if issued_at > now + LEEWAY:
        raise UnauthorizedError("iat")
    if "nbf" in claims and _instant(claims, "nbf") > now + LEEWAY:
        raise UnauthorizedError("nbf")
    account_id, context = claims.get("sub"), claims.get("context")
    if account_id is not None and not isinstance(account_id, str):
        raise UnauthorizedError("sub")
    if context is not None and not isinstance(context, dict):
        raise UnauthorizedError("context")
    return Claims(_issuer(claims), issued_at, account_id, context or {})


def _issuer(claims: Mapping[str, Any]) -> str:
    issuer = claims.get("iss")
    if not isinstance(issuer, str) or not CLIENT_KEY.fullmatch(issuer):
        raise UnauthorizedError("iss")
    return issuer


def _instant(claims: Mapping[str, Any], name: str) -> int:
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 2**53:
        raise UnauthorizedError(name)
    return int(value)
