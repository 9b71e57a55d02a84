"""A question to the person at the terminal, before something is changed that is theirs."""

from __future__ import annotations

import select
import sys
from collections.abc import Callable
from typing import TextIO

from devkit.errors import DevkitError
from devkit.interrupts import TICK


def confirm(
    question: str, *, yes: bool, check: Callable[[], None], asked: TextIO | None = None, answered: TextIO | None = None
) -> None:
    """Returns once the person agrees, or at once with `yes`; `check` is called often, and may raise.

    Raises `DevkitError` where they do not, and where there is no terminal to ask on.
    """
    if yes:
        return
    asked, answered = asked or sys.stdout, answered or sys.stdin
    if not answered.isatty():
        raise DevkitError(
            "Nothing was changed: there is no terminal to ask on. Say --yes (`make … YES=1`) to go ahead without."
        )
    print(f"{question} [y/N] ", end="", file=asked, flush=True)
    # A signal is only noted (see `devkit.interrupts`), and would not end a read that waits.
    while not select.select([answered], [], [], TICK)[0]:
        check()
    if answered.readline().strip().lower() not in ("y", "yes"):
        raise DevkitError("Nothing was changed.")
