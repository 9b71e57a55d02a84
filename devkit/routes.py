"""The table of the routes, from app.py into docs/security.md: ``python -m devkit routes``."""

from __future__ import annotations

import contextlib
import os
import re
import runpy
from collections.abc import Iterator, Sequence
from pathlib import Path

from chalicelib.connect.settings import LOCAL
from chalicelib.connect.web.routes import Route
from devkit.errors import DevkitError

DOCUMENT = Path("docs/security.md")
_SECTION = re.compile(r"(?<=<!-- routes -->\n)(.*?)(?=<!-- end of routes -->)", re.DOTALL)


def write(root: Path) -> None:
    """Writes the table into the document of the project at `root`; raises `DevkitError` where it has no place there."""
    document = root / DOCUMENT
    before = document.read_text(encoding="utf-8")
    if not _SECTION.search(before):
        raise DevkitError(f"{DOCUMENT} lacks the two comments that the table of the routes stands between.")
    table = as_table(read(root))
    document.write_text(_SECTION.sub(lambda _: table, before), encoding="utf-8")


def documented(root: Path) -> str | None:
    """The table that stands in the document; None where there is none."""
    found = _SECTION.search((root / DOCUMENT).read_text(encoding="utf-8"))
    return found and found[0]


def read(root: Path) -> list[Route]:
    """The routes of the app at `root`, as it is loaded on the stage `local`."""
    with _stage_local(root):
        routes: list[Route] = runpy.run_path(str(root / "app.py"))["routes"].table
    return routes


def as_table(routes: Sequence[Route]) -> str:
    """The routes as a table in Markdown, one row each."""
    rows = [f"| {', '.join(each.methods)} | `{each.path}` | {each.token} | {_permitted(each)} | {each.touches} |"
            for each in routes]  # fmt: skip
    head = ["| method | path | token | permission in Jira | data |", "|---|---|---|---|---|"]
    return "\n".join([*head, *rows]) + "\n"


def _permitted(route: Route) -> str:
    if route.permissions is None:
        return {"context": "seeing the place that the token names"}.get(route.token, "none")
    asked = {name: getattr(route.permissions, name) for name in ("issue", "project", "everywhere")}
    return "; ".join(f"{place}: {', '.join(keys)}" for place, keys in asked.items() if keys)


@contextlib.contextmanager
def _stage_local(root: Path) -> Iterator[None]:
    before = dict(os.environ)
    os.environ["CONNECT_STAGE"] = LOCAL
    try:
        with contextlib.chdir(root):
            yield
    finally:
        os.environ.clear()
        os.environ.update(before)
