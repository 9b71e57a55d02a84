"""What becomes of a tenant when Jira says that the app was installed, removed, enabled or disabled.

Jira waits for the answer to `installed` and gives the install up when it is not 200 or 204; the other three are
notifications. All of them may come twice, at once, and in another order than they were made.

Source: https://developer.atlassian.com/cloud/jira/platform/connect-app-descriptor/#lifecycle
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping
from typing import TYPE_CHECKING, Any

from chalicelib.connect import observability
from chalicelib.connect.errors import BadRequestError, ConflictError, UnauthorizedError
from chalicelib.connect.tenants import Tenant
from chalicelib.connect.values import replace

if TYPE_CHECKING:
    from chalicelib.connect.storage.ports import Tenants
    from chalicelib.connect.web.request import InstallRequest, TenantRequest


class Lifecycle:
    """The four lifecycle events, for the routes that have verified them."""

    def __init__(
        self, app_key: str, tenants: Tenants, on_install: Collection[str], clock: Callable[[], float] = time.time
    ) -> None:
        """`on_install` are the names of the jobs that every new tenant gets."""
        self._app_key = app_key
        self._tenants = tenants
        self._on_install = on_install
        self._clock = clock

    def installed(self, request: InstallRequest) -> None:
        """Store the tenant; raises `BadRequestError` when the payload is incomplete or for another app."""
        newer = _tenant(request, self._app_key)
        now = self._clock()

        def install(stored: Tenant | None) -> Tenant | None:
            return newer if stored is None else stored.reinstalled(newer, now)

        if self._tenants.update(request.client_key, install) is None:
            raise ConflictError("The app has been uninstalled since this install was made.")
        observability.info("installed", tenant=request.client_key, site=newer.base_url)

    def uninstalled(self, request: InstallRequest) -> None:
        """Note that the tenant has left; its row stays, so that a late `disabled` can still be verified."""
        _check(request.payload, self._app_key, "uninstalled")

        def uninstall(stored: Tenant | None) -> Tenant | None:
            return stored and stored.uninstalled(request.issued_at)

        self._tenants.update(request.client_key, uninstall)
        observability.info("uninstalled", tenant=request.client_key)

    def enabled(self, request: TenantRequest) -> None:
        """Note that the tenant's Jira has switched the app on, as it does after each install.

        Only now its jobs are started: an install that waits for them could fail by them. One that comes when the tenant
        has left again starts none.
        """
        if self._switch(request, on=True):
            for job in self._on_install:
                request.jobs.start(job)

    def disabled(self, request: TenantRequest) -> None:
        """Note that the tenant's Jira has switched the app off."""
        self._switch(request, on=False)

    def _switch(self, request: TenantRequest, *, on: bool) -> bool:
        payload = request.http.json_object(unique=True)
        _check(payload, self._app_key, "enabled" if on else "disabled")
        if payload.get("clientKey") != request.tenant.client_key:
            raise UnauthorizedError("clientKey")

        def switch(stored: Tenant | None) -> Tenant | None:
            return stored and replace(stored, enabled=on and stored.installed)

        switched = self._tenants.update(request.tenant.client_key, switch)
        observability.info("enabled" if on else "disabled", tenant=request.tenant.client_key)
        return switched is not None and switched.enabled


def _tenant(request: InstallRequest, app_key: str) -> Tenant:
    payload = request.payload
    _check(payload, app_key, "installed")
    if payload.get("productType") != "jira":
        raise BadRequestError("The body can not be used: its productType is not jira.")
    secret = _text(payload, "sharedSecret", most=1024)
    if not secret:
        raise BadRequestError("The body can not be used: it lacks sharedSecret.")
    return Tenant(
        client_key=request.client_key,
        shared_secret=secret,
        base_url=_text(payload, "baseUrl").rstrip("/"),
        display_url=_text(payload, "displayUrl"),
        help_center_url=_text(payload, "displayUrlServicedeskHelpCenter"),
        installation_id=_text(payload, "installationId"),
        oauth_client_id=_text(payload, "oauthClientId"),
        app_base_url=request.app_base_url,
        lifecycle_at=request.issued_at,
    )


def _check(payload: Mapping[str, Any], app_key: str, event: str) -> None:
    if payload.get("key") != app_key:
        raise BadRequestError("The body can not be used: its key is not this app's.")
    if payload.get("eventType", event) != event:
        raise BadRequestError(f"The body can not be used: its eventType is not {event}.")


def _text(payload: Mapping[str, Any], name: str, most: int = 2048) -> str:
    value = payload.get(name)
    if value is None:
        return ""
    if not isinstance(value, str) or len(value) > most or not value.isprintable():
        raise BadRequestError(f"The body can not be used: its {name} is not a text of at most {most} characters.")
    return value
