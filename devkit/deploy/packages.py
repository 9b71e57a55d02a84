"""The packages of `requirements.txt`, installed once for this machine, for functions that run on it.

Left to itself, Chalice fetches them for Lambda's processor and system at every change of the code: that takes seconds,
needs the network each time, and on a Mac or an ARM machine gives packages that the embedded AWS could not run. So the
local stage's copy of the project gets them as its `vendor/` folder, which Chalice ships as it is
(https://aws.github.io/chalice/topics/packaging.html), and an empty `requirements.txt`. Real stages are Chalice's alone.
"""

from __future__ import annotations

import hashlib
import shutil
import sys
from collections.abc import Callable, Mapping
from fcntl import LOCK_EX, flock
from pathlib import Path

from devkit.deploy.compiled import compile_folder
from devkit.environments import explain
from devkit.errors import DevkitError
from devkit.processes import run_program


def install(
    requirements: Path, folder: Path, environment: Mapping[str, str], log: Path, check: Callable[[], None]
) -> None:
    """Makes `folder` hold the packages of the file `requirements`; does nothing where it does already.

    `check` is called several times a second and may raise. Raises `DevkitError` where pip fails.
    """
    names = requirements.read_bytes() if requirements.is_file() else b""
    wanted = hashlib.sha256(b"compiled" + sys.version.encode() + names).hexdigest()
    folder.parent.mkdir(parents=True, exist_ok=True)
    with folder.with_suffix(".lock").open("a+") as lock:
        flock(lock, LOCK_EX)  # a run and the tests may share the folder
        lock.seek(0)
        if folder.is_dir() and lock.read() == wanted:
            return
        lock.truncate(0)
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        if names.strip():
            _pip_install(requirements, folder, environment, log, check)
            compile_folder(folder)
        lock.write(wanted)


def _pip_install(
    requirements: Path, folder: Path, environment: Mapping[str, str], log: Path, check: Callable[[], None]
) -> None:
    options = ["--no-input", "--no-compile", "--disable-pip-version-check", "--progress-bar", "off"]
    command = [sys.executable, "-m", "pip", "install", *options, "--target", str(folder), "-r", str(requirements)]
    if run_program(command, requirements.parent, {"PIP_RETRIES": "2", **environment}, log, check):
        raise DevkitError(f"The packages of requirements.txt could not be had: {explain(log.read_text())}")
