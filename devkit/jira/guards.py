"""Who may ask the stand-in for what: its own pages as the current user, an app by its token, nobody else."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.typedefs import Middleware

from devkit.jira.address import NAMES, Address
from devkit.jira.installations import Installations
from devkit.jira.model import User
from devkit.jira.oauth import UserTokens
from devkit.jira.site import Site
from devkit.jira.tokens import TokenRefused, verify_app_token

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

READING = {"GET", "HEAD", "OPTIONS"}


@dataclass(frozen=True, slots=True)
class Caller:
    """Who makes a request to REST."""

    user: User
    app_key: str | None = None
    impersonates: bool = False
    """Whether an app acts as the user, and not in its own name."""
    scopes: frozenset[str] | None = None
    """What an app may do; None for those who need no scopes."""


def refusal(status: int, /, *messages: str, **errors: str) -> web.Response:
    """An answer of Jira's REST that says what is wrong, as a whole or by field."""
    return web.json_response({"errorMessages": list(messages), "errors": errors}, status=status)


def this_machine_only(address: Address) -> Middleware:
    """Refuses what reached this port under a foreign name, or what a page of another origin asks to be changed."""

    @web.middleware
    async def check(request: web.Request, handler: Handler) -> web.StreamResponse:
        # A foreign name that leads here is an attack on the browser (DNS rebinding).
        host = urlsplit(f"//{request.host}").hostname
        if host not in NAMES:
            return refusal(403, f"This stand-in answers to localhost only, not to {request.host}.")
        is_page = request.headers.get("Sec-Fetch-Mode") == "navigate"
        if request.method not in READING and not _is_own(request) and "Authorization" not in request.headers:
            return refusal(403, "A page of another origin may not change anything here.")
        if request.method in READING and is_page and host != address.name:
            raise web.HTTPFound(f"{address.base}{request.raw_path}")
        return await handler(request)

    return check


def _is_own(request: web.Request) -> bool:
    origin, site = request.headers.get("Origin"), request.headers.get("Sec-Fetch-Site")
    return origin in (None, f"http://{request.host}") and site in (None, "same-origin", "none")


class RestGuard:
    """Lets an app in by its token, and this site's own pages as the current user."""

    def __init__(
        self, site: Site, installations: Installations, user_tokens: UserTokens, clock: Callable[[], float]
    ) -> None:
        self._site = site
        self._installations = installations
        self._user_tokens = user_tokens
        self._clock = clock

    def caller(self, request: web.Request) -> Caller:
        """Who makes the request; raises `TokenRefused` with a reason."""
        scheme, token = _token(request)
        if scheme == "Bearer":
            granted = self._user_tokens.granted(token)
            return Caller(self._site.users[granted.account_id], granted.app_key, True, granted.scopes)
        if scheme == "JWT":
            return self._app(token, request)
        # A browser says where a request comes from; a program says nothing, and Jira knows no such user.
        own = f"http://{request.host}"
        if request.headers.get("Origin") == own or request.headers.get("Sec-Fetch-Site") in ("same-origin", "none"):
            return self._page(request)
        raise TokenRefused(
            "there is none. An app signs its requests: Authorization: JWT <token>. "
            f"To try something as the current user, send the header Origin: {own}"
        )

    def _page(self, request: web.Request) -> Caller:
        """The user of the page; for an app that asks through its bridge (``AP.request``), within the app's scopes."""
        key = request.headers.get("AP-Client-Key")
        known = self._installations.get(key) if key else None
        if key is None or known is None:
            return Caller(self._site.current_user)
        return Caller(self._site.current_user, key, True, self._installations.descriptor(known).scopes)

    def _app(self, token: str, request: web.Request) -> Caller:
        key = verify_app_token(token, self._installations.secret_of, request.method, request.raw_path, self._clock())
        known = self._installations.get(key)
        if known is None or not known.enabled:
            raise TokenRefused(f"{key} is switched off on this site")
        return Caller(self._site.users[known.account_id], key, scopes=self._installations.descriptor(known).scopes)


def _token(request: web.Request) -> tuple[str, str]:
    """The scheme and the token of a request; both empty where it brings none."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme and scheme not in ("JWT", "Bearer"):
        raise TokenRefused(f"the Authorization header is {scheme!r}, and must be 'JWT <token>' or 'Bearer <token>'")
    if not scheme and (given := request.query.get("jwt")):
        return "JWT", given
    return scheme, token.strip()
