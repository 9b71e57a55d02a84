"""The guards: one for each kind of token. A route names one, and nothing but that kind opens it.

A guard only says yes or no. Every no is the same `UnauthorizedError` to the caller; its reason goes to the log.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import cache, partial
from typing import TYPE_CHECKING

from chalicelib.connect.errors import BadRequestError, ForbiddenError, UnauthorizedError
from chalicelib.connect.protocol import tokens
from chalicelib.connect.protocol.query_hash import CONTEXT_QSH, query_hash
from chalicelib.connect.web.request import InstallRequest, Request, TenantRequest

if TYPE_CHECKING:
    from chalicelib.connect.jira.install_keys import InstallKeys
    from chalicelib.connect.storage.ports import Tenants
    from chalicelib.connect.tenants import Tenant
    from chalicelib.connect.tools import Tools
    from chalicelib.connect.web.hosts import AllowedHosts


MOST_BYTES = 65_536
"""A longer body of an install is refused unread: nobody has signed it, and a second's work is in 6 MB of JSON. Jira's
have about 1,000."""


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
        return self._verified(request, _query_hash(request), uninstalled=uninstalled)

    def context_token(self, request: Request) -> TenantRequest:
        """The request of a page, which a tenant's Jira shows to a user."""
        return self._verified(request, CONTEXT_QSH, uninstalled=False)

    def _verified(self, request: Request, qsh: str, *, uninstalled: bool) -> TenantRequest:
        now = self._clock()
        audiences = {self._app_key, request.base_url, request.base_url + "/"}
        token = tokens.read_tenant_token(request.token(), audiences=audiences, qsh=qsh, now=now)
        tenant = self._tenants.get(token.issuer)
        if tenant is None:
            raise UnauthorizedError("tenant")
        try:
            claims = token.verified(tenant.secrets(now))
        except UnauthorizedError:
            # What this container remembers may be older than an install that another one took in.
            tenant = self._tenants.get(token.issuer, fresh=True)
            if tenant is None:
                raise
            claims = token.verified(tenant.secrets(now))
        if not (tenant.installed or uninstalled):
            raise UnauthorizedError("uninstalled")
        return TenantRequest(
            http=request,
            tenant=tenant,
            account_id=claims.account_id,
            context=claims.context,
            tools=cache(partial(self._tools, tenant)),
        )


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
        qsh = _query_hash(request)
        token = tokens.read_install_token(request.token(), base_url=request.base_url, qsh=qsh, now=self._clock())
        if len(request.body) > MOST_BYTES:
            raise BadRequestError("The body can not be used: it is longer than that of any install.")
        payload = request.json_object(unique=True)
        if payload.get("clientKey") != token.issuer:
            raise UnauthorizedError("clientKey")
        base_url = payload.get("baseUrl")
        if not isinstance(base_url, str):
            raise BadRequestError("The body can not be used: it lacks baseUrl.")
        host = self._hosts.host(base_url)
        if host is None:
            raise ForbiddenError("The app can not be installed on the site in baseUrl.")
        key = self._keys.get(token.key_id, host)
        try:
            claims = token.verified(key)
        except UnauthorizedError:
            claims = token.verified(self._keys.get(token.key_id, host, fresh=True))
        return InstallRequest(
            client_key=claims.issuer, issued_at=claims.issued_at, app_base_url=request.base_url, payload=payload
        )


def _query_hash(request: Request) -> str:
    return query_hash(request.method, request.path, request.query)
