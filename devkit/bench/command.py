"""`make bench`: the figures of this machine, as tables."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence

from devkit.bench import PARTS, cold_part, warm_part
from devkit.bench.figures import Section
from devkit.bench.packages import imports, package, unpack
from devkit.bench.plain_text import aims_table, aligned, lines
from devkit.environments import BENCH, build_missing
from devkit.places import Places
from devkit.simulate.assumptions import Assumptions
from devkit.simulate.command import measured_here
from devkit.simulate.section import simulated


def bench(places: Places, number: int, only: Sequence[str], *, profile: bool) -> None:
    """Measures the parts `only`, or all, and prints their tables, the cold starts of `number` rounds; with `profile`
    what a start imports, and how long that takes, instead.

    Raises `DevkitError` where something can not be measured.
    """
    build_missing((BENCH,), places, sys.stderr)
    python, home = places.root / BENCH.name / "bin/python", places.of("bench")
    made = package(places, home)
    if profile:
        print(imports(python, unpack(made, home / "task")))
        return
    parts: dict[str, Callable[[], Section]] = {
        "cold": lambda: cold_part.measure(python, made, home, number),
        "warm": lambda: warm_part.measure(python, made, home),
        "scale": lambda: simulated(measured_here(places, Assumptions()), seed=1),
    }
    for name in only or PARTS:
        measured = parts[name]()
        measured.write(home / "figures")
        print("\n".join(lines(measured)), flush=True)
    known = [section for name in PARTS if (section := Section.read(home / "figures", name))]
    print("\n".join(aligned(aims_table(aim for section in known for aim in section.aims))))
