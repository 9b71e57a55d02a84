"""Ctrl-C and SIGTERM: noted when they come, acted upon between two steps, so that nothing is left half done."""

from __future__ import annotations

import os
import signal
import threading
import time

TICK = 0.05
"""How often a wait looks whether it shall end, in seconds."""


END_WITH_INPUT = "DORMOUSE_END_WITH_INPUT"
"""Set for a child process that shall end with its standard input (see `end_with_input`)."""


class Interrupted(Exception):
    """Raised when the user, or the system, has asked this process to end."""


class Interrupts:
    """Whether this process was asked to end.

    A handler that raised could do so between the start of a child and the moment from which it is known; one that set
    a `threading.Event` could wait for the lock that the code it interrupted holds. So it sets a plain flag.
    """

    def __init__(self) -> None:
        self._asked = False

    def install(self) -> None:
        """Notes SIGINT, SIGTERM and SIGHUP from now on; to be called in the main thread."""
        for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(name, self._note)

    def check(self) -> None:
        """Raises `Interrupted` where this process was asked to end."""
        if self._asked:
            raise Interrupted

    def wait(self, seconds: float) -> None:
        """Waits `seconds`. Raises `Interrupted` at once where this process is asked to end."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self.check()
            time.sleep(min(TICK, left))
        self.check()

    def _note(self, *_: object) -> None:
        self._asked = True


def end_with_input() -> None:
    """Ends this process, as SIGTERM does, when its standard input ends: then whoever started it is gone."""

    def watch() -> None:
        while os.read(0, 1024):
            pass
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, daemon=True).start()
