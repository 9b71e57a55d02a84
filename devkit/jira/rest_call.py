"""One request to Jira's REST: by whom, in which version, what it brings, and how it is answered."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from devkit.jira.address import Address
from devkit.jira.agile import Agile
from devkit.jira.checks import is_number
from devkit.jira.dynamic_webhooks import DynamicWebhooks
from devkit.jira.failed_webhooks import FailedWebhooks
from devkit.jira.guards import Caller
from devkit.jira.happenings import SiteFault
from devkit.jira.installations import Installations
from devkit.jira.issue_links import IssueLinks
from devkit.jira.json_reading import read_json
from devkit.jira.model import Issue, Json
from devkit.jira.people import People
from devkit.jira.permissions import Permissions
from devkit.jira.properties import AppProperties
from devkit.jira.rate_limits import RateLimits
from devkit.jira.shapes import Shapes
from devkit.jira.site import Site
from devkit.jira.versions import Versions

MOST_NUMBER = 2**53


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of the stand-in that REST shows and changes."""

    site: Site
    installations: Installations
    permissions: Permissions
    dynamic_webhooks: DynamicWebhooks
    failed_webhooks: FailedWebhooks
    app_properties: AppProperties
    links: IssueLinks
    versions: Versions
    agile: Agile
    people: People
    rate_limits: RateLimits
    address: Address

    @property
    def base_url(self) -> str:
        """The base URL of the site."""
        return self.address.base


class Call:
    """One request."""

    def __init__(self, request: web.Request, caller: Caller, parts: Parts, content: Any) -> None:
        """`content` is what the request brings, None where it brings nothing."""
        self.caller = caller
        self.content = content
        self.parts = parts
        self.site = parts.site
        self.method, self.path, self.query = request.method, request.path, request.query
        self.headers = request.headers
        self.version = 3 if request.match_info.get("version") == "3" else 2
        self.base = f"{parts.base_url}/rest/api/{self.version}"
        self.shapes = Shapes(parts.site, parts.base_url, self.version, self._sees)
        self.place = request.match_info

    @property
    def body(self) -> Json:
        """The JSON object that the request brings; raises `SiteFault` where it is something else."""
        body = {} if self.content is None else self.content
        if not isinstance(body, dict):
            raise SiteFault("The body must be a JSON object.")
        return body

    def issue(self, permission: str = "BROWSE_PROJECTS") -> Issue:
        """The issue that the path names, on which the caller has a permission; raises `SiteFault`.

        One that the caller may not see is not there for it, as at Jira.
        """
        issue = self.seen(self.place["issue"])
        self.need(permission, issue.project)
        return issue

    def seen(self, id_or_key: str) -> Issue:
        """The issue of an id or a key, which the caller may see; raises `SiteFault`."""
        issue = self.site.issue(id_or_key)
        self.need("BROWSE_PROJECTS", issue.project, SiteFault.NO_ISSUE, status=404)
        return issue

    def _sees(self, issue: Issue) -> bool:
        return self.may("BROWSE_PROJECTS", issue.project)

    def may(self, permission: str, project: str | None = None) -> bool:
        """Whether the caller has a permission, in the project of an id where it is one of projects."""
        return self.parts.permissions.has(self.caller.user, permission, project)

    def need(self, permission: str, project: str | None = None, message: str = "", *, status: int = 403) -> None:
        """Raises `SiteFault` where the caller does not have a permission."""
        if not self.may(permission, project):
            raise SiteFault(message or f"{self.caller.user.name} lacks the permission {permission}.", status=status)

    def need_over(self, verb: str, things: str, author: str, project: str) -> None:
        """Raises `SiteFault` where the caller may not ``EDIT`` or ``DELETE`` such of the things as an author made."""
        whose = "OWN" if author == self.caller.user.account_id else "ALL"
        self.need(f"{verb}_{whose}_{things}", project)

    def app_key(self) -> str:
        """The app that calls in its own name; raises `SiteFault` where it is none."""
        if self.caller.app_key is None or self.caller.impersonates:
            raise SiteFault("Only Connect apps and OAuth 2.0 apps can use this operation.", status=403)
        return self.caller.app_key

    def given(self, names: Mapping[str, str]) -> dict[str, Any]:
        """The fields of the body that have other names here, by those."""
        return {names[name]: value for name, value in self.body.items() if name in names}

    def number(self, name: str, default: int, most: int = MOST_NUMBER) -> int:
        """A number of the query; raises `SiteFault`."""
        value = self.query.get(name, str(default))
        if not is_number(value):
            raise SiteFault(f"{name} must be a number.")
        return min(int(value), most)

    def page(self, values: list[Json], path: str) -> web.Response:
        """Those of `values` that the query asks for by startAt and maxResults, as a page of a list."""
        start, most = self.number("startAt", 0), self.number("maxResults", 100, 100)
        shown, total = values[start : start + most], len(values)
        last = start + len(shown) >= total
        here = f"{self.base}{path}"
        return answer(
            {
                "self": f"{here}?startAt={start}&maxResults={most}",
                **({} if last else {"nextPage": f"{here}?startAt={start + most}&maxResults={most}"}),
                "startAt": start,
                "maxResults": most,
                "total": total,
                "isLast": last,
                "values": shown,
            }
        )


Operation = Callable[[Call], web.Response]


def answer(value: object, status: int = 200) -> web.Response:
    """A value as an answer."""
    return web.json_response(value, status=status)


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that a request brings."""

    filename: str
    mime_type: str
    content: bytes


async def content_of(request: web.Request) -> Any:
    """What a request brings: JSON, or a list of `Upload` where it is a form; None for nothing.

    Raises `SiteFault` where it is no JSON.
    """
    if request.content_type == "multipart/form-data":
        return await _uploads(request)
    if not request.can_read_body or not (content := await request.read()):
        return None
    try:
        return read_json(content)
    except ValueError as fault:
        raise SiteFault(f"There was an error parsing JSON: {fault}.") from fault


async def _uploads(request: web.Request) -> list[Upload]:
    try:
        form = await request.post()
    except ValueError as fault:
        raise SiteFault(f"The form can not be read: {fault}.") from fault
    files = [each for each in form.getall("file", []) if isinstance(each, web.FileField)]
    return [Upload(each.filename, each.content_type, each.file.read()) for each in files]
