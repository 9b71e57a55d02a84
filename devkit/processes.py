"""Child processes: ended in order, and never left behind; and ports."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from devkit.errors import DevkitError

TICK = 0.05
"""How often a program that runs is looked at, in seconds."""

POLITE_SECONDS = 1.0
"""How long a program may take to end when it is told to, before it is killed."""


def stop_process(process: subprocess.Popen[bytes], seconds: float) -> None:
    """Asks `process` to end, waits `seconds`, and then kills it and whatever else is in its session.

    The process must have been started in a session of its own.
    """
    if process.poll() is None:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(seconds)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def run_program(
    command: Sequence[str | Path], folder: Path, environment: Mapping[str, str], log: Path, check: Callable[[], None]
) -> int:
    """Runs `command` in `folder` to its end; what it prints goes to `log`; returns its exit code.

    `check` is called several times a second and may raise: then the program is ended, and what it started with it.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            while True:
                check()
                with contextlib.suppress(subprocess.TimeoutExpired):
                    return process.wait(TICK)
        finally:
            stop_process(process, POLITE_SECONDS)


def is_free(port: int) -> bool:
    """Whether a server could listen on `port` of 127.0.0.1."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def free_port() -> int:
    """A port of 127.0.0.1 on which nothing listens just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def check_port(port: int, setting: str, default: int) -> None:
    """Raises `DevkitError` where something listens on `port`, which `setting` could move from its `default`."""
    if not is_free(port):
        raise DevkitError(
            f"Port {port} is in use: stop what listens there, or run `{setting}={_another(default)} make run`."
        )


def _another(port: int) -> int:
    return next(other for other in range(port + 34, 65_536, 10) if is_free(other))


def complaint(name: str, exit_code: int | None, log: Path) -> str:
    """Why the program `name` does not run any more, or does not answer, with the end of its `log`."""
    if exit_code is None:
        what = "does not answer"
    elif exit_code < 0:
        what = f"was ended by {signal.Signals(-exit_code).name}"
    else:
        what = f"ended with exit code {exit_code}"
    return f"{name} {what}: {last_lines(log, 3) or 'it printed nothing'} (all of it: {log})"


def last_lines(log: Path, count: int) -> str:
    """The last `count` lines of `log` that hold anything, on one line; what can not be read is empty."""
    try:
        text = log.read_text(errors="replace")
    except OSError:
        return ""
    return " | ".join([line.strip() for line in text.splitlines() if line.strip()][-count:])
