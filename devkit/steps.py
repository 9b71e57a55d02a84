"""What a person sees of a command: what was done, and how long each step took."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

ERASE = "\r\x1b[K"
"""Takes a terminal back to the beginning of the line, which it empties."""


class Step:
    """A step under way; `note` is shown behind its time."""

    def __init__(self) -> None:
        self.note = ""


class Steps:
    """Shows steps on `out`: on a terminal also the one under way."""

    def __init__(self, out: TextIO | None = None) -> None:
        self._out = out or sys.stdout
        self.done: list[str] = []
        """The titles of the steps that have ended well."""

    @contextmanager
    def step(self, title: str) -> Iterator[Step]:
        """Shows `title` and, when the step has ended well, its seconds."""
        started, step = time.monotonic(), Step()
        on_terminal = self._out.isatty()
        if on_terminal:
            self.say(f"         {title} …", end="")
        try:
            yield step
        except BaseException:
            if on_terminal:
                self.say(ERASE, end="")
            raise
        self.done.append(title)
        seconds = time.monotonic() - started
        note = f": {step.note}" if step.note else ""
        self.say(f"{ERASE if on_terminal else ''}{seconds:6.1f} s {title}{note}")

    def begin_anew(self) -> None:
        """What was done until now was only to look: an account of what stands begins here."""
        self.done.clear()

    def account(self) -> str:
        """What was done, in words for whoever has to go on from there."""
        return ", ".join(f"“{title}”" for title in self.done) or "nothing"

    def say(self, text: str, end: str = "\n") -> None:
        """Shows `text` at once."""
        print(text, end=end, file=self._out, flush=True)
