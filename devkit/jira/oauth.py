"""Tokens with which an app acts as a user: asked for at ``POST /oauth2/token``, as at Atlassian's authorization server.

Source: https://developer.atlassian.com/cloud/jira/platform/user-impersonation-for-connect-apps/
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import jwt
from aiohttp import web
from jwt.types import Options

from devkit.jira.address import Address
from devkit.jira.installations import Installation, Installations
from devkit.jira.site import Site
from devkit.jira.tokens import LEEWAY, TokenRefused

PATH: Final = "/oauth2/token"
GRANT: Final = "urn:ietf:params:oauth:grant-type:jwt-bearer"
CLIENT: Final = "urn:atlassian:connect:clientid:"
USER: Final = "urn:atlassian:connect:useraccountid:"
ATLASSIAN: Final = "https://oauth-2-authorization-server.services.atlassian.com"

SECONDS: Final = 900
"""How long such a token is good."""

ASSERTION_SECONDS: Final = 60
"""How long an assertion may be good, beside the leeway."""

_CLAIMS = ["iss", "sub", "tnt", "aud", "iat", "exp"]


class GrantRefused(Exception):
    """No token is given; says why, after the code of OAuth 2 (RFC 6749, 5.2) for it."""

    def __init__(self, code: str, description: str) -> None:
        super().__init__(description)
        self.code = code


@dataclass(frozen=True, slots=True)
class Granted:
    """What a token lets an app do, and as whom; `expires` in seconds since the epoch."""

    app_key: str
    client_id: str
    account_id: str
    scopes: frozenset[str]
    expires: float


class UserTokens:
    """The tokens that were given out. They are not kept: after a start, apps ask for new ones."""

    def __init__(
        self, site: Site, installations: Installations, address: Address, clock: Callable[[], float] = time.time
    ) -> None:
        self._site = site
        self._installations = installations
        self._address = address
        self._clock = clock
        self._given: dict[str, Granted] = {}

    def route(self) -> web.RouteDef:
        """The door at which apps ask."""

        async def handle(request: web.Request) -> web.Response:
            form = {name: str(value) for name, value in (await request.post()).items()}
            headers = {"Cache-Control": "no-store"}
            try:
                return web.json_response(self.give(form), headers=headers)
            except GrantRefused as fault:
                told = {"error": fault.code, "error_description": str(fault)}
                return web.json_response(told, status=401 if fault.code == "invalid_client" else 400, headers=headers)

        return web.post(PATH, handle)

    def give(self, form: Mapping[str, str]) -> dict[str, Any]:
        """The answer to what an app has asked for in a form; raises `GrantRefused`."""
        if form.get("grant_type") != GRANT:
            raise GrantRefused("unsupported_grant_type", f"grant_type must be {GRANT}")
        known, account_id = self._verified(form.get("assertion", ""))
        descriptor = self._installations.descriptor(known)
        scopes = descriptor.scopes - {"ACT_AS_USER"}
        if wanted := form.get("scope", "").split():
            if missing := sorted(set(wanted) - scopes):
                raise GrantRefused("invalid_scope", f"The app does not have {', '.join(missing)}")
            scopes = frozenset(wanted)
        token = secrets.token_urlsafe(48)
        self._forget_old()
        expires = self._clock() + SECONDS
        self._given[token] = Granted(descriptor.key, known.oauth_client_id, account_id, scopes, expires)
        return {"access_token": token, "expires_in": SECONDS, "token_type": "Bearer", "scope": " ".join(sorted(scopes))}

    def granted(self, token: str) -> Granted:
        """What a token lets its bearer do; raises `TokenRefused`."""
        found = self._given.get(token)
        if found is None:
            raise TokenRefused("it is no token that this site has given out since it was started")
        if found.expires < self._clock():
            raise TokenRefused(f"it expired {self._clock() - found.expires:.0f} s ago; one is good for {SECONDS} s")
        known = self._installations.get(found.app_key)
        if known is None or not known.enabled or known.oauth_client_id != found.client_id:
            raise TokenRefused(f"{found.app_key} was removed, switched off or installed anew since it was given out")
        return found

    def _verified(self, assertion: str) -> tuple[Installation, str]:
        """The app that has signed the assertion, and the account as which it wants to act."""
        try:
            unverified = jwt.decode(assertion, options={"verify_signature": False})
        except jwt.PyJWTError as fault:
            raise GrantRefused("invalid_grant", f"The assertion can not be read: {fault}") from fault
        issuer = str(unverified.get("iss"))
        known = self._installations.by_oauth_client(issuer.removeprefix(CLIENT)) if issuer.startswith(CLIENT) else None
        if known is None or not known.enabled:
            raise GrantRefused(
                "invalid_client", f"iss must be {CLIENT} and the oauthClientId of an app on this site, and is {issuer}"
            )
        claims = _claims(assertion, known.shared_secret)
        self._check_place_and_time(claims)
        if "ACT_AS_USER" not in self._installations.descriptor(known).scopes:
            raise GrantRefused("unauthorized_client", "The descriptor of the app does not hold the scope ACT_AS_USER")
        return known, self._account(claims)

    def _check_place_and_time(self, claims: Mapping[str, Any]) -> None:
        now = self._clock()
        site, server = self._address.base, self._address.origin
        if claims["tnt"] != site:
            raise GrantRefused("invalid_grant", f"Invalid tnt: it must be {site}, and is {claims['tnt']}")
        if claims["aud"] not in (server, ATLASSIAN):
            words = f"Invalid aud: it must be {server} or {ATLASSIAN}, and is {claims['aud']}"
            raise GrantRefused("invalid_grant", words)
        issued, expires = claims["iat"], claims["exp"]
        if type(issued) not in (int, float) or type(expires) not in (int, float):
            raise GrantRefused("invalid_grant", "iat and exp must be numbers")
        if expires < now - LEEWAY or issued > now + LEEWAY:
            raise GrantRefused("invalid_grant", "The assertion has expired, or is of the future")
        if expires - issued > ASSERTION_SECONDS + LEEWAY:
            raise GrantRefused("invalid_grant", f"exp must be at most {ASSERTION_SECONDS} s after iat")

    def _account(self, claims: Mapping[str, Any]) -> str:
        subject = str(claims["sub"])
        account_id = subject.removeprefix(USER)
        user = self._site.users.get(account_id) if subject.startswith(USER) else None
        if user is None or user.account_type != "atlassian":
            raise GrantRefused("invalid_grant", f"sub must be {USER} and the account id of a user, and is {subject}")
        return account_id

    def _forget_old(self) -> None:
        now = self._clock()
        self._given = {token: granted for token, granted in self._given.items() if granted.expires > now - SECONDS}


def _claims(assertion: str, secret: str) -> dict[str, Any]:
    options: Options = {"require": _CLAIMS, "verify_exp": False, "verify_iat": False, "verify_aud": False}
    try:
        claims: dict[str, Any] = jwt.decode(assertion, secret, algorithms=["HS256"], options=options)
    except jwt.InvalidSignatureError as fault:
        raise GrantRefused("invalid_grant", "The assertion is not signed with the shared secret of the app") from fault
    except jwt.PyJWTError as fault:
        raise GrantRefused("invalid_grant", str(fault)) from fault
    return claims
