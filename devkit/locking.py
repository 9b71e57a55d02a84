"""All packages, those that packages need in turn included, pinned with the digests of their files: ``make lock``.

A person names packages in `requirements*.in`, each with one version and its reason in docs/dependencies.md; the
`requirements*.txt` beside them are made of these and not edited. They hold for every system and every Python that
Dormouse runs on, and pip takes no file whose digest is not among theirs. What is named keeps its version; what comes
along with it is brought up to date.
Source: https://pip.pypa.io/en/stable/topics/secure-installs/ and https://docs.astral.sh/uv/pip/compile/
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TextIO

from devkit.bootstrap import OLDEST
from devkit.environments import LOCK, build_missing, explain
from devkit.errors import DevkitError
from devkit.places import Places
from devkit.processes import run_program

OPTIONS = ("--quiet", "--universal", "--generate-hashes", "--upgrade", "--custom-compile-command", "make lock")


def lock(places: Places, check: Callable[[], None], out: TextIO = sys.stdout) -> None:
    """Writes every requirements*.txt anew. `check` is called several times a second and may raise.

    Raises `DevkitError` where no versions go together, or the package index does not answer.
    """
    build_missing([LOCK], places, sys.stderr)
    log = places.logs / "lock.log"
    # The shortest name first: the developer's environment takes the shipped packages just as they are shipped.
    for source in sorted(places.root.glob("requirements*.in"), key=lambda path: len(path.name)):
        made = source.with_suffix(".txt")
        oldest = ["--python-version", ".".join(map(str, OLDEST))]
        uv: list[str | Path] = [LOCK.folder / "bin" / "uv", "pip", "compile", *OPTIONS, *oldest]
        if run_program([*uv, source.name, "--output-file", made.name], places.root, os.environ, log, check):
            raise DevkitError(f"{source.name} could not be pinned: {explain(log.read_text())} (all of it: {log})")
        print(f"{made.name} holds {made.read_text().count('==')} packages.", file=out)
