"""Which scope an app needs for each operation of Jira's REST, as Atlassian's OpenAPI document says it.

``python -m devkit.jira.scope_table swagger-v3.v3.json > devkit/jira/scopes.txt`` writes the table anew.
Source: https://developer.atlassian.com/cloud/jira/platform/swagger-v3.v3.json (``x-atlassian-connect-scope``)
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, Final

TABLE: Final = Path(__file__).parent / "scopes.txt"
METHODS: Final = {"get", "put", "post", "delete", "patch"}

_AGILE: Final = {"GET": "READ", "DELETE": "DELETE"}
"""Jira Software's REST has a document of its own; by its method goes which scope is needed.

Source: https://developer.atlassian.com/cloud/jira/software/scopes-for-connect-apps/
"""

INACCESSIBLE: Final = "INACCESSIBLE"
"""What stands in the place of a scope where no Connect app may call."""


def needed(method: str, path: str) -> str | None:
    """The scope for a request, ``NONE`` where none is needed; None where Jira has no such operation.

    Version 2 needs what version 3 needs.
    """
    if path.startswith("/rest/agile/1.0/"):
        return _AGILE.get(method, "WRITE")
    path = re.sub(r"^/rest/api/(2|latest)/", "/rest/api/3/", path)
    parts = tuple(path.strip("/").split("/"))
    found = [
        (pattern.count("{}"), scope)
        for (verb, pattern), scope in _table().get(len(parts), {}).items()
        if verb == method and all(name in ("{}", part) for name, part in zip(pattern, parts, strict=True))
    ]
    # Where two fit, that with fewer variables is meant: /project/search is no project called search.
    return min(found)[1] if found else None


@cache
def _table() -> dict[int, dict[tuple[str, tuple[str, ...]], str]]:
    """The table by the number of a path's parts, so that few lines are compared with each request."""
    found: dict[int, dict[tuple[str, tuple[str, ...]], str]] = {}
    for line in TABLE.read_text(encoding="utf-8").splitlines():
        scope, verb, path = line.split(" ")
        parts = tuple(path.strip("/").split("/"))
        found.setdefault(len(parts), {})[verb, parts] = scope
    return found


def lines(document: Any) -> Iterator[str]:
    """The lines of the table, out of the OpenAPI document."""
    for path, operations in sorted(document["paths"].items()):
        for verb, operation in operations.items():
            if verb in METHODS and (scope := operation.get("x-atlassian-connect-scope")):
                yield f"{scope} {verb.upper()} {re.sub(r'{[^}]*}', '{}', path)}"


if __name__ == "__main__":
    print("\n".join(lines(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")))))
