"""Why a query hash is not that of a request: the usual slips are tried, and the one that yields the hash is named."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from devkit.jira.tokens import CONTEXT_QSH, canonical_request, query_hash

METHODS = ("GET", "POST", "PUT", "DELETE")


@dataclass(frozen=True, slots=True)
class Slip:
    """What was `hashed` instead of the request, and what that means, in words; each empty where it is not known."""

    hashed: str = ""
    words: str = ""


def slip(received: object, method: str, url: str, base_url: str = "") -> Slip:
    """What was probably done wrong, where one of the usual slips yields the hash `received`."""
    if received == CONTEXT_QSH:
        return Slip("", "It is a context token, which is good for the app's own routes, not for calls to Jira.")
    if not isinstance(received, str):
        return Slip()
    for text, words in _slips(method, url, base_url):
        if query_hash(text) == received:
            return Slip(text, f"It is the hash of {text!r}: {words}.")
    return Slip()


def _slips(method: str, url: str, base_url: str) -> Iterator[tuple[str, str]]:
    right = canonical_request(method, url, base_url)
    _, path, query = right.split("&", 2)
    parts = urlsplit(url)
    for other in METHODS:
        if other != method:
            yield f"{other}&{path}&{query}", f"the method was {method}"
    yield f"{method}&{path}&", "the query was left out"
    yield f"{method}&{path}&{parts.query}", "the query was taken as it is: names are sorted, values encoded anew"
    yield f"{method}&{path}&{unquote(query)}", "the values of the query were not encoded"
    yield f"{method}&{path}/&{query}", "the slash at the end was kept"
    yield f"{method}&{parts.path}&{query}", "the path of the base URL was not taken off"
    yield f"{method}&{path.lstrip('/')}&{query}", "the path begins with a slash"
    yield f"{method.lower()}&{path}&{query}", "the method is written in capitals"
    yield f"{method}&{parts.scheme}://{parts.netloc}{parts.path}&{query}", "only the path counts, not the whole URL"
    yield f"{method}&{path}?{query}", "path and query are joined by &"
    for name in ("rest/", "rest/api/3/", "rest/api/2/"):
        if path.startswith(f"/{name}"):
            yield f"{method}&{path.removeprefix(f'/{name}'[:-1])}&{query}", "the whole path counts"
