"""Compiled files for a package: without them Python compiles all that it imports at every cold start.

Chalice makes none, but takes along what lies in `chalicelib/` and in `vendor/`, whose content goes to the top of the
package. A compiled file is tied to its source by the source's hash, since a zip does not keep times well enough.
Source: https://docs.python.org/3/library/py_compile.html#py_compile.PycInvalidationMode
"""

from __future__ import annotations

import py_compile
import re
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, distribution
from importlib.util import cache_from_source
from pathlib import Path

import chalice
import chalice.app

UNCHECKED = py_compile.PycInvalidationMode.UNCHECKED_HASH
"""For a source that is shipped beside it: Lambda does not read it again."""
CHECKED = py_compile.PycInvalidationMode.CHECKED_HASH
"""For a source that someone else ships: should it be another one, Python sees it and compiles it anew."""

CHALICE = tuple(Path(str(module.__file__)) for module in (chalice, chalice.app))
"""What Chalice ships of itself."""


def compile_project(root: Path) -> None:
    """Puts into the project `root` all compiled files that a plain `chalice deploy` of it takes along.

    Left to itself, Chalice takes along what Python has put beside the modules that it has imported meanwhile: tied to
    times that no zip keeps, so that Lambda compiles nearly all anew. What is put here stays good on this machine as
    well, where a source may change: Python compares it.
    """
    compile_folder(root / "chalicelib", CHECKED)
    compile_into(root / "vendor", root / "app.py", root / "requirements.txt")


def compile_folder(folder: Path, mode: py_compile.PycInvalidationMode = UNCHECKED) -> None:
    """Puts beside every module below `folder` what Python compiles it to; leaves out what this Python can not read."""
    for source in folder.rglob("*.py"):
        _compile(source, source, str(source.relative_to(folder.parent)), mode)


def compile_into(vendor: Path, app: Path, requirements: Path | None) -> None:
    """Puts into the folder `vendor` what `app`, Chalice and, where it is given, the packages of `requirements` become.

    Chalice gets these packages for Lambda's system; their Python is the same for all, and is taken from this
    environment.
    """
    _compile(app, vendor / app.name, app.name, CHECKED)
    for source in CHALICE:
        _compile(source, vendor / "chalice" / source.name, f"chalice/{source.name}", CHECKED)
    for place, source in _modules(requirements) if requirements else ():
        _compile(source, vendor / place, str(place), CHECKED)


def _compile(source: Path, place: Path, shown: str, mode: py_compile.PycInvalidationMode) -> None:
    try:
        py_compile.compile(
            str(source),
            cache_from_source(str(place)),
            dfile=f"/var/task/{shown}",
            doraise=True,
            invalidation_mode=mode,
        )
    except py_compile.PyCompileError:
        return


def _modules(requirements: Path) -> Iterator[tuple[Path, Path]]:
    """The modules of the packages of `requirements`, by their place in a package, and where they are here."""
    seen: set[str] = set()
    waiting = [name for line in requirements.read_text().splitlines() if (name := _name(line))]
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        try:
            found = distribution(name)
        except PackageNotFoundError:  # it is for another system or Python
            continue
        waiting += [_name(line) for line in found.requires or () if "extra ==" not in line]
        for file in found.files or ():
            if file.suffix == ".py" and ".." not in file.parts:
                yield Path(file), Path(str(found.locate_file(file)))


def _name(requirement: str) -> str:
    found = re.match(r"[A-Za-z0-9][A-Za-z0-9._-]*", requirement.strip())  # else it is a comment, or a digest
    return found[0] if found else ""
