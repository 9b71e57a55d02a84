"""The unmodified `chalice deploy`, run as a program of its own, and its failures in one sentence."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from devkit.deploy.reasons import reason
from devkit.errors import DevkitError
from devkit.processes import stop_process

TICK = 0.05

POLITE_SECONDS = 1.0
"""How long Chalice may take to end when it is told to."""


def chalice_deploy(
    folder: Path, stage: str, environment: Mapping[str, str], log: Path, check: Callable[[], None]
) -> None:
    """Runs `chalice deploy` for `stage` in `folder`; what it prints goes to `log`.

    `check` is called several times a second and may raise, to end the deploy. Raises `DevkitError` with the reason
    where the deploy fails.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as output:
        process = subprocess.Popen(
            [Path(sys.executable).with_name("chalice"), "deploy", "--stage", stage],
            cwd=folder,
            env={"PIP_RETRIES": "1", **environment, "PYTHONDONTWRITEBYTECODE": "1"},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            _wait(process, check)
        finally:
            stop_process(process, POLITE_SECONDS)
    if process.returncode:
        raise DevkitError(f"{reason(log.read_text(errors='replace'), folder)} (all of it: {log})")


def _wait(process: subprocess.Popen[bytes], check: Callable[[], None]) -> None:
    while True:
        check()
        try:
            process.wait(TICK)
        except subprocess.TimeoutExpired:
            continue
        return
