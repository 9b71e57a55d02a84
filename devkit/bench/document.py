"""docs/performance.md, as far as figures stand in it: written from what was measured, between two marks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from devkit.bench.figures import Aim, Section
from devkit.bench.plain_text import aligned
from devkit.errors import DevkitError

BEGIN = "<!-- figures: python -m devkit bench --write -->"
END = "<!-- end of figures -->"


def write(document: Path, sections: Iterable[Section]) -> None:
    """Replaces what stands between the marks in `document`. Raises `DevkitError` where it has none."""
    text = document.read_text(encoding="utf-8")
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise DevkitError(f"{document} has no place for figures: the lines {BEGIN} and {END}.")
    figures = "\n".join(_figures(list(sections)))
    document.write_text(f"{before}{BEGIN}\n{figures}\n{END}{after}", encoding="utf-8")


def _figures(sections: list[Section]) -> Iterator[str]:
    aims = [aim for section in sections for aim in section.aims]
    yield f"## Aims: {sum(aim.is_met for aim in aims)} of {len(aims)} met"
    yield ""
    yield from _aims(aims)
    for section in sections:
        yield ""
        yield f"## {section.title}"
        yield ""
        yield section.intro
        yield ""
        yield f"Figures of {section.measured}."
        for note in section.notes:
            yield ""
            yield f"**{note}**"
        for table in section.tables:
            yield ""
            yield "```"
            yield from aligned(table)
            yield "```"


def _aims(aims: list[Aim]) -> Iterator[str]:
    yield "| what | aim | reached | |"
    yield "|---|---|---|---|"
    for aim in aims:
        yield f"| {aim.what} | {aim.wanted} | {aim.reached} | {'met' if aim.is_met else '**not met**'} |"
