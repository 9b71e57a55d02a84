"""The two virtual environments: `.venv` for the developer, `.venv-cloud` for the embedded AWS.

It runs before either exists, so it imports the standard library alone. An environment is built anew when its
requirement files, or the Python, are no longer those of its last complete build.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fcntl import LOCK_EX, LOCK_NB, flock
from pathlib import Path
from typing import NoReturn, TextIO

from devkit.errors import DevkitError
from devkit.places import ROOT, Places

STAMP = "dormouse-stamp"
"""The file in an environment that says from what it was built; it is written last."""

NO_NETWORK = (
    "NewConnectionError",
    "NameResolutionError",
    "Max retries exceeded",
    "ConnectTimeoutError",
    "ReadTimeoutError",
    "ProtocolError",
    "ProxyError",
)


@dataclass(frozen=True, slots=True)
class Environment:
    """One virtual environment below `root`, and the files that say what is in it."""

    name: str
    requirements: tuple[str, ...]
    root: Path = ROOT

    @property
    def folder(self) -> Path:
        """Where it is."""
        return self.root / self.name

    @property
    def python(self) -> Path:
        """Its interpreter."""
        return self.folder / "bin" / "python"

    @property
    def packages(self) -> Path:
        """Where its packages are."""
        return self.folder / "lib" / f"python{sys.version_info[0]}.{sys.version_info[1]}" / "site-packages"

    def is_complete(self) -> bool:
        """Whether its last build came to its end, from the same files and with the same Python as now."""
        try:
            return (self.folder / STAMP).read_text() == self.fingerprint()
        except OSError:
            return False

    def fingerprint(self) -> str:
        """A digest of everything that it is built from."""
        digest = hashlib.sha256(f"{sys.version}\0{self.folder}".encode())
        for name in self.requirements:
            digest.update((self.root / name).read_bytes())
        return digest.hexdigest()

    def build(self, out: TextIO) -> None:
        """Builds it anew and tells `out` how far it is. Raises `DevkitError`."""
        started = time.monotonic()
        shutil.rmtree(self.folder, ignore_errors=True)
        status = Status(out, f"Building {self.name}")
        status.show("making the environment")
        self._run([sys.executable, "-m", "venv", str(self.folder)], status)
        # Byte code is made when a module is first used: most modules of these packages never are.
        options = ["--no-input", "--no-compile", "--disable-pip-version-check", "--progress-bar", "off"]
        file = self.root / self.requirements[0]
        self._run([str(self.python), "-m", "pip", "install", *options, "-r", str(file)], status)
        (self.folder / STAMP).write_text(self.fingerprint())
        status.end(f"{self.name} is ready ({time.monotonic() - started:.0f} s)")

    def _run(self, command: list[str], status: Status) -> None:
        environment = {"PIP_RETRIES": "2", "PIP_DEFAULT_TIMEOUT": "15", **os.environ}
        # In a session of its own, so that a Ctrl-C reaches this process alone, which then ends all of it.
        with subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=environment,
            start_new_session=True,
        ) as process:
            output = []
            try:
                for line in process.stdout or ():
                    output.append(line)
                    status.follow(line)
                code = process.wait()
            except BaseException:
                os.killpg(process.pid, signal.SIGKILL)
                raise
        if code:
            status.end("")
            raise DevkitError(f"{self.name} could not be built: {explain(''.join(output))}")


class Status:
    """What a person sees of a long step: one line that changes on a terminal, a line now and then elsewhere."""

    def __init__(self, out: TextIO, title: str) -> None:
        self._out = out
        self._title = title
        self._packages = 0
        self._started = self._shown = time.monotonic()

    def follow(self, line: str) -> None:
        """Takes one line that pip printed."""
        if line.startswith("Collecting "):
            self._packages += 1
            self.show(f"{self._packages} packages found")
        elif line.startswith("Installing collected packages"):
            self.show(f"installing {line.count(',') + 1} packages", at_once=True)

    def show(self, what: str, *, at_once: bool = False) -> None:
        """Shows `what` is being done and since when; where it is no terminal, at most every ten seconds."""
        now = time.monotonic()
        text = f"{self._title}: {what}, {now - self._started:.0f} s"
        if self._out.isatty():
            print(f"\r\x1b[K{text}", end="", file=self._out, flush=True)
        elif at_once or now == self._started or now - self._shown >= 10:
            self._shown = now
            print(text, file=self._out, flush=True)

    def end(self, text: str) -> None:
        """Replaces the line by `text`."""
        if self._out.isatty():
            print(f"\r\x1b[K{text}", end="\n" if text else "", file=self._out, flush=True)
        elif text:
            print(text, file=self._out, flush=True)


ENVIRONMENTS = (
    Environment(".venv", ("requirements-dev.txt", "requirements.txt")),
    Environment(".venv-cloud", ("requirements-cloud.txt",)),
)
AUDIT = Environment(".venv-audit", ("requirements-audit.txt",))
"""Built by `make audit` alone."""

BENCH = Environment(".venv-bench", ("requirements-bench.txt",))
"""Built by `make bench` alone."""

FUZZ = Environment(".venv-fuzz", ("requirements-fuzz.txt",))
"""Built by `make fuzz` alone, where it can be; the tests look into it from `.venv`."""

LOCK = Environment(".venv-lock", ("requirements-lock.txt",))
"""Built by `make lock` alone."""

ON_DEMAND = (AUDIT, BENCH, FUZZ, LOCK)


def explain(output: str) -> str:
    """Why venv or pip failed, in one sentence, from what it printed."""
    if "ensurepip" in output:
        return missing_venv()
    if is_out_of_reach(output):
        return (
            "the package index can not be reached. Is there a network? "
            "A proxy is named by HTTPS_PROXY, another index by PIP_INDEX_URL."
        )
    if found := re.search(r"No matching distribution found for (\S+)", output):
        return f"the package index has no {found[1]} for this Python ({sys.version.split()[0]})."
    if "No space left" in output:
        return "the disk is full."
    if "require-hashes" in output:
        return "a package in it has no digest. Name it in the .in file beside it, and run `make lock`."
    return next((line.strip() for line in _from_the_end(output) if line.strip()), "it ended without a word.")


def is_out_of_reach(output: str) -> bool:
    """Whether pip has not got through to the index, by its `output`, which then ends with a package that it lacks."""
    return any(sign in output for sign in NO_NETWORK)


def missing_venv() -> str:
    """The sentence for a Python whose venv can not work: Debian and Ubuntu ship it as a package of its own."""
    return (
        "this Python can not make virtual environments. On Debian and Ubuntu: "
        f"`apt-get install python{sys.version_info[0]}.{sys.version_info[1]}-venv`."
    )


def main(arguments: list[str], out: TextIO = sys.stderr) -> int:
    """Builds what is missing, or, with the argument `clean`, removes everything; returns the exit code."""
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, _interrupt)
    try:
        if arguments == ["clean"]:
            clean(Places())
        else:
            build_missing(ENVIRONMENTS, Places(), out)
    except DevkitError as fault:
        print(fault, file=out)
        return 1
    except KeyboardInterrupt:
        print("\nStopped: the next start goes on from here.", file=out)
        return 130
    return 0


def build_missing(environments: Iterable[Environment], places: Places, out: TextIO) -> None:
    """Builds those of `environments` that are not complete. Raises `DevkitError` where one can not be built."""
    if all(environment.is_complete() for environment in environments):
        return
    if importlib.util.find_spec("ensurepip") is None:
        raise DevkitError(f"The environments could not be built: {missing_venv()}")
    places.home.mkdir(exist_ok=True)
    with (places.home / "environments.lock").open("w") as lock:
        try:
            flock(lock, LOCK_EX | LOCK_NB)
        except OSError:
            print("Another command builds the environments: waiting for it.", file=out, flush=True)
            flock(lock, LOCK_EX)
        for environment in environments:
            if not environment.is_complete():
                environment.build(out)


def run_within(environment: Environment, arguments: list[str], places: Places, out: TextIO) -> NoReturn:
    """Goes on as the Python of `environment`, with other arguments; builds it where it is missing.

    Raises `DevkitError` where it can not be built.
    """
    build_missing([environment], places, out)
    os.execv(environment.python, [str(environment.python), *arguments])  # noqa: S606 - our own interpreter


def clean(places: Places) -> None:
    """Removes the environments and all that local runs have stored. Raises `DevkitError` while one runs."""
    with places.taken():
        for folder in (places.home, *(places.root / environment.name for environment in (*ENVIRONMENTS, *ON_DEMAND))):
            shutil.rmtree(folder, ignore_errors=True)


def _interrupt(*_: object) -> NoReturn:
    raise KeyboardInterrupt


def _from_the_end(output: str) -> Iterator[str]:
    lines = output.splitlines()
    yield from (line for line in reversed(lines) if line.startswith("ERROR"))
    yield from reversed(lines)
