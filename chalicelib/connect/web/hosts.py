"""Which sites may install the app, and may show its pages in a frame."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

_ORIGIN = r"(?ai)(https?)://([a-z0-9.-]+)(?::([0-9]{1,5}))?/?"
_PAGE_ORIGIN = r"(?ai)http(s?)://[a-z0-9.-]+(:[0-9]{1,5})?(?=/|\Z)"


class AllowedHosts:
    """The hosts of the setting `CONNECT_ALLOWED_HOSTS`; outside the stage `local` over https alone."""

    def __init__(self, patterns: Sequence[str], *, local: bool, frames: Sequence[str] = ()) -> None:
        """`frames` are hosts that may show pages beside those that may install: Jira's own domains of some sites."""
        self._patterns = patterns
        self._frames = frames
        self._local = local

    def host(self, url: str) -> str | None:
        """The host of a site's base URL when the site is allowed, else None.

        The URL must be an origin and nothing more: no user, no path, and outside `local` no port.
        """
        # No library takes it apart: those differ in what they forgive (a space, a tab, a backslash), and the URL is
        # stored as it stands.
        origin = re.fullmatch(_ORIGIN, url)
        if origin is None:
            return None
        scheme, host, port = origin[1].lower(), origin[2].lower(), origin[3]
        secure = scheme == "https" and port in (None, "443")
        loopback = self._local and scheme == "http" and host in ("localhost", "127.0.0.1")
        if not (secure or loopback):
            return None
        return host if any(_matches(host, pattern) for pattern in self._patterns) else None

    def frame_ancestors(self) -> str:
        """The sources of a ``frame-ancestors`` directive where nobody knows yet which site shows the answer."""
        schemes = ("https://{}", "http://{}:*") if self._local else ("https://{}",)
        return " ".join(scheme.format(pattern) for pattern in (*self._patterns, *self._frames) for scheme in schemes)

    def frame_ancestors_of(self, urls: Iterable[str]) -> str:
        """The same for one site, of which `urls` are known: its base URL, and what a browser shows of it.

        Only Jira itself has said them, but they end up in a header: what is no web address is left out, and outside
        `local` what is one without TLS, where anyone on the way can put a page of their own.
        Source: https://community.developer.atlassian.com/t/custom-domains-for-jira-and-confluence/80940
        """
        found = [each for url in urls if (each := re.match(_PAGE_ORIGIN, url)) and (each[1] or self._local)]
        return " ".join(dict.fromkeys(each[0].lower() for each in found)) or self.frame_ancestors()


def _matches(host: str, pattern: str) -> bool:
    if pattern.startswith("*."):
        label, dot, domain = host.partition(".")
        return bool(label) and dot + domain == pattern[1:]
    return host == pattern
