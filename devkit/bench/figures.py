"""What the parts of the bench have found: tables, pictures and aims, in one shape for the terminal, the report and
docs/performance.md; each part is kept as JSON, so that parts may be measured at different times."""

from __future__ import annotations

import json
import os
import platform
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of text, each as long as `columns`; the first column names the row."""

    title: str
    columns: list[str]
    rows: list[list[str]]


@dataclass(frozen=True, slots=True)
class Bars:
    """One bar for each label, all of one `unit`."""

    title: str
    unit: str
    labels: list[str]
    values: list[float]
    marks: list[float] = field(default_factory=list)
    """Where the aims are, 0 for none; as many as labels, or none at all."""


@dataclass(frozen=True, slots=True)
class Lines:
    """One line for each name, through points (x, y); the x of all are of one unit, and so are the y."""

    title: str
    x: str
    y: str
    lines: dict[str, list[tuple[float, float]]]


@dataclass(frozen=True, slots=True)
class Aim:
    """Something that was to be reached."""

    what: str
    wanted: str
    reached: str
    is_met: bool


@dataclass(frozen=True, slots=True)
class Section:
    """What one part has found."""

    name: str
    """By which it is chosen on the command line."""
    title: str
    intro: str
    """One paragraph: what was measured, and how."""
    tables: list[Table] = field(default_factory=list)
    bars: list[Bars] = field(default_factory=list)
    lines: list[Lines] = field(default_factory=list)
    aims: list[Aim] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    """What was not measured, and why; and what is to be known of the figures."""
    facts: dict[str, float] = field(default_factory=dict)
    """What other parts work with, by name."""
    measured: str = ""
    """When, and on what machine."""

    def write(self, folder: Path) -> None:
        """Keeps it in `folder`."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{self.name}.json").write_text(json.dumps(asdict(self), indent=1))

    @classmethod
    def read(cls, folder: Path, name: str) -> Section | None:
        """The section that `write` kept last; None where there is none, or one of another version."""
        try:
            found: dict[str, Any] = json.loads((folder / f"{name}.json").read_text())
            return cls(
                **{
                    **found,
                    "tables": [Table(**each) for each in found["tables"]],
                    "bars": [Bars(**each) for each in found["bars"]],
                    "lines": [Lines(**each) for each in found["lines"]],
                    "aims": [Aim(**each) for each in found["aims"]],
                }
            )
        except (OSError, ValueError, KeyError, TypeError):
            return None


def here_and_now() -> str:
    """The machine and the time, for the figures that are taken now."""
    load = " ".join(f"{each:.1f}" for each in os.getloadavg())
    return (
        f"{time.strftime('%d %B %Y, %H:%M')}, {_processor()} ({platform.machine()}, {os.cpu_count()} cores; "
        f"load before: {load}), {platform.system()} {platform.release().split('-')[0]}, "
        f"Python {platform.python_version()}"
    )


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or "a processor"
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.processor() or "a processor")
