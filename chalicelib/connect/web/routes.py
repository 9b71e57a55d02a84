"""The one way to add a route. Each names the kind of token that opens it; there is no way to leave that out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, cast

from chalice.app import Chalice, Response

from chalicelib.connect import observability
from chalicelib.connect.errors import HttpError, JiraError, UnauthorizedError, UnavailableError
from chalicelib.connect.web.permissions import check
from chalicelib.connect.web.request import InstallRequest, Request, TenantRequest
from chalicelib.connect.web.responses import HEADERS, error_response, json_response

if TYPE_CHECKING:
    from chalice.app import Request as ChaliceRequest

    from chalicelib.connect.jira.permissions import Permissions
    from chalicelib.connect.services import Services

PublicView = Callable[[Request], Any]
InstallView = Callable[[InstallRequest], Any]
TenantView = Callable[[TenantRequest], Any]


class Routes:
    """The routes of a Chalice app. A view returns a response, or a value that is answered as JSON."""

    def __init__(self, app: Chalice, base_url: str | None, services: Callable[[], Services]) -> None:
        self._app = app
        self._base_url = base_url
        self._services = services
        self.token_kinds: dict[tuple[str, str], str] = {}
        """The kind of token by method and path: the table of docs/reference.md."""
        app.middleware("http")(_add_headers)

    def public(self, path: str) -> Callable[[PublicView], PublicView]:
        """A route that anyone may read: it holds no data."""
        return self._route(path, ("GET", "HEAD"), "none", lambda request: request)

    def install_token(self, path: str) -> Callable[[InstallView], InstallView]:
        """A route for Atlassian's own word that the app was installed or uninstalled."""
        return self._route(path, ("POST",), "install", lambda it: self._services().install_guard.install_token(it))

    def server_token(self, path: str, *, uninstalled: bool = False) -> Callable[[TenantView], TenantView]:
        """A route for a tenant's Jira itself; with `uninstalled` also for one that has left."""
        return self._route(
            path,
            ("POST",),
            "server",
            lambda it: self._services().tenant_guard.server_token(it, uninstalled=uninstalled),
        )

    def context_token(
        self, path: str, methods: Sequence[str] = ("GET",), *, permissions: Permissions | None = None
    ) -> Callable[[TenantView], TenantView]:
        """A route for the scripts of a page; with `permissions` for those alone who have all of them in Jira."""

        def guard(it: Request) -> TenantRequest:
            request = self._services().tenant_guard.context_token(it)
            if permissions is not None:
                check(request, permissions)
            return request

        return self._route(path, methods, "context", guard)

    def _route(
        self, path: str, methods: Sequence[str], kind: str, guard: Callable[[Request], Any]
    ) -> Callable[[Callable[[Any], Any]], Any]:
        def register(view: Callable[[Any], Any]) -> Callable[[Any], Any]:
            def guarded(**_parameters: str) -> Response:
                return self._answer(guard, view)

            guarded.__name__ = view.__name__
            self._app.route(path, methods=list(methods))(guarded)
            self.token_kinds.update({(method, path): kind for method in methods})
            return view

        return register

    def _answer(self, guard: Callable[[Request], Any], view: Callable[[Any], Any]) -> Response:
        event = cast("ChaliceRequest", self._app.current_request).to_original_event()
        asked = {"method": event["requestContext"]["httpMethod"], "route": event["requestContext"]["resourcePath"]}
        try:
            answer = view(guard(Request.from_event(event, self._base_url)))
        except HttpError as error:
            reason = error.reason if isinstance(error, UnauthorizedError) else str(error)
            observability.warning("refused", **asked, status=error.status, reason=reason)
            return error_response(error)
        except Exception as error:
            observability.error("failed", **asked)
            if isinstance(error, JiraError) and error.retry:
                return error_response(UnavailableError("Jira did not do its part; try again later."))
            return json_response({"Code": "InternalServerError", "Message": "Something went wrong here."}, status=500)
        return answer if isinstance(answer, Response) else json_response(answer)


def _add_headers(event: Any, get_response: Callable[[Any], Response]) -> Response:
    """Give Chalice's own answers, such as 405 and 415, the headers of ours."""
    response = get_response(event)
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    return response
