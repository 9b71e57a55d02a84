"""Where a call to Jira goes: the tenant's own Jira, and nowhere else.

Addresses come from an app, from ids that a user typed, and from Jira's answers. Only their path and query are taken;
scheme, host and port are always those of the tenant's base URL, and an address that says otherwise is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import quote, unquote, urlencode

from chalicelib.connect.errors import JiraAddressError

Scalar = str | int | bool
Parameters = Mapping[str, Scalar | Iterable[Scalar] | None]
"""Query parameters, not encoded: a value, several, or None, which leaves the parameter out."""

# No library takes them apart: those differ in what they forgive (a tab, a backslash, two @), and one that forgives
# less than the other is how a token reaches a stranger.
_ORIGIN = re.compile(r"(https?)://([a-z0-9.-]+)(?::([0-9]{1,5}))?(?=[/?]|\Z)", re.ASCII | re.IGNORECASE)
_PATH = re.compile(r"/(?:[A-Za-z0-9._~!$&'()*+,;=:@/-]|%[0-9A-Fa-f]{2})*", re.ASCII)
_QUERY = re.compile(r"(?:[A-Za-z0-9._~!$&'()*+,;=:@/?\[\]{}|^-]|%[0-9A-Fa-f]{2})*", re.ASCII)
_ESCAPE = re.compile(r"%[0-9A-Fa-f]{2}")
_PORTS = {"https": "443", "http": "80"}


@dataclass(frozen=True, slots=True)
class Address:
    """One address below a base URL."""

    base_url: str
    path: str
    """Below the base URL, percent-encoded; this is what a query hash covers."""
    query: str
    """Percent-encoded; empty where there is none."""

    @property
    def url(self) -> str:
        """The whole of it."""
        return self.base_url + self.path + (f"?{self.query}" if self.query else "")

    @property
    def place(self) -> str:
        """The part below the base URL."""
        return self.path + (f"?{self.query}" if self.query else "")


def address(base_url: str, target: str, parameters: Parameters | None = None) -> Address:
    """The address of `target`, a path below `base_url` or a whole URL there, with `parameters` after its own query.

    Raises `JiraAddressError` for any other URL, and for a path that a server could read as another one.
    """
    base_url = base_url.rstrip("/")
    path, _, query = _below(base_url, target).partition("?")
    if not _PATH.fullmatch(path) or path.startswith("//"):
        raise _refused("it is no path in percent-encoding")
    if not _QUERY.fullmatch(query):
        raise _refused("its query is not in percent-encoding")
    path, query = _ESCAPE.sub(_settled, path), _ESCAPE.sub(_settled, query)
    if any(_is_step(segment) for segment in path.split("/")):
        raise _refused("its path leads elsewhere by . or .. or an encoded slash")
    added = _encoded(parameters or {})
    return Address(base_url, path, "&".join(part for part in (query, added) if part))


def _below(base_url: str, target: str) -> str:
    if target.startswith("/"):
        return target
    given, own = _ORIGIN.match(target), _ORIGIN.match(base_url)
    if given is None or own is None or _origin(given) != _origin(own):
        raise _refused("it is not the tenant's own")
    base_path, below = base_url[own.end() :], target[given.end() :]
    if not below.startswith(base_path + "/"):
        raise _refused("it is not below the tenant's base URL")
    return below.removeprefix(base_path)


def _origin(match: re.Match[str]) -> tuple[str, str, str]:
    scheme, host = match[1].lower(), match[2].lower()
    return scheme, host, match[3] or _PORTS[scheme]


def _settled(escape: re.Match[str]) -> str:
    """An escape as requests sends it, for the query hash covers what is sent.

    Source: https://datatracker.ietf.org/doc/html/rfc3986#section-6.2.2
    """
    character = unquote(escape[0], errors="replace")
    unreserved = character.isascii() and (character.isalnum() or character in "-._~")
    return character if unreserved else escape[0].upper()


def _is_step(segment: str) -> bool:
    # Servers decode before they walk, and some walk a backslash and cut a ;parameter off.
    decoded = unquote(segment)
    return "/" in decoded or "\\" in decoded or decoded.split(";")[0] in (".", "..")


def _encoded(parameters: Parameters) -> str:
    values = {name: _texts(value) for name, value in parameters.items() if value is not None}
    # Spaces as %20: + is read as a space by some and as itself by others, also in a query hash.
    return urlencode(values, doseq=True, quote_via=quote)


def _texts(value: Scalar | Iterable[Scalar]) -> list[str]:
    listed = [value] if isinstance(value, str | int) else list(value)
    return [str(each).lower() if isinstance(each, bool) else str(each) for each in listed]


def _refused(reason: str) -> JiraAddressError:
    # The address itself stays out of the text: it may be an attacker's, and may hold what nobody should log.
    return JiraAddressError("A call to Jira was not made", f"its address was refused: {reason}")
