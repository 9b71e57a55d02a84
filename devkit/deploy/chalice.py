"""The unmodified `chalice deploy`, run as a program of its own."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from signal import Signals

from devkit.deploy.reasons import reason
from devkit.errors import DevkitError
from devkit.processes import run_program

KEPT_PACKAGES = 2
"""How many of Chalice's packages are kept: it makes one for every state of the code, and removes none."""


def chalice_deploy(
    folder: Path, stage: str, environment: Mapping[str, str], log: Path, check: Callable[[], None]
) -> None:
    """Runs `chalice deploy` for `stage` in `folder`; what it prints goes to `log`.

    `check` is called several times a second and may raise, to end the deploy. Raises `DevkitError` with the reason
    where the deploy fails.
    """
    command: list[str | Path] = [Path(sys.executable).with_name("chalice"), "deploy", "--stage", stage]
    environment = {"PIP_RETRIES": "1", **environment, "PYTHONDONTWRITEBYTECODE": "1"}
    ended = run_program(command, folder, environment, log, check)
    if ended < 0:
        raise DevkitError(f"Chalice was ended by a signal from outside, {Signals(-ended).name}: run the deploy again.")
    if ended:
        raise DevkitError(f"{reason(log.read_text(errors='replace'), folder)} (all of it: {log})")
    _remove_old_packages(folder / ".chalice" / "deployments")


def _remove_old_packages(folder: Path) -> None:
    packages = sorted(folder.glob("*.zip"), key=lambda path: path.stat().st_mtime)
    for package in packages[:-KEPT_PACKAGES]:
        package.unlink()
