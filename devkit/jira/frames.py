"""An app's page in a frame: its URL, what its bridge is told, and why a frame may stay empty.

Source: https://developer.atlassian.com/cloud/jira/platform/context-parameters/ and
https://developer.atlassian.com/cloud/jira/platform/cacheable-app-iframes/
"""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Callable
from urllib.parse import quote, urlencode, urlsplit

import aiohttp
from yarl import URL

from devkit.jira.descriptor import Module, on_the_wire
from devkit.jira.installations import Installation, Installations
from devkit.jira.model import Issue, Json
from devkit.jira.site import Site
from devkit.jira.tokens import context_token, server_token

_VARIABLE = re.compile(r"\$?\{([^{}]+)\}")


def filled_in(url: str, issue: Issue, site: Site) -> str:
    """A module's URL with its context parameters, such as ``{issue.key}``, replaced; unknown ones become empty."""
    project = site.projects[issue.project]
    values = {
        "issue.id": issue.id,
        "issue.key": issue.key,
        "issuetype.id": issue.type,
        "project.id": project.id,
        "project.key": project.key,
        "user.accountId": site.current_user.account_id,
    }
    return on_the_wire(_VARIABLE.sub(lambda name: quote(values.get(name[1].strip(), ""), safe=""), url))


def context_of(issue: Issue, site: Site) -> Json:
    """Where a page is shown, as ``AP.context.getContext()`` and context tokens tell it."""
    project = site.projects[issue.project]
    return {
        "jira": {
            "issue": {"id": issue.id, "key": issue.key, "issuetype": {"id": issue.type}},
            "project": {"id": project.id, "key": project.key},
        }
    }


class Frames:
    """The frames of the site's apps."""

    def __init__(
        self, site: Site, installations: Installations, base_url: str, clock: Callable[[], float] = time.time
    ) -> None:
        self._site = site
        self._installations = installations
        self._base_url = base_url
        self._clock = clock

    def beside(self, issue: Issue) -> list[Json]:
        """All that the page needs to show the panels beside an issue."""
        return [self._frame(known, module, issue) for known, module in self._installations.panels()]

    def token(self, app_key: str, issue: Issue) -> str | None:
        """A context token for a page of an app; None where the app gets no tokens."""
        known = self._installations.get(app_key)
        if known is None or not known.enabled or not self._installations.descriptor(known).signs:
            return None
        user, context = self._site.current_user.account_id, context_of(issue, self._site)
        return context_token(known.client_key, known.shared_secret, user, context, self._clock()).token

    def url(self, app_key: str, module_key: str, issue: Issue) -> str | None:
        """The URL of one module's frame; None where there is no such module."""
        known = self._installations.get(app_key)
        module = self._installations.descriptor(known).module(module_key) if known else None
        return self._url(known, module, issue) if known and module else None

    def _frame(self, known: Installation, module: Module, issue: Issue) -> Json:
        descriptor = self._installations.descriptor(known)
        url = self._url(known, module, issue)
        return {
            "id": f"{descriptor.key}__{module.key}__{secrets.token_hex(8)}",
            "appKey": descriptor.key,
            "appName": descriptor.name,
            "moduleKey": module.key,
            "title": module.name,
            "url": url,
            "origin": "{0.scheme}://{0.netloc}".format(urlsplit(url)),
            "options": {
                "autoresize": True,
                "hostOrigin": self._base_url,
                "moduleType": module.kind,
                "moduleLocation": module.raw.get("location", ""),
                "isFullPage": False,
                "productContext": {"issue.id": issue.id, "issue.key": issue.key},
                "structuredContext": context_of(issue, self._site),
                "contextPath": "",
                "history": {"state": ""},
                "globalOptions": {"check_init": True},
            },
        }

    def _url(self, known: Installation, module: Module, issue: Issue) -> str:
        descriptor = self._installations.descriptor(known)
        if module.cacheable:
            return descriptor.base_url + module.url
        url = descriptor.base_url + filled_in(module.url, issue, self._site)
        given = {
            "xdm_e": self._base_url,
            "xdm_c": f"channel-{descriptor.key}__{module.key}",
            "cp": "",
            "xdm_deprecated_addon_key_do_not_use": descriptor.key,
            "lic": "none",
            "cv": "1001.0.0-SNAPSHOT",
        }
        url += ("&" if "?" in url else "?") + urlencode(given)
        if not descriptor.signs:
            return url
        signed = server_token(
            known.client_key,
            known.shared_secret,
            "GET",
            url,
            descriptor.base_url,
            self._clock(),
            kind="frame",
            sub=self._site.current_user.account_id,
            context={},
        )
        return f"{url}&jwt={signed.token}"


async def complaints(client: aiohttp.ClientSession, url: str, base_url: str) -> list[str]:
    """Why the page at `url` can not be shown, or has no bridge, in a frame of the site at `base_url`."""
    try:
        async with client.get(URL(url, encoded=True), allow_redirects=False) as answer:
            page = (await answer.content.read(500_000)).decode(errors="replace")
            return list(_complaints(url, base_url, answer.status, dict(answer.headers), page))
    except TimeoutError:
        return ["The app does not answer in time."]
    except (aiohttp.ClientError, OSError, ValueError) as fault:
        return [f"The app can not be reached: {fault or type(fault).__name__}."]


def _complaints(url: str, base_url: str, status: int, headers: Json, page: str) -> list[str]:
    found = []
    lower = {name.lower(): value for name, value in headers.items()}
    if 300 <= status < 400 and "location" in lower:
        target = URL(url, encoded=True).join(URL(lower["location"]))
        if target.origin() != URL(url, encoded=True).origin():
            found.append(
                f"The page redirects to another origin ({target.origin()}): there the bridge (AP) is never answered, "
                "neither here nor in Jira."
            )
    elif status >= 400:
        found.append(f"The app answers with {status}: {page[:200].strip()}")
    elif "all.js" not in page:
        found.append("The page does not load all.js, so it has no bridge (AP).")
    if "x-frame-options" in lower:
        found.append(f"The page sends X-Frame-Options: {lower['x-frame-options']}, so no browser shows it in a frame.")
    ancestors = re.search(r"frame-ancestors([^;]*)", lower.get("content-security-policy", ""), re.IGNORECASE)
    if ancestors and not _allows(ancestors[1].split(), base_url):
        found.append(
            f"The page's Content-Security-Policy allows only frame-ancestors{ancestors[1]}, which {base_url} is not."
        )
    return found


def _allows(sources: list[str], base_url: str) -> bool:
    site = urlsplit(base_url)
    for source in (each.lower() for each in sources):
        scheme, _, rest = source.rpartition("://")
        host, _, port = rest.rstrip("/").partition(":")
        same_port = port in ("*", str(site.port)) or (not port and site.port in (80, 443, None))
        if source in ("*", f"{site.scheme}:"):
            return True
        if scheme in ("", site.scheme) and host == site.hostname and same_port:
            return True
    return False
