"""Which dead letters a command is about."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from fnmatch import fnmatchcase

from devkit.deliveries.letters import DeadLetter

_SECONDS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """What a dead letter must be to be meant; what is left out admits all."""

    ids: Collection[str] = ()
    """Names of deliveries, as Jira gave them, or of messages, as SQS did."""
    tenant: str = ""
    event: str = ""
    """The event; ``*`` stands for any letters."""
    error: str = ""
    """A part of the reason, in small or capital letters."""
    older_than: float | None = None
    """The least age in seconds."""
    newer_than: float | None = None
    """The greatest age in seconds."""

    def admits(self, letter: DeadLetter, now: float) -> bool:
        """Whether `letter` is meant at `now` (Unix time)."""
        age = now - letter.sent_at
        return (
            (not self.ids or letter.id in self.ids or letter.message_id in self.ids)
            and self.tenant in ("", letter.tenant)
            and fnmatchcase(letter.event, self.event or "*")
            and self.error.lower() in letter.reason.lower()
            and (self.older_than is None or age >= self.older_than)
            and (self.newer_than is None or age <= self.newer_than)
        )


def seconds(text: str) -> float:
    """The seconds in an age such as ``90s``, ``15m``, ``2h`` or ``3d``. Raises `ValueError` for any other text."""
    found = re.fullmatch(r"([0-9]{1,6})([smhd])", text)
    if not found:
        raise ValueError(f"{text!r} is no age: write 90s, 15m, 2h or 3d.")
    return float(found[1]) * _SECONDS[found[2]]


def age(seconds: float) -> str:
    """An age for people, in its largest unit that fits: ``3d``, ``2h``, ``15m`` or ``40s``."""
    for unit in "dhm":
        if seconds >= _SECONDS[unit]:
            return f"{int(seconds // _SECONDS[unit])}{unit}"
    return f"{max(0, int(seconds))}s"
