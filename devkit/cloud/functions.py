"""How the embedded AWS runs functions: what they see, what they print, and how fast they are handed on.

It changes private names of ministack 1.5.33; `devkit.cloud.launcher` checks the version.
"""

from __future__ import annotations

import hashlib
import logging
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path
from threading import Lock
from types import SimpleNamespace
from typing import Any

from ministack.core import lambda_runtime
from ministack.services import lambda_svc

SEEN_OF_THE_HOST = frozenset({"PATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "TMPDIR"})
"""What a function's process needs of this process' environment; Lambda would show it nothing of the host either."""

KEPT_PACKAGES = 6
"""How many unpacked packages are kept: those of the functions there are, and what their processes may still read."""

LOG_FILE = "DORMOUSE_FUNCTIONS_LOG"
"""The environment variable that names the file to which functions print; unset: standard output."""

_unpacking = Lock()
printed = logging.getLogger("dormouse.functions")


def install() -> None:
    """Makes functions see only what is theirs, print into the log file, and answer without ministack's own waits."""
    lambda_runtime.subprocess = SimpleNamespace(**{**vars(subprocess), "Popen": _start})
    lambda_runtime.zipfile = SimpleNamespace(**{**vars(zipfile), "ZipFile": SharedCode})
    # It imports botocore in front of every function, for a count that finds endless recursions: 0.15 s of a cold start.
    lambda_runtime._PYTHON_WORKER_SCRIPT = _without(lambda_runtime._PYTHON_WORKER_SCRIPT, "_ms_install_invoke_depth()")
    lambda_runtime.Worker.invoke = _and_log(lambda_runtime.Worker.invoke)
    # Every invocation waits this long for a first line on stderr, by default 50 ms, of which a silent one takes all.
    lambda_runtime.Worker._drain_stderr_bounded.__defaults__ = (0.001, 0.001, 0.25)
    # A new function is Pending this long, and every waiter in `chalice deploy` then sleeps 5 s.
    lambda_svc._LAMBDA_STATE_TRANSITION_DELAY = 0.0
    path = os.environ.get(LOG_FILE)
    handler = logging.FileHandler(path, encoding="utf-8") if path else logging.StreamHandler(sys.stdout)
    handler.setFormatter(logging.Formatter("%(asctime)s %(message)s", "%H:%M:%S"))
    printed.addHandler(handler)
    printed.setLevel(logging.INFO)
    printed.propagate = False


def busy() -> bool:
    """Whether a function is running."""
    return bool(lambda_runtime.workers_in_use())


def stop_polling() -> None:
    """Hands no more messages of queues to functions; what they have already they may finish."""
    lambda_svc._poll_sqs = lambda: False


def kill_workers() -> None:
    """Ends the processes of all functions and removes their folders."""
    lambda_runtime.reset()
    shutil.rmtree(unpacked_packages(), ignore_errors=True)


def unpacked_packages() -> Path:
    """The folder of the unpacked packages."""
    return Path(tempfile.gettempdir()) / "code"


def own_environment(given: Mapping[str, str], host: Mapping[str, str]) -> dict[str, str]:
    """What remains of a function's environment `given` without what merely leaked into it from the `host` process."""
    return {name: value for name, value in given.items() if name in SEEN_OF_THE_HOST or host.get(name) != value}


class SharedCode(zipfile.ZipFile):
    """A function's package, unpacked once for all of its processes, each of which is given a link to it.

    Unpacking is most of a cold start here, and Python's compiled modules are found again. On AWS, too, the folder is
    one that a function can not write into.
    """

    def extractall(self, path: Any = None, members: Any = None, pwd: Any = None) -> None:
        """Makes the empty folder `path` a link to the unpacked package."""
        shared = unpacked_packages()
        with _unpacking:
            unpacked = shared / hashlib.sha256(Path(str(self.filename)).read_bytes()).hexdigest()
            if not unpacked.exists():
                super().extractall(shared / "unfinished")
                (shared / "unfinished").rename(unpacked)
            os.utime(unpacked)
            for old in sorted(shared.iterdir(), key=lambda folder: folder.stat().st_mtime)[:-KEPT_PACKAGES]:
                shutil.rmtree(old)
        Path(path).rmdir()
        Path(path).symlink_to(unpacked, target_is_directory=True)


def _without(script: str, call: str) -> str:
    lines = script.splitlines()
    kept = [line for line in lines if line.strip() != call]
    if len(kept) != len(lines) - 1:
        raise RuntimeError(f"ministack's worker does not call {call} once.")
    return "\n".join(kept)


def _start(*arguments: Any, env: Mapping[str, str], **options: Any) -> subprocess.Popen[Any]:
    start: Any = subprocess.Popen
    process: subprocess.Popen[Any] = start(*arguments, env=own_environment(env, os.environ), **options)
    return process


def _and_log(invoke: Any) -> Any:
    def logged(worker: Any, *arguments: Any, **options: Any) -> Any:
        result = invoke(worker, *arguments, **options)
        for line in (result.get("log") or "").splitlines():
            printed.info("%s: %s", worker.func_name, line)
        if trace := result.get("trace"):
            printed.error("%s: %s", worker.func_name, trace)
        elif result.get("status") == "error":
            printed.error("%s: %s", worker.func_name, result.get("error"))
        return result

    return logged
