"""Atlassian's tokens, read independently of any app's code: query hash, and JSON Web Tokens both ways.

Sources: https://developer.atlassian.com/cloud/jira/platform/understanding-jwt-for-connect-apps/ and, for installs,
https://community.developer.atlassian.com/t/action-required-atlassian-connect-installation-lifecycle-security-improvements/49046
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from urllib.parse import quote, unquote_plus, urlsplit

import jwt

Json = dict[str, Any]

CONTEXT_QSH = "context-qsh"
"""What a context token carries in place of a query hash."""

SECONDS = {"server": 180, "install": 900, "frame": 900, "context": 900}
"""How long each kind of token is valid."""

LEEWAY = 60


class TokenRefused(Exception):
    """A token of an app was refused; says why."""


@dataclass(frozen=True, slots=True)
class Signed:
    """A token, and what it was made of."""

    token: str
    claims: Json
    canonical: str
    """The canonical request whose hash it carries, for a person to compare."""


def canonical_request(method: str, url: str, base_url: str = "") -> str:
    """The text that the query hash is made of; `url` is an absolute URL, or a path with its query.

    The path of `base_url` is taken off the front; the parameter ``jwt`` does not count.
    """
    parts, base = urlsplit(url), urlsplit(base_url).path.rstrip("/")
    path = parts.path
    if base and (path == base or path.startswith(base + "/")):
        path = path[len(base) :]
    path = path.replace("&", "%26")
    path = path if path.startswith("/") else f"/{path}"
    path = path[:-1] if len(path) > 1 and path.endswith("/") else path
    return f"{method.upper()}&{path}&{_canonical_query(parts.query)}"


def query_hash(canonical: str) -> str:
    """The query hash (qsh) of a canonical request."""
    return sha256(canonical.encode()).hexdigest()


def _canonical_query(query: str) -> str:
    values: dict[str, list[str]] = {}
    for pair in filter(None, query.split("&")):
        name, _, value = pair.partition("=")
        values.setdefault(unquote_plus(name), []).append(unquote_plus(value))
    values.pop("jwt", None)
    joined = {_encode(name): ",".join(map(_encode, sorted(each, key=_utf16))) for name, each in values.items()}
    return "&".join(f"{name}={joined[name]}" for name in sorted(joined))


def _encode(text: str) -> str:
    return quote(text, safe="-._~")


def _utf16(text: str) -> bytes:
    # Atlassian's libraries sort in Java and JavaScript, whose strings are UTF-16.
    return text.encode("utf-16-be", "surrogatepass")


def server_token(
    client_key: str, secret: str, method: str, url: str, base_url: str, now: float, *, kind: str = "server", **more: Any
) -> Signed:
    """The HS256 token for a call to an app or, as `kind` ``frame``, for the URL of a frame; `more` claims are added."""
    canonical = canonical_request(method, url, base_url)
    claims = {"iss": client_key, **_times(now, kind), "qsh": query_hash(canonical), **more}
    return Signed(jwt.encode(claims, secret, algorithm="HS256"), claims, canonical)


def context_token(client_key: str, secret: str, account_id: str, context: Json, now: float) -> Signed:
    """The HS256 token that a page gets from ``AP.context.getToken()``."""
    subject = {"sub": account_id} if account_id else {}  # nobody's token has none
    claims = {**subject, "qsh": CONTEXT_QSH, "iss": client_key, "context": context, **_times(now, "context")}
    return Signed(jwt.encode(claims, secret, algorithm="HS256"), claims, CONTEXT_QSH)


def install_token(
    client_key: str, account_id: str, private_key: str, kid: str, url: str, base_url: str, now: float
) -> Signed:
    """The RS256 token for ``installed`` and ``uninstalled``."""
    canonical = canonical_request("POST", url, base_url)
    claims = {
        "sub": account_id,
        "iss": client_key,
        "aud": [base_url],
        "qsh": query_hash(canonical),
        "context": {},
        **_times(now, "install"),
    }
    return Signed(jwt.encode(claims, private_key, algorithm="RS256", headers={"kid": kid}), claims, canonical)


def verify_app_token(token: str, secret_of: Callable[[str], str | None], method: str, url: str, now: float) -> str:
    """The key of the app that has signed a request to this site; raises `TokenRefused` with a reason of use to it.

    `secret_of` gives the shared secret by app key, None for an app that is not installed here.
    """
    try:
        issuer = jwt.decode(token, options={"verify_signature": False}).get("iss")
    except jwt.PyJWTError as fault:
        raise TokenRefused(f"the token can not be read: {fault}") from fault
    secret = secret_of(issuer) if isinstance(issuer, str) else None
    if secret is None:
        raise TokenRefused(f"its issuer (iss) is {issuer!r}, which is not the key of an app that is installed here")
    claims = _claims(token, secret, str(issuer))
    if claims["exp"] < now - LEEWAY:
        raise TokenRefused(f"it expired {now - claims['exp']:.0f} s ago")
    canonical = canonical_request(method, url)
    if claims["qsh"] != query_hash(canonical):
        raise TokenRefused(f"its query hash (qsh) is not that of this request, whose canonical form is {canonical!r}")
    return str(issuer)


def _claims(token: str, secret: str, issuer: str) -> Json:
    try:
        claims = jwt.decode(
            token,
            secret,
            algorithms=["HS256"],
            options={
                "require": ["iss", "iat", "exp", "qsh"],
                "verify_exp": False,
                "verify_iat": False,
                "verify_aud": False,
            },
        )
    except jwt.InvalidSignatureError as fault:
        raise TokenRefused(f"it is not signed with the shared secret of {issuer}") from fault
    except jwt.PyJWTError as fault:
        raise TokenRefused(str(fault)) from fault
    if type(claims["exp"]) not in (int, float):
        raise TokenRefused("its exp is not a number")
    return dict(claims)


def _times(now: float, kind: str) -> Json:
    return {"iat": int(now), "exp": int(now) + SECONDS[kind]}
