"""What came of the steps of a scenario, app by app, as a table."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Outcomes:
    """By step and app what was seen, in the order in which the steps were taken first."""

    seen: dict[str, dict[str, str]] = field(default_factory=dict)

    def note(self, step: str, app: str, words: str) -> None:
        """Writes down what one app did in one step."""
        self.seen.setdefault(step, {})[app] = words

    def table(self) -> list[str]:
        """The lines of the table: a row for each step, a column for each app."""
        apps = list(dict.fromkeys(app for row in self.seen.values() for app in row))
        rows = [["step", *apps], *([step, *(row.get(app, "-") for app in apps)] for step, row in self.seen.items())]
        widths = [max(len(row[column]) for row in rows) for column in range(len(apps) + 1)]
        lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
        return [lines[0], "-" * len(lines[0]), *lines[1:]]
