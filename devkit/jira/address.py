"""What the site is called: the base URL by which apps reach it, and the one that people see.

Source: https://developer.atlassian.com/cloud/jira/platform/connect-app-descriptor/#lifecycle (baseUrl, displayUrl)
"""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

from devkit.jira.happenings import SiteFault
from devkit.jira.store import Store

NAMES: Final = ("localhost", "127.0.0.1")
"""The names under which this machine can be reached; a site is renamed from one to the other."""


class Address:
    """The address of a site that listens on `port`; kept in the store."""

    def __init__(self, store: Store, port: int) -> None:
        self._store = store
        self._port = port
        kept = store.get("address", "site") or {}
        self._name = str(kept.get("name", NAMES[0]))
        self._display = str(kept.get("display", ""))

    @property
    def origin(self) -> str:
        """Where it was first, and where Atlassian's own servers, such as that of tokens, stay."""
        return f"http://{NAMES[0]}:{self._port}"

    @property
    def base(self) -> str:
        """The base URL."""
        return f"http://{self._name}:{self._port}"

    @property
    def display(self) -> str:
        """The URL that people see: that of a custom domain, where the site has one."""
        return self._display or self.base

    @property
    def name(self) -> str:
        """The host name in the base URL."""
        return self._name

    def change(self, name: str | None = None, display: str | None = None) -> None:
        """Gives it a name of this machine, and a custom domain by an https URL or, by an empty one, none.

        Raises `SiteFault` where one of those that are given is not good; then both stay.
        """
        if name is not None and name not in NAMES:
            raise SiteFault(f"A site here can be called {' or '.join(NAMES)}: no other name leads to it.", "name")
        if display and not _is_origin(display):
            raise SiteFault("displayUrl must be an https URL without a path, or empty.", "displayUrl")
        self._name = self._name if name is None else name
        self._display = self._display if display is None else display.rstrip("/")
        self._store.put("address", "site", {"name": self._name, "display": self._display})


def _is_origin(url: str) -> bool:
    """Whether a URL is of https, and no more than a host."""
    try:
        parts = urlsplit(url)
        return parts.scheme == "https" and bool(parts.hostname) and not parts.path.strip("/") and not parts.query
    except ValueError:
        return False
