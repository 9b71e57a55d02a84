"""`make bench`: the figures of this machine, as tables, as a report, and as a part of docs/performance.md."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from devkit.bench import PARTS, cold_part, flow_part, warm_part
from devkit.bench.document import write
from devkit.bench.figures import Section
from devkit.bench.packages import imports, package, unpack
from devkit.bench.plain_text import aims_table, aligned, lines
from devkit.bench.report import report
from devkit.cloud.embedded import forget_users_aws
from devkit.environments import BENCH, build_missing
from devkit.places import Places
from devkit.simulate.assumptions import Assumptions
from devkit.simulate.command import measured_here
from devkit.simulate.section import simulated

DOCUMENT = "docs/performance.md"


def bench(places: Places, number: int, only: Sequence[str], *, writes: bool) -> None:
    """Measures the parts `only`, or all, the cold starts in `number` rounds; prints their tables, and makes the report
    of the newest figures of all parts. With `writes` these go into docs/performance.md, too.

    Raises `DevkitError` where something can not be measured.
    """
    forget_users_aws()
    python, home, made = _prepared(places)
    parts: dict[str, Callable[[], Section]] = {
        "cold": lambda: cold_part.measure(python, made, home, number),
        "warm": lambda: warm_part.measure(python, made, home),
        "flow": lambda: flow_part.measure(places, home),
        "scale": lambda: simulated(measured_here(places, Assumptions()), seed=1),
    }
    figures = home / "figures"
    for name in only or PARTS:
        measured = parts[name]()
        measured.write(figures)
        print("\n".join(lines(measured)), flush=True)
    known = [section for name in PARTS if (section := Section.read(figures, name))]
    print("\n".join(aligned(aims_table(aim for section in known for aim in section.aims))))
    page = home / "report.html"
    page.write_text(report(known), encoding="utf-8")
    print(f"\nThe report, with pictures: {page}")
    if writes:
        write(places.root / DOCUMENT, known)
        print(f"Written into {DOCUMENT}.")


def profile(places: Places) -> None:
    """Prints what a start of the app imports, and how long that takes. Raises `DevkitError`."""
    python, home, made = _prepared(places)
    print(imports(python, unpack(made, home / "task")))


def _prepared(places: Places) -> tuple[Path, Path, Path]:
    """The interpreter that stands for Lambda's, the folder of the bench, and the package."""
    build_missing((BENCH,), places, sys.stderr)
    home = places.of("bench")
    return BENCH.python, home, package(places, home)
