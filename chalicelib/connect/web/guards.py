"""The guards: one for each kind of token. A route names one, and nothing but that kind opens it.

A guard only says yes or no. Every no is the same `UnauthorizedError` to the caller; its reason goes to the log.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from functools import cache, partial
from typing import TYPE_CHECKING, Protocol

from chalicelib.connect.errors import BadRequestError, ForbiddenError, UnauthorizedError
from chalicelib.connect.protocol import tokens
from chalicelib.connect.protocol.query_hash import query_hash
from chalicelib.connect.web.request import InstallRequest, Request, TenantRequest

if TYPE_CHECKING:
    from chalicelib.connect.jira.install_keys import InstallKeys
    from chalicelib.connect.storage.ports import Tenants
    from chalicelib.connect.tenants import Tenant
    from chalicelib.connect.tools import Tools
    from chalicelib.connect.web.hosts import AllowedHosts


class Verifier(Protocol):
    """Checks a token against some secrets of a tenant; raises `UnauthorizedError`."""

    def __call__(self, token: tokens.Unverified, secrets: Iterable[str], tenant: Tenant, now: float) -> tokens.Claims:
        """The claims of the token."""


class TenantGuard:
    """Opens for the tokens that a tenant's shared secret signs: server tokens and context tokens."""

    def __init__(
        self,
        app_key: str,
        tenants: Tenants,
        tools: Callable[[Tenant], Tools],
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._app_key = app_key
        self._tenants = tenants
        self._tools = tools
        self._clock = clock

    def server_token(self, request: Request, *, uninstalled: bool = False) -> TenantRequest:
        """The request of a tenant's Jira itself; with `uninstalled` also of a tenant that has left."""
        qsh = query_hash(request.method, request.path, request.query)

        def verify(token: tokens.Unverified, secrets: Iterable[str], tenant: Tenant, now: float) -> tokens.Claims:
            audiences = self._audiences(request, tenant)
            return tokens.verify_server_token(
                token, secrets, issuer=tenant.client_key, audiences=audiences, qsh=qsh, now=now
            )

        return self._verified(request, verify, uninstalled=uninstalled)

    def context_token(self, request: Request) -> TenantRequest:
        """The request of a page, which a tenant's Jira shows to a user."""

        def verify(token: tokens.Unverified, secrets: Iterable[str], tenant: Tenant, now: float) -> tokens.Claims:
            audiences = self._audiences(request, tenant)
            return tokens.verify_context_token(token, secrets, issuer=tenant.client_key, audiences=audiences, now=now)

        return self._verified(request, verify, uninstalled=False)

    def _verified(self, request: Request, verify: Verifier, *, uninstalled: bool) -> TenantRequest:
        token = tokens.read(request.token())
        client_key = token.issuer
        now = self._clock()
        tenant = self._tenants.get(client_key)
        if tenant is None:
            raise UnauthorizedError("tenant")
        try:
            claims = verify(token, tenant.secrets(now), tenant, now)
        except UnauthorizedError as error:
            # What this container remembers may be older than an install that another one took in.
            newer = self._tenants.get(client_key, fresh=True) if error.reason == "signature" else None
            if newer is None or newer == tenant:
                raise
            tenant, claims = newer, verify(token, newer.secrets(now), newer, now)
        if not (tenant.installed or uninstalled):
            raise UnauthorizedError("uninstalled")
        return TenantRequest(
            http=request,
            tenant=tenant,
            account_id=claims.account_id,
            context=claims.context,
            tools=cache(partial(self._tools, tenant)),
        )

    def _audiences(self, request: Request, tenant: Tenant) -> set[str]:
        return {self._app_key, tenant.client_key, request.base_url, request.base_url + "/"}


class InstallGuard:
    """Opens for the tokens with which Atlassian itself signs installs and uninstalls.

    Source: https://community.developer.atlassian.com/t/action-required-atlassian-connect-installation-lifecycle-security-improvements/49046
    """

    def __init__(self, keys: InstallKeys, hosts: AllowedHosts, clock: Callable[[], float] = time.time) -> None:
        self._keys = keys
        self._hosts = hosts
        self._clock = clock

    def install_token(self, request: Request) -> InstallRequest:
        """The install or uninstall in `request`; asks for no key before everything else about it is plausible."""
        token = tokens.read(request.token())
        key_id, client_key = token.key_id, token.issuer
        payload = request.json_object(unique=True)
        if payload.get("clientKey") != client_key:
            raise UnauthorizedError("clientKey")
        base_url = payload.get("baseUrl")
        if not isinstance(base_url, str):
            raise BadRequestError("The body can not be used: it lacks baseUrl.")
        host = self._hosts.host(base_url)
        if host is None:
            raise ForbiddenError("The app can not be installed on the site in baseUrl.")
        key = self._keys.get(key_id, host)
        try:
            claims = self._verified(request, token, key)
        except UnauthorizedError as error:
            newer = self._keys.get(key_id, host, fresh=True) if error.reason == "signature" else key
            if newer == key:
                raise
            claims = self._verified(request, token, newer)
        return InstallRequest(
            client_key=client_key, issued_at=claims.issued_at, app_base_url=request.base_url, payload=payload
        )

    def _verified(self, request: Request, token: tokens.Unverified, public_key: str) -> tokens.Claims:
        return tokens.verify_install_token(
            token,
            public_key,
            base_url=request.base_url,
            qsh=query_hash(request.method, request.path, request.query),
            now=self._clock(),
        )
