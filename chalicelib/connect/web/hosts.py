"""Which sites may install the app, and may show its pages in a frame."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit


class AllowedHosts:
    """The hosts of the setting `CONNECT_ALLOWED_HOSTS`; outside the stage `local` over https alone."""

    def __init__(self, patterns: Sequence[str], *, local: bool) -> None:
        self._patterns = patterns
        self._local = local

    def host(self, url: str) -> str | None:
        """The host of a site's base URL when the site is allowed, else None.

        The URL must be an origin and nothing more: no user, no path, and outside `local` no port.
        """
        try:
            parts = urlsplit(url.lower())
            port = parts.port
        except ValueError:
            return None
        host = parts.hostname or ""
        plain = parts.path in ("", "/") and not parts.query and not parts.fragment and "@" not in parts.netloc
        secure = parts.scheme == "https" and port in (None, 443)
        loopback = self._local and parts.scheme == "http" and host in ("localhost", "127.0.0.1")
        if not plain or not (secure or loopback) or not host.isascii():
            return None
        return host if any(_matches(host, pattern) for pattern in self._patterns) else None

    def frame_ancestors(self) -> str:
        """The sources of a ``frame-ancestors`` directive for all allowed sites."""
        schemes = ("https://{}", "http://{}:*") if self._local else ("https://{}",)
        return " ".join(scheme.format(pattern) for pattern in self._patterns for scheme in schemes)


def _matches(host: str, pattern: str) -> bool:
    if pattern.startswith("*."):
        label, dot, domain = host.partition(".")
        return bool(label) and dot + domain == pattern[1:]
    return host == pattern
