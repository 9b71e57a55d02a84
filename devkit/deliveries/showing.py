"""How dead letters look on a terminal."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from devkit.deliveries.filters import age
from devkit.deliveries.letters import DeadLetter

_HEAD = ("AGE", "TENANT", "EVENT", "DELIVERY", "REASON")


def table(letters: Sequence[DeadLetter], now: float) -> list[str]:
    """One line per letter below a line of headings, the oldest first; nothing where there are none."""
    if not letters:
        return []
    ordered = sorted(letters, key=lambda letter: letter.sent_at)
    return aligned([_HEAD, *(_row(letter, now) for letter in ordered)])


def summary(letters: Iterable[DeadLetter]) -> list[str]:
    """One line per event and reason, with how many there are, the most first."""
    counted = Counter((letter.event, _reason(letter)) for letter in letters)
    return aligned([(str(count), event, reason) for (event, reason), count in counted.most_common()])


def whole(letter: DeadLetter, body: str | None, now: float) -> list[str]:
    """All there is to say of one letter, its body at the end."""
    came = datetime.fromtimestamp(letter.sent_at, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    attempt = letter.message.attempt if letter.message else 0
    lines = [
        f"Delivery  {printable(letter.id)}",
        f"Message   {letter.message_id}",
        f"Tenant    {printable(letter.tenant)}",
        f"Event     {printable(letter.event)}",
        f"Came      {came}, {age(now - letter.sent_at)} ago" + (f", at Jira's attempt {attempt + 1}" * bool(attempt)),
        f"Reason    {_reason(letter)}",
        "",
    ]
    return [*lines, *_pretty(body)]


def printable(text: str) -> str:
    """`text` without anything that a terminal would obey: it came from outside."""
    return "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text)


def count(number: int, what: str = "dead letter") -> str:
    """A number with its noun."""
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """A line for each row, its cells below one another."""
    cells = [[printable(cell) for cell in row] for row in rows]
    widths = [max((len(row[column]) for row in cells), default=0) for column in range(len(cells[0]) if cells else 0)]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in cells]


def _row(letter: DeadLetter, now: float) -> tuple[str, ...]:
    return (age(now - letter.sent_at), letter.tenant, letter.event, letter.id, _reason(letter))


def _reason(letter: DeadLetter) -> str:
    return printable(f"handled since; {letter.reason}" if letter.handled else letter.reason)


def _pretty(body: str | None) -> list[str]:
    if body is None:
        return ["The body was too large for the queue, and is not kept any more."]
    try:
        text = json.dumps(json.loads(body), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        text = body
    return [printable(line) for line in text.split("\n")]
