"""The query hash (qsh): the claim that binds a token to the one request that it was made for.

The rule is Atlassian's (https://developer.atlassian.com/cloud/jira/platform/understanding-jwt-for-connect-apps/): the
SHA-256 of ``METHOD&path&query`` in a canonical form. Own code, because the one Python package that has it
(atlassian-jwt) orders and trims differently from Atlassian's servers; `tests/unit/test_query_hash.py` shows where.
"""

from collections.abc import Mapping, Sequence
from hashlib import sha256
from urllib.parse import quote

Query = Mapping[str, Sequence[str]]
"""Query parameters, decoded: every value that a name was given, in order."""

CONTEXT_QSH = "context-qsh"
"""The fixed hash of a token that belongs to a page and to no one request."""


def query_hash(method: str, path: str, query: Query, base_path: str = "") -> str:
    """The hash of one request, 64 hexadecimal digits; for the arguments see `canonical_request`."""
    return sha256(canonical_request(method, path, query, base_path).encode(errors="surrogatepass")).hexdigest()


def canonical_request(method: str, path: str, query: Query, base_path: str = "") -> str:
    """The text that is hashed.

    `path` is percent-encoded as it was sent; `base_path` is the path of the receiver's base URL and is dropped from
    its front where a segment ends. `query` is decoded; its parameter ``jwt`` does not count.
    """
    return f"{method.upper()}&{_canonical_path(path, base_path)}&{_canonical_query(query)}"


def _canonical_path(path: str, base_path: str) -> str:
    base_path = base_path.rstrip("/")
    if path == base_path or path.startswith(base_path + "/"):
        path = path[len(base_path) :]
    path = "/" + path.removeprefix("/").removesuffix("/")
    return path.replace("&", "%26")


def _canonical_query(query: Query) -> str:
    encoded = {_encoded(name): sorted(values, key=_utf16) for name, values in query.items() if name != "jwt"}
    return "&".join(f"{name}={','.join(map(_encoded, encoded[name]))}" for name in sorted(encoded))


def _encoded(text: str) -> str:
    # RFC 3986: everything but letters, digits and -._~ is escaped. Half a surrogate pair can arrive in an event's
    # JSON; it is escaped as it stands rather than refused here, since no signer can have hashed it.
    return quote(text, safe="", errors="surrogatepass")


def _utf16(text: str) -> bytes:
    # Atlassian's servers sort the values as Java and JavaScript compare strings: by UTF-16 code unit.
    return text.encode("utf-16-be", errors="surrogatepass")
