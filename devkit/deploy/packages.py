"""The packages of `requirements.txt`, installed once for this machine, for functions that run on it.

Left to itself, Chalice fetches them for Lambda's processor and system at every change of the code: that takes seconds,
needs the network each time, and on a Mac or an ARM machine gives packages that the embedded AWS could not run. So the
local stage's copy of the project gets them as its `vendor/` folder, which Chalice ships as it is
(https://aws.github.io/chalice/topics/packaging.html), and an empty `requirements.txt`. The template for pipelines gets
them so for Lambda's ARM processors, which Chalice knows nothing of (https://github.com/aws/chalice/issues/1808).
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

NO_WHEEL = "No matching distribution found"
"""What pip says where a package has no wheel for the platforms that it was told."""


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


def install_for_arm(
    requirements: Path, folder: Path, environment: Mapping[str, str], log: Path, check: Callable[[], None]
) -> bool:
    """Makes `folder` hold the packages of the file `requirements` for Lambda's ARM processors; returns whether there
    are wheels of all of them. Raises `DevkitError` where pip fails for another reason."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    wheels = ["--only-binary=:all:", "--implementation", "cp", *(f"--platform={each}" for each in arm_platforms())]
    try:
        _pip_install(requirements, folder, environment, log, check, *wheels)
    except DevkitError:
        if NO_WHEEL not in log.read_text(errors="replace"):
            raise
        return False
    compile_folder(folder)
    return True


def arm_platforms(version: tuple[int, ...] = sys.version_info[:2]) -> list[str]:
    """The platforms of the wheels that run on Lambda's ARM processors, for a Python of `version`.

    Up to 3.11 Lambda has it on Amazon Linux 2, whose glibc is 2.26, then on Amazon Linux 2023 with 2.34
    (https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html).
    """
    glibc = 34 if version >= (3, 12) else 26
    return ["manylinux2014_aarch64", *(f"manylinux_2_{minor}_aarch64" for minor in range(17, glibc + 1))]


def _pip_install(
    requirements: Path,
    folder: Path,
    environment: Mapping[str, str],
    log: Path,
    check: Callable[[], None],
    *more: str,
) -> None:
    options = ["--no-input", "--no-compile", "--disable-pip-version-check", "--progress-bar", "off", *more]
    command = [sys.executable, "-m", "pip", "install", *options, "--target", str(folder), "-r", str(requirements)]
    if run_program(command, requirements.parent, {"PIP_RETRIES": "2", **environment}, log, check):
        raise DevkitError(f"The packages of requirements.txt could not be had: {explain(log.read_text())}")
