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
from collections.abc import Callable, Collection, Iterable, Mapping
from hmac import compare_digest
from typing import Any

from chalicelib.connect.errors import UnauthorizedError
from chalicelib.connect.protocol.compact import Compact, is_signed_with, take_apart
from chalicelib.connect.protocol.query_hash import CONTEXT_QSH
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
class Unverified:
    """A token that was read, and of which nothing is proved: enough to look up a secret or a key, and for no more."""

    compact: Compact
    claims: Mapping[str, Any]

    @property
    def issuer(self) -> str:
        """Who it says that it is from, a client key; raises `UnauthorizedError`."""
        issuer = self.claims.get("iss")
        if not isinstance(issuer, str) or not CLIENT_KEY.fullmatch(issuer):
            raise UnauthorizedError("iss")
        return issuer

    @property
    def key_id(self) -> str:
        """The `kid` that an install token names, a plain word that can neither be a path nor a URL; raises
        `UnauthorizedError`."""
        kid = self.compact.header.get("kid")
        if self.compact.header.get("alg") != "RS256":
            raise UnauthorizedError("alg")
        if not isinstance(kid, str) or not _KID.fullmatch(kid):
            raise UnauthorizedError("kid")
        return kid


def read(token: str) -> Unverified:
    """Takes a token apart, once for all that is asked of it; raises `UnauthorizedError`."""
    if len(token) > MOST_CHARACTERS:
        raise UnauthorizedError("size")
    try:
        compact = take_apart(token)
    except ValueError:
        raise UnauthorizedError("format") from None
    try:
        return Unverified(compact, read_object(compact.payload, unique=True))
    except ValueError:
        raise UnauthorizedError("payload") from None


def verify_install_token(token: Unverified, public_key: str, *, base_url: str, qsh: str, now: float) -> Claims:
    """The claims of a token for an install or uninstall; raises `UnauthorizedError`.

    `public_key` is a PEM text, `base_url` the app's own, which must be the token's audience.
    """
    _check_signature(token, "RS256", lambda compact: _is_signed_by(compact, public_key))
    if base_url.rstrip("/") not in {each.rstrip("/") for each in _audience(token.claims)}:
        raise UnauthorizedError("aud")
    _check_qsh(token.claims, qsh)
    return _verified(token, now)


def verify_server_token(
    token: Unverified, secrets: Iterable[str], *, issuer: str, audiences: Collection[str], qsh: str, now: float
) -> Claims:
    """The claims of a token that a tenant's Jira made for one request; raises `UnauthorizedError`.

    `secrets` are the tenant's: one of them must have signed it. Jira sends no audience; one that is there must be
    among `audiences`.
    """
    _check_signature(token, "HS256", lambda compact: any(is_signed_with(compact, secret) for secret in secrets))
    if token.claims.get("iss") != issuer:
        raise UnauthorizedError("iss")
    if "aud" in token.claims and not set(_audience(token.claims)) & set(audiences):
        raise UnauthorizedError("aud")
    _check_qsh(token.claims, qsh)
    return _verified(token, now)


def verify_context_token(
    token: Unverified, secrets: Iterable[str], *, issuer: str, audiences: Collection[str], now: float
) -> Claims:
    """The claims of a token that a page got from ``AP.context.getToken``; raises `UnauthorizedError`."""
    return verify_server_token(token, secrets, issuer=issuer, audiences=audiences, qsh=CONTEXT_QSH, now=now)


def _check_signature(token: Unverified, algorithm: str, is_signed: Callable[[Compact], bool]) -> None:
    if token.compact.header.get("alg") != algorithm:
        raise UnauthorizedError("alg")
    if not is_signed(token.compact):
        raise UnauthorizedError("signature")


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


def _audience(claims: Mapping[str, Any]) -> list[str]:
    audience = claims.get("aud")
    listed = [audience] if isinstance(audience, str) else audience
    if not isinstance(listed, list) or not listed or not all(isinstance(each, str) for each in listed):
        raise UnauthorizedError("aud")
    return listed


def _check_qsh(claims: Mapping[str, Any], expected: str) -> None:
    qsh = claims.get("qsh")
    if not isinstance(qsh, str) or not qsh.isascii() or not compare_digest(qsh, expected):
        raise UnauthorizedError("qsh")


def _verified(token: Unverified, now: float) -> Claims:
    claims = token.claims
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
    return Claims(token.issuer, issued_at, account_id, context or {})


def _instant(claims: Mapping[str, Any], name: str) -> int:
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 2**53:
        raise UnauthorizedError(name)
    return int(value)
