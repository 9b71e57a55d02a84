"""Faults that a person or a test can have the stand-in make: each for the next few times, or until it is taken back.

What goes wrong between Jira and an app seldom goes wrong on a developer's machine. Here it does when asked.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Final

from devkit.jira.happenings import SiteFault
from devkit.jira.model import Json

KINDS: Final = {
    "duplicate": "A webhook is sent twice, under one identifier.",
    "delay": "A webhook is sent so many seconds late.",
    "reorder": "A webhook is held back until the next one has been sent.",
    "drop": "A webhook is never sent, and is not listed as failed either.",
    "wrong_token": "A webhook is signed with a secret that is not the app's.",
    "huge_body": "The body of a webhook is padded to so many megabytes.",
    "clock_skew": "Tokens are of a clock that is so many seconds ahead, or behind.",
    "keys_outage": "The install keys can not be read: 503.",
    "rest_429": "An app's call to REST is answered with 429, and told to wait so many seconds.",
    "rest_5xx": "An app's call to REST is answered with 503.",
}
"""What there is, and what it does."""

DEFAULTS: Final = {"delay": 5.0, "huge_body": 7.0, "clock_skew": 600.0, "rest_429": 2.0}
"""The amount of those that have one."""

MOST: Final = {"delay": 3600.0, "huge_body": 30.0, "clock_skew": 10 * 365 * 86_400.0, "rest_429": 3600.0}


@dataclass(slots=True)
class Fault:
    """One fault that is on. `left` is for how many times, None until it is taken back."""

    kind: str
    left: int | None
    amount: float


class Faults:
    """The faults that are on, one of each kind. They are not kept: a new start is a sound one."""

    def __init__(self) -> None:
        self._on: dict[str, Fault] = {}
        self.listeners: list[Callable[[], None]] = []

    def set(self, kind: str, times: int | None = 1, amount: float | None = None) -> None:
        """Has one kind happen so many times, or until it is taken back, as a clock always is; raises `SiteFault`."""
        if kind not in KINDS:
            raise SiteFault(f"There is no fault {kind!r}. There are: {', '.join(KINDS)}.")
        if times is not None and times < 1:
            raise SiteFault("A fault happens at least once.")
        wanted = DEFAULTS.get(kind, 0.0) if amount is None else amount
        if abs(wanted) > MOST.get(kind, 0.0) or (wanted < 0 and kind != "clock_skew"):
            raise SiteFault(f"{kind} can not be of the amount {wanted:g}.")
        self._on[kind] = Fault(kind, None if kind == "clock_skew" else times, wanted)
        self._tell()

    def clear(self, kind: str | None = None) -> None:
        """Takes back one kind, or all."""
        if kind is None:
            self._on.clear()
        else:
            self._on.pop(kind, None)
        self._tell()

    def take(self, kind: str) -> Fault | None:
        """The fault of a kind, where it is on; that counts as one time."""
        found = self._on.get(kind)
        if found is not None and found.left is not None:
            found.left -= 1
            if found.left == 0:
                del self._on[kind]
            self._tell()
        return found

    @property
    def skew(self) -> float:
        """By how many seconds the clock of tokens is ahead; it stays so until it is taken back."""
        found = self._on.get("clock_skew")
        return found.amount if found else 0.0

    def shown(self) -> list[Json]:
        """All kinds, with what is on."""
        return [
            {
                "kind": kind,
                "words": words,
                "amount": DEFAULTS.get(kind),
                "on": asdict(self._on[kind]) if kind in self._on else None,
            }
            for kind, words in KINDS.items()
        ]

    def _tell(self) -> None:
        for listener in self.listeners:
            listener()
