"""What a drill has come to: one row of the table."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

HEADINGS = (
    "fault",
    "webhooks",
    "sent",
    "refused or given up",
    "accepted",
    "handled",
    "duplicated",
    "dead-lettered",
    "lost",
    "seconds",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The figures of one drill; they are of deliveries unless they say otherwise."""

    fault: str
    webhooks: int
    """How many there were to send."""
    sent: int
    """How many requests that took."""
    unaccepted: int
    """Those that Jira will not send again: it was told not to, or has tried often enough."""
    accepted: int
    """Those that were answered with 2xx at least once."""
    handled: int
    """Those whose every handler has run to its end."""
    duplicated: int
    """How often a handler that had run to its end did so again."""
    dead: Counter[str] = field(default_factory=Counter)
    """How many accepted ones lie among the dead letters, by their reason."""
    faults: int = 0
    """How many calls to AWS met the fault, where that is what the drill is about."""
    seconds: float
    """From the first webhook to the last delivery."""

    @property
    def lost(self) -> int:
        """Those that were accepted, and are neither handled nor dead letters."""
        return self.accepted - self.handled - self.dead.total()

    def row(self) -> str:
        """This as a line of a table in Markdown."""
        dead = "; ".join(f"{number:,} {reason}" for reason, number in self.dead.most_common()) or "0"
        fault = f"{self.fault} ({self.faults:,} calls met it)" if self.faults else self.fault
        numbers = (self.webhooks, self.sent, self.unaccepted, self.accepted, self.handled, self.duplicated)
        return _row(fault, *(f"{number:,}" for number in numbers), dead, str(self.lost), f"{self.seconds:,.0f}")


def table(rows: list[str]) -> str:
    """The drills as a table in Markdown."""
    return "\n".join([_row(*HEADINGS), _row(*["---"] * len(HEADINGS)), *rows])


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"
