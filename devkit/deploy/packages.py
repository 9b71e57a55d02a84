"""The packages of `requirements.txt`, installed once, for functions that run on this machine or on Lambda.

Chalice ships a `vendor/` folder as it is (https://aws.github.io/chalice/topics/packaging.html). So the copy of the
project that it deploys gets the packages there, and an empty `requirements.txt`. Left to itself, Chalice fetches them
at every change of the code; where pip's first choice does not fit Lambda it fetches once more, by name and version
alone, which compares no digest; it knows x86-64 alone (https://github.com/aws/chalice/issues/1808); and on a Mac or an
ARM machine it gives packages that the embedded AWS could not run.
"""

from __future__ import annotations

import hashlib
import shutil
import sys
from collections.abc import Callable, Iterable, Mapping
from fcntl import LOCK_EX, flock
from pathlib import Path

from devkit.deploy.compiled import compile_folder
from devkit.environments import explain, is_out_of_reach
from devkit.errors import DevkitError
from devkit.processes import run_program

ARM, X86 = "arm64", "x86_64"
"""Lambda's processors."""

PLATFORMS = {ARM: ("aarch64", 17), X86: ("x86_64", 5)}
"""The word for each in the names of wheels, and the oldest glibc 2.x that such wheels are made for
(https://peps.python.org/pep-0600/)."""

NO_WHEEL = "No matching distribution found"
"""What pip says where a package has no wheel for the platforms that it was told, and also where it sees no index."""


class NoWheelError(DevkitError):
    """A package of `requirements.txt` has no wheel for Lambda's processor."""


def install(
    requirements: Path,
    folder: Path,
    environment: Mapping[str, str],
    log: Path,
    check: Callable[[], None],
    processor: str | None = None,
) -> None:
    """Makes `folder` hold the packages of the file `requirements`; does nothing where it does already.

    They are for Lambda's `processor`, or, where none is named, for this machine. What was installed, and from which
    files, pip writes beside the folder (see `report_of`). `check` is called several times a second and may raise.
    Raises `NoWheelError` where a package has no wheel for `processor`, `DevkitError` where pip fails otherwise.
    """
    names = requirements.read_bytes() if requirements.is_file() else b""
    wanted = hashlib.sha256(f"without tests {processor} {sys.version}".encode() + names).hexdigest()
    folder.parent.mkdir(parents=True, exist_ok=True)
    with folder.with_suffix(".lock").open("a+") as lock:
        flock(lock, LOCK_EX)  # a run and the tests may share the folder
        lock.seek(0)
        if folder.is_dir() and lock.read() == wanted:
            return
        lock.truncate(0)
        shutil.rmtree(folder, ignore_errors=True)
        report_of(folder).unlink(missing_ok=True)
        folder.mkdir()
        if names.strip():
            _pip_install(requirements, folder, environment, log, check, _wheels(processor) if processor else ())
            for unused in (folder / "bin", *_tests(folder)):  # commands for a person's shell, and what tries packages
                shutil.rmtree(unused, ignore_errors=True)
            compile_folder(folder)
        lock.write(wanted)


def report_of(folder: Path) -> Path:
    """Where pip's report of what it installed into `folder` is
    (https://pip.pypa.io/en/stable/reference/installation-report/)."""
    return folder.with_suffix(".json")


def platforms(processor: str, version: tuple[int, ...] = sys.version_info[:2]) -> list[str]:
    """The platforms of the wheels that run on Lambda's `processor`, for a Python of `version`.

    Up to 3.11 Lambda has it on Amazon Linux 2, whose glibc is 2.26, then on Amazon Linux 2023 with 2.34
    (https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html).
    """
    word, oldest = PLATFORMS[processor]
    newest = 34 if version >= (3, 12) else 26
    return [f"manylinux2014_{word}", *(f"manylinux_2_{minor}_{word}" for minor in range(oldest, newest + 1))]


def _tests(folder: Path) -> list[Path]:
    return [each for each in folder.rglob("tests") if any(each.glob("test_*.py"))]


def _wheels(processor: str) -> list[str]:
    return ["--only-binary=:all:", "--implementation", "cp", *(f"--platform={each}" for each in platforms(processor))]


def _pip_install(
    requirements: Path,
    folder: Path,
    environment: Mapping[str, str],
    log: Path,
    check: Callable[[], None],
    wheels: Iterable[str],
) -> None:
    options = ["--no-input", "--no-compile", "--disable-pip-version-check", "--progress-bar", "off", *wheels]
    places = ["--target", str(folder), "--report", str(report_of(folder)), "-r", str(requirements)]
    command = [sys.executable, "-m", "pip", "install", *options, *places]
    if run_program(command, requirements.parent, {"PIP_RETRIES": "2", **environment}, log, check):
        said = log.read_text(errors="replace")
        lacks_wheel = wheels and NO_WHEEL in said and not is_out_of_reach(said)
        kind = NoWheelError if lacks_wheel else DevkitError
        raise kind(f"The packages of requirements.txt could not be had: {explain(said)}")
