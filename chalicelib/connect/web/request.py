"""A request as API Gateway's REST API hands it to Lambda, in the words of HTTP."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from chalicelib.connect.errors import BadRequestError, UnauthorizedError
from chalicelib.connect.protocol.strict_json import read_object
from chalicelib.connect.values import frozen

if TYPE_CHECKING:
    from chalicelib.connect.jira.client import JiraClient
    from chalicelib.connect.protocol.query_hash import Query
    from chalicelib.connect.starter import TenantJobs
    from chalicelib.connect.storage.ports import Records
    from chalicelib.connect.tenants import Tenant
    from chalicelib.connect.tools import Tools


@frozen(kw_only=True)
class Request:
    """A request that nothing is known of yet."""

    method: str
    path: str
    """Below the base URL, percent-encoded as it was sent."""
    parameters: Mapping[str, str]
    """The route's own parameters, such as ``event``, decoded."""
    query: Query
    headers: Mapping[str, str]
    """By lower-case name."""
    body: bytes
    base_url: str
    """The app's own base URL, without a slash at its end."""

    @classmethod
    def from_event(cls, event: Mapping[str, Any], base_url: str | None) -> Request:
        """The request in an API Gateway event; `base_url` None takes it from what API Gateway says of itself.

        No header of the caller is asked for it: the base URL decides which audience and which hash a token must have.
        Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html
        """
        context = event["requestContext"]
        raw = event.get("pathParameters") or {}
        # In one go: what one parameter holds may look like the name of another.
        path = re.sub(r"\{(\w+)\}", lambda found: raw.get(found[1], found[0]), context["resourcePath"])
        headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
        return cls(
            method=context["httpMethod"],
            path=path,
            parameters={name: unquote(value) for name, value in raw.items()},
            query=event.get("multiValueQueryStringParameters") or {},
            headers=headers,
            body=_body(event),
            base_url=base_url or _own_base_url(context),
        )

    def token(self) -> str:
        """The token in the ``Authorization: JWT`` header, the one place where it is taken from; else raises
        `UnauthorizedError`: a token in a URL ends up in logs."""
        scheme, _, token = self.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "jwt" or not token.strip():
            raise UnauthorizedError("absent")
        return token.strip()

    def json_object(self, *, unique: bool = False) -> Mapping[str, Any]:
        """The JSON object in the body; raises `BadRequestError`."""
        try:
            return read_object(self.body, unique=unique)
        except ValueError as error:
            raise BadRequestError(f"The body can not be used: {error}.") from None


@frozen(kw_only=True)
class TenantRequest:
    """A request whose token proved which tenant it belongs to."""

    http: Request
    tenant: Tenant
    account_id: str | None
    """The Atlassian account that is looking; None for Jira itself and for anonymous users."""
    context: Mapping[str, Any]
    """What the token says of the place where the page is shown; signed by Jira."""
    tools: Callable[[], Tools]
    """Makes the three things below, the first time that one of them is asked for."""

    @property
    def records(self) -> Records:
        """The app's own records of this tenant, and of no other."""
        return self.tools().records

    @property
    def jira(self) -> JiraClient:
        """Calls back to this tenant's Jira, and to no other."""
        return self.tools().jira

    @property
    def jobs(self) -> TenantJobs:
        """Starts jobs for this tenant, and says how far they are."""
        return self.tools().jobs

    @property
    def query(self) -> Query:
        """The query parameters, decoded; no more trustworthy than the user."""
        return self.http.query

    @property
    def issue_id(self) -> str:
        """The issue that the page is shown beside, which the user can see; raises `BadRequestError` if none."""
        return self._id_of("issue")

    @property
    def project_id(self) -> str:
        """The project that the page is shown in, which the user can see; raises `BadRequestError` if none."""
        return self._id_of("project")

    def _id_of(self, thing: str) -> str:
        jira = self.context.get("jira")
        found = jira.get(thing) if isinstance(jira, dict) else None
        identity = found.get("id") if isinstance(found, dict) else None
        if not re.fullmatch(r"[0-9]{1,19}", str(identity)):
            raise BadRequestError(f"The page is not shown in the place of any {thing}.")
        return str(identity)


@frozen(kw_only=True)
class InstallRequest:
    """An install or uninstall that Atlassian signed."""

    client_key: str
    issued_at: int
    """When Jira made it, seconds since the epoch."""
    app_base_url: str
    """Where the site knows the app: the audience of the token."""
    payload: Mapping[str, Any]
    """The JSON object in the body. Its ``clientKey`` is the token's, its ``baseUrl`` is on an allowed host; the rest
    is not signed."""


def _body(event: Mapping[str, Any]) -> bytes:
    body = event.get("body") or ""
    if not event.get("isBase64Encoded"):
        return body.encode(errors="surrogatepass")
    try:
        return base64.b64decode(body, validate=True)
    except ValueError:
        raise BadRequestError("The body can not be used: it is not base64.") from None


def _own_base_url(context: Mapping[str, Any]) -> str:
    # requestContext.path is the path that the caller sees: the stage or the domain's base path, then the route. The
    # route's segments are counted and not compared, since only one of the two may be percent-encoded.
    segments = context["resourcePath"].rstrip("/").count("/")
    seen = context["path"].rstrip("/")
    return f"https://{context['domainName']}{seen.rsplit('/', segments)[0] if segments else seen}"
