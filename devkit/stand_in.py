"""The stand-in for Jira as a child process: started, listened to, stopped."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import ProxyHandler, Request, build_opener

from devkit.errors import DevkitError
from devkit.interrupts import END_WITH_INPUT, TICK
from devkit.processes import complaint, stop_process

START_SECONDS = 20
STOP_SECONDS = 1.9

SHOWN = ("warning", "installed")
"""How the lines begin that a person shall see; everything goes to the log."""


class StandIn:
    """The stand-in on `port`, with its state in one folder; it installs the app of a descriptor URL by itself."""

    def __init__(
        self, port: int, state: Path, log: Path, environment: dict[str, str], say: Callable[[str], None]
    ) -> None:
        """`say` is given those of the lines that it prints that a person shall see."""
        self.log = log
        self._command = [sys.executable, "-m", "devkit", "jira", "--port", str(port), "--state", str(state)]
        self._environment = {**environment, END_WITH_INPUT: "1", "PYTHONUNBUFFERED": "1"}
        self._say = say
        self._ready = ""
        self._process: subprocess.Popen[bytes] | None = None
        self._listener: threading.Thread | None = None

    def start(self, root: Path, descriptor_url: str, check: Callable[[], None]) -> str:
        """Starts it in the folder `root`, and waits until it serves; returns its URL.

        `check` is called meanwhile and may raise. Raises `DevkitError` where it ends, or does not come to serve.
        """
        self.log.parent.mkdir(parents=True, exist_ok=True)
        self._process = process = subprocess.Popen(
            [*self._command, "--install", descriptor_url],
            cwd=root,
            env=self._environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        self._listener = threading.Thread(target=self._listen, args=(process,), daemon=True)
        self._listener.start()
        deadline = time.monotonic() + START_SECONDS
        while not self._ready:
            check()
            if process.poll() is not None or time.monotonic() > deadline:
                raise DevkitError(self.complaint())
            time.sleep(TICK)
        return self._ready

    def tell(self, descriptor_url: str) -> None:
        """Has it read a descriptor that may have changed. Raises `DevkitError` with its words where it refuses that."""
        body = json.dumps({"descriptorUrl": descriptor_url}).encode()
        headers = {"Content-Type": "application/json"}
        asked = Request(f"{self._ready}/stand-in/apps", body, headers, method="PUT")
        try:
            build_opener(ProxyHandler({})).open(asked, timeout=START_SECONDS).close()
        except HTTPError as fault:
            reasons = json.loads(fault.read()).get("errorMessages", [])
            raise DevkitError(f"The stand-in for Jira refuses the new descriptor: {' '.join(reasons)}") from fault
        except OSError as fault:
            raise DevkitError(f"The stand-in for Jira does not answer: {fault}.") from fault

    @property
    def exit_code(self) -> int | None:
        """The exit code of its process, None while it runs."""
        return self._process.poll() if self._process else None

    def complaint(self) -> str:
        """Why it does not run, or does not answer, from the end of its log."""
        if self._listener and self.exit_code is not None:
            self._listener.join(1)
        return complaint("The stand-in for Jira", self.exit_code, self.log)

    def stop(self) -> None:
        """Stops it within two seconds, its state saved; does nothing where it does not run."""
        if self._process:
            stop_process(self._process, STOP_SECONDS)
            if self._listener:
                self._listener.join(1)
            for stream in (self._process.stdin, self._process.stdout):
                if stream:
                    stream.close()

    def _listen(self, process: subprocess.Popen[bytes]) -> None:
        with self.log.open("wb", buffering=0) as log:
            for line in process.stdout or ():
                log.write(line)
                text = line.decode(errors="replace").strip()
                if text.startswith("ready "):
                    self._ready = text.removeprefix("ready ")
                elif text.startswith(SHOWN):
                    self._say(text)
