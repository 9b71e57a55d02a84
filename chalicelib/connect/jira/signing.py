"""Signatures for `requests`: each request gets its own, when all else about it is settled."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

from requests.auth import AuthBase

from chalicelib.connect.protocol.own_tokens import app_token
from chalicelib.connect.protocol.query_hash import query_hash

if TYPE_CHECKING:
    from requests import PreparedRequest

    from chalicelib.connect.tenants import Tenant


class AppSignature(AuthBase):
    """The app's own: a token made afresh for every request, also for one that is repeated."""

    def __init__(self, app_key: str, tenant: Tenant, clock: Callable[[], float] = time.time) -> None:
        self._app_key = app_key
        self._tenant = tenant
        self._clock = clock

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        """Signed as it will be sent: the query hash is of the address that `requests` has made of the given one."""
        url = urlsplit(request.url or "")
        qsh = query_hash(
            request.method or "",
            url.path,
            parse_qs(url.query, keep_blank_values=True),
            base_path=urlsplit(self._tenant.base_url).path,
        )
        token = app_token(
            self._app_key,
            client_key=self._tenant.client_key,
            secret=self._tenant.shared_secret,
            qsh=qsh,
            now=self._clock(),
        )
        request.headers["Authorization"] = f"JWT {token}"
        return request


class UserSignature(AuthBase):
    """A user's: the access token that the app was given to act for them."""

    def __init__(self, access_token: str) -> None:
        self._access_token = access_token

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        """The same request with the token in it."""
        request.headers["Authorization"] = f"Bearer {self._access_token}"
        return request
