"""The pages: static HTML from the site, handed out at the app's own base URL.

Jira's bridge works only for a frame from the very origin of the base URL, so the HTML comes from here; its scripts,
styles and pictures come straight from the site. A page is public, since it holds no data.

Source: https://developer.atlassian.com/cloud/jira/platform/cacheable-app-iframes/
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Collection
from hashlib import sha256
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from chalicelib.connect.errors import NotFoundError, UnavailableError
from chalicelib.connect.settings import ALL_JS
from chalicelib.connect.values import frozen
from chalicelib.connect.web.responses import respond, unchanged

if TYPE_CHECKING:
    from chalice.app import Response

    from chalicelib.connect.storage.ports import Site
    from chalicelib.connect.web.hosts import AllowedHosts
    from chalicelib.connect.web.request import Request

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
_HEAD = re.compile(r'(<head(?:\s[^>]*)?>)(?:<base href="([\w./-]*)">)?', re.IGNORECASE)
"""Where a page begins to refer to files; the deploy puts a base behind it, the folder of those that the page means."""
INDEX_SECONDS = 1.0
"""How often the site is asked at most which pages it has; a name that is none of them is not looked for."""

_CDN = "https://connect-cdn.atl-paas.net"


@frozen
class _Kept:
    until: float
    html: str
    etag: str


class Pages:
    """The pages of the site, as Jira may frame them."""

    def __init__(
        self,
        site: Site,
        hosts: AllowedHosts,
        *,
        named: Collection[str],
        site_url: str,
        all_js_url: str,
        seconds: int,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`named` are pages that need not be looked for among those of the site; `site_url` is where the site's files
        are read by a browser; a page is kept for `seconds`."""
        self._site = site
        self._named = named
        self._site_url = site_url
        self._all_js_url = all_js_url
        self._seconds = seconds
        self._clock = clock
        self._kept: dict[str, _Kept] = {}
        self._index: Collection[str] = ()
        self._index_until = 0.0
        self._policy = _content_security_policy(site_url, all_js_url, hosts.frame_ancestors())

    def serve(self, request: Request) -> Response:
        """The page that the route names; raises `NotFoundError`."""
        name = request.parameters["page"]
        page = self._page(name) if _NAME.fullmatch(name) else None
        if page is None:
            raise NotFoundError("There is no such page.")
        headers = {
            "Cache-Control": f"public, max-age={self._seconds}",
            "Content-Security-Policy": self._policy,
            "ETag": page.etag,
        }
        if request.headers.get("if-none-match") == page.etag:
            return unchanged(headers)
        return respond("" if request.method == "HEAD" else page.html, "text/html; charset=utf-8", headers)

    def _page(self, name: str) -> _Kept | None:
        kept = self._kept.get(name)
        now = self._clock()
        if kept is not None and kept.until >= now:
            return kept
        if kept is None and name not in self._named and name not in self._names(now):
            return None
        try:
            html = self._site.page(name)
        except UnavailableError:
            if kept is None:
                raise
            return kept
        if html is None:
            self._kept.pop(name, None)
            return None
        text = self._framed(html.decode())
        self._kept[name] = _Kept(now + self._seconds, text, f'"{sha256(text.encode()).hexdigest()[:32]}"')
        return self._kept[name]

    def _names(self, now: float) -> Collection[str]:
        # Not each name by itself: whoever makes up names would make more reads, or be taken for who asks for a page.
        if now >= self._index_until:
            self._index, self._index_until = self._site.pages(), now + INDEX_SECONDS
        return self._index

    def _framed(self, html: str) -> str:
        framed = _HEAD.sub(lambda head: f'{head[1]}<base href="{self._site_url}/{head[2] or ""}">', html, count=1)
        return framed.replace(ALL_JS, self._all_js_url)


def _content_security_policy(site_url: str, all_js_url: str, frame_ancestors: str) -> str:
    site = "{0.scheme}://{0.netloc}".format(urlsplit(site_url))
    bridge = "{0.scheme}://{0.netloc}".format(urlsplit(all_js_url))
    sources = " ".join(dict.fromkeys((site, bridge, _CDN)))
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src {sources}",
            f"style-src {sources}",
            f"img-src {site} data:",
            f"font-src {sources}",
            "connect-src 'self'",
            f"base-uri {site}",
            "form-action 'none'",
            f"frame-ancestors {frame_ancestors}",
        )
    )
