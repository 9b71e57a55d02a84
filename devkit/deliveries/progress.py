"""A bar that grows while dead letters are read."""

from __future__ import annotations

from typing import TextIO

from devkit.steps import ERASE

SHOWN_FROM = 50
"""Fewer letters than this are read before a bar could be seen."""

WIDTH = 30


class Progress:
    """Shows on `out`, where that is a terminal, how many of about `total` letters are read; nothing elsewhere."""

    def __init__(self, out: TextIO, total: int) -> None:
        self._out = out
        self._total = total
        self._read = 0
        self._shown = total >= SHOWN_FROM and out.isatty()

    def add(self, number: int) -> None:
        """So many more are read."""
        self._read += number
        if self._shown:
            # SQS knows its own number only roughly.
            full = min(WIDTH, WIDTH * self._read // self._total)
            bar = "\N{FULL BLOCK}" * full + "\N{MIDDLE DOT}" * (WIDTH - full)
            self._say(f"{ERASE}{bar} {self._read:,} of about {self._total:,}")

    def end(self) -> None:
        """Takes the bar away."""
        if self._shown:
            self._say(ERASE)

    def _say(self, text: str) -> None:
        print(text, end="", file=self._out, flush=True)
