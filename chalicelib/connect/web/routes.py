"""The one way to add a route. Each names the kind of token that opens it; there is no way to leave that out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, cast

from chalice.app import Chalice, Response

from chalicelib.connect import observability
from chalicelib.connect.errors import ForbiddenError, HttpError, JiraError, UnauthorizedError, UnavailableError
from chalicelib.connect.values import frozen
from chalicelib.connect.web.permissions import check
from chalicelib.connect.web.request import InstallRequest, Request, TenantRequest
from chalicelib.connect.web.responses import HEADERS, data_policy, error_response, json_response

if TYPE_CHECKING:
    from chalice.app import Request as ChaliceRequest

    from chalicelib.connect.jira.permissions import Permissions
    from chalicelib.connect.services import Services
    from chalicelib.connect.web.hosts import AllowedHosts

PublicView = Callable[[Request], Any]
InstallView = Callable[[InstallRequest], Any]
TenantView = Callable[[TenantRequest], Any]

_POLICY = "Content-Security-Policy"


@frozen
class Route:
    """One row of the route table in docs/security.md."""

    methods: tuple[str, ...]
    path: str
    token: str
    """The kind of token that opens it: ``none``, ``install``, ``server`` or ``context``."""
    permissions: Permissions | None
    """What the account in the token must be permitted in Jira."""
    touches: str
    """The data that it reads and writes, in words for the table."""


class Routes:
    """The routes of a Chalice app. A view returns a response, or a value that is answered as JSON.

    Each is told in words what data it `touches`. A route that reached Chalice on another way is closed: it answers 403.
    """

    def __init__(
        self, app: Chalice, base_url: str | None, hosts: AllowedHosts, services: Callable[[], Services]
    ) -> None:
        self._app = app
        self._base_url = base_url
        self._hosts = hosts
        self._services = services
        self.table: list[Route] = []
        """Every route, in the order of app.py."""
        self.token_kinds: dict[tuple[str, str], str] = {}
        """The kind of token by method and path."""
        app.middleware("http")(self._close_strangers)

    def public(self, path: str, *, touches: str = "") -> Callable[[PublicView], PublicView]:
        """A route that anyone may read: it holds no data."""
        return self._route(path, ("GET", "HEAD"), "none", lambda request: request, touches)

    def install_token(self, path: str, *, touches: str = "") -> Callable[[InstallView], InstallView]:
        """A route for Atlassian's own word that the app was installed or uninstalled."""
        return self._route(
            path, ("POST",), "install", lambda it: self._services().install_guard.install_token(it), touches
        )

    def server_token(
        self, path: str, *, uninstalled: bool = False, touches: str = ""
    ) -> Callable[[TenantView], TenantView]:
        """A route for a tenant's Jira itself; with `uninstalled` also for one that has left."""
        return self._route(
            path,
            ("POST",),
            "server",
            lambda it: self._services().tenant_guard.server_token(it, uninstalled=uninstalled),
            touches,
        )

    def context_token(
        self,
        path: str,
        methods: Sequence[str] = ("GET",),
        *,
        permissions: Permissions | None = None,
        touches: str = "",
    ) -> Callable[[TenantView], TenantView]:
        """A route for the scripts of a page; with `permissions` for those alone who have all of them in Jira."""

        def guard(it: Request) -> TenantRequest:
            request = self._services().tenant_guard.context_token(it)
            if permissions is not None:
                check(request, permissions)
            return request

        return self._route(path, methods, "context", guard, touches, permissions)

    def _route(
        self,
        path: str,
        methods: Sequence[str],
        kind: str,
        guard: Callable[[Request], Any],
        touches: str,
        permissions: Permissions | None = None,
    ) -> Callable[[Callable[[Any], Any]], Any]:
        def register(view: Callable[[Any], Any]) -> Callable[[Any], Any]:
            def guarded(**_parameters: str) -> Response:
                return self._answer(guard, view)

            guarded.__name__ = view.__name__
            self._app.route(path, methods=list(methods))(guarded)
            self.table.append(Route(tuple(methods), path, kind, permissions, touches))
            self.token_kinds.update({(method, path): kind for method in methods})
            return view

        return register

    def _answer(self, guard: Callable[[Request], Any], view: Callable[[Any], Any]) -> Response:
        event = cast("ChaliceRequest", self._app.current_request).to_original_event()
        asked = {"method": event["requestContext"]["httpMethod"], "route": event["requestContext"]["resourcePath"]}
        request = None
        with observability.about(request=event["requestContext"].get("requestId")):
            try:
                request = guard(Request.from_event(event, self._base_url))
                answer = view(request)
            except Exception as error:
                answer = _refused(error, asked)
        response = answer if isinstance(answer, Response) else json_response(answer)
        return self._framed(response, request)

    def _framed(self, response: Response, request: object) -> Response:
        """The response, which only the site may show in a frame that asked, where a token proved which one."""
        if isinstance(request, TenantRequest):
            tenant = request.tenant
            sources = self._hosts.frame_ancestors_of((tenant.base_url, tenant.display_url, tenant.help_center_url))
            response.headers.setdefault(_POLICY, data_policy(sources))
        return response

    def _close_strangers(self, event: Any, get_response: Callable[[Any], Response]) -> Response:
        """Refuse a route that no kind of token was named for, and give Chalice's own answers the headers of ours."""
        method, path = event.context["httpMethod"], event.context["resourcePath"]
        is_stranger = method in self._app.routes.get(path, {}) and (method, path) not in self.token_kinds
        closed = ForbiddenError("This route names no kind of token that opens it.")
        response = error_response(closed) if is_stranger else get_response(event)
        for name, value in {**HEADERS, _POLICY: data_policy(self._hosts.frame_ancestors())}.items():
            response.headers.setdefault(name, value)
        return response


def _refused(error: Exception, asked: dict[str, str]) -> Response:
    """The answer to a request that failed, with no word of its cause but what an `HttpError` says."""
    if isinstance(error, HttpError):
        of_token = error.reason if isinstance(error, UnauthorizedError) else ""
        # A metric by the words of a reason would be one for each wording; faults of tokens are few, and classes too.
        refusal = of_token or type(error).__name__
        fields = {"status": error.status, "reason": of_token or str(error), "refusal": refusal}
        observability.warning("refused", metrics={"Refused": 1}, by="refusal", **asked, **fields)
        return error_response(error)
    observability.error("failed", **asked)
    if isinstance(error, JiraError) and error.retry:
        return error_response(UnavailableError("Jira did not do its part; try again later."))
    return json_response({"Code": "InternalServerError", "Message": "Something went wrong here."}, status=500)
