"""What runs on Node beside the stand-in: packages, pinned by a lock file, and the app in ``tests/peers/express``."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import time
import urllib.request
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from devkit.places import Places
from devkit.processes import free_port

SOURCES: Final = Path(__file__).parent / "express"
MISSING: Final = [name for name in ("node", "npm") if shutil.which(name) is None]
"""Which programs are not on this machine."""

INSTALL_SECONDS: Final = 300
START_SECONDS: Final = 20.0
STAMP: Final = "stamp"


def packages(folder: Path | None = None) -> Path:
    """The folder with the app and its packages, installed where the lock file has changed since; ``.dormouse/peers``.

    No script of a package is run. Raises `subprocess.CalledProcessError` where npm can not install them.
    """
    folder = folder or Places().of("peers")
    digest = hashlib.sha256((SOURCES / "package-lock.json").read_bytes()).hexdigest()
    stamp = folder / STAMP
    is_fresh = stamp.is_file() and stamp.read_text() == digest
    if not is_fresh:
        shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(SOURCES, folder, dirs_exist_ok=True)
    if not is_fresh:
        command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
        subprocess.run(command, cwd=folder, check=True, timeout=INSTALL_SECONDS, capture_output=True)
        stamp.write_text(digest)
    return folder


class ExpressApp:
    """The app on a free port of this machine; with `registers` it registers itself on the site at `jira_url`."""

    def __init__(self, folder: Path, jira_url: str, log: Path, *, registers: bool = False) -> None:
        self.port = free_port()
        self._folder = folder
        self._log = log
        self._environment = {
            **os.environ,
            "PORT": str(self.port),
            "JIRA": jira_url.replace("://", "://admin:admin@"),
            "CONNECT_KEYS_CDN_URL": f"{jira_url}/install-keys",
            "AC_OPTS": "" if registers else "no-reg",
            "NO_COLOR": "1",
        }

    @property
    def base_url(self) -> str:
        """Its base URL."""
        return f"http://localhost:{self.port}"

    @property
    def descriptor_url(self) -> str:
        """Where its descriptor is."""
        return f"{self.base_url}/atlassian-connect.json"

    @property
    def log(self) -> str:
        """All that it has said."""
        return self._log.read_text(errors="replace")

    def __enter__(self) -> Self:
        with self._log.open("w") as log:
            self._process = subprocess.Popen(
                ["node", "app.js"], cwd=self._folder, env=self._environment, stdout=log, stderr=log
            )
        self._wait()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """Asks it to end (SIGTERM), upon which the framework takes its registration back, and waits."""
        self._process.terminate()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _wait(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self._process.poll() is None:
            try:
                urllib.request.urlopen(self.descriptor_url, timeout=1).close()
            except OSError:
                time.sleep(0.1)
            else:
                return
        self.stop()
        raise RuntimeError(f"the app on Node does not answer:\n{self.log}")
