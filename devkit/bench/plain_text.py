"""The figures as plain text, for the terminal and for docs/performance.md."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Iterator

from devkit.bench.figures import Aim, Section, Table

WIDTH = 100


def lines(section: Section) -> Iterator[str]:
    """A section, with its tables."""
    yield section.title
    yield "=" * len(section.title)
    yield from textwrap.wrap(section.intro, WIDTH)
    yield f"Figures of {section.measured}."
    for table in section.tables:
        yield ""
        yield from aligned(table)
    for note in section.notes:
        yield ""
        yield from textwrap.wrap(f"! {note}", WIDTH)
    yield ""


def aligned(table: Table) -> Iterator[str]:
    """A table whose columns stand under each other: figures to the right, words to the left."""
    rows = [table.columns, *table.rows]
    widths = [max(len(row[at]) for row in rows) for at in range(len(table.columns))]
    right = [all(is_figure(row[at]) for row in table.rows) for at in range(len(table.columns))]
    yield table.title
    for row in rows:
        cells = (
            cell.rjust(width) if is_right else cell.ljust(width)
            for cell, width, is_right in zip(row, widths, right, strict=True)
        )
        yield "  ".join(cells).rstrip()


def aims_table(aims: Iterable[Aim]) -> Table:
    """The aims as a table."""
    return Table(
        "Aims",
        ["what", "aim", "reached", ""],
        [[aim.what, aim.wanted, aim.reached, "met" if aim.is_met else "NOT MET"] for aim in aims],
    )


def is_figure(text: str) -> bool:
    """Whether a cell holds a figure, or nothing."""
    return bool(re.fullmatch(r"[$<≤≥~-]?[\d.,]*( ?(%|ms|s|MB|x))?", text))
