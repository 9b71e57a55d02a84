"""The cold starts: rounds in which every contender is started once, beside a bare handler.

All of a round are started one after another on one core, so that what slows the machine down slows all of them down:
figures are to be compared within one table only.
"""

from __future__ import annotations

import random
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from devkit.bench.contenders import BARE_NAME, Contender
from devkit.bench.figures import Aim, Bars, Table
from devkit.bench.runtime import ColdStart, cold_start
from devkit.bench.shares import share
from devkit.errors import DevkitError

COLUMNS = ["path", "init ms", "first answer ms", "x bare", "aim", "CPU ms", "CPU x bare", "peak MB"]


@dataclass(frozen=True, slots=True)
class Row:
    """The medians of one contender."""

    name: str
    init: float
    total: float
    cpu: float
    memory: float
    ratio: float
    """How many times as long as the bare handler."""
    cpu_ratio: float
    """The same of its processor time, on which other work of the machine has less influence."""
    aim: float


def rounds(contenders: Sequence[Contender], number: int, mb: int | None) -> list[Row]:
    """The rows of `number` rounds, under the share of a core of a function of `mb`, or of all.

    Raises `DevkitError` where one does not answer as it should.
    """
    starts: dict[str, list[ColdStart]] = {each.name: [] for each in contenders}
    order, chance = list(contenders), random.Random(number)  # noqa: S311 - no secret hangs on it
    with share(mb) as prefix:
        for _ in range(number):
            # Nobody always starts after the same one: what that leaves in the processor's caches would tell.
            chance.shuffle(order)
            for each in order:
                starts[each.name].append(_start(each, prefix))
    medians = {name: _median(found) for name, found in starts.items()}
    bare = medians[BARE_NAME]
    return [
        Row(
            name=each.name,
            init=medians[each.name].init,
            total=medians[each.name].total,
            cpu=medians[each.name].cpu,
            memory=medians[each.name].memory,
            ratio=medians[each.name].total / bare.total,
            cpu_ratio=medians[each.name].cpu / bare.cpu,
            aim=each.aim,
        )
        for each in contenders
    ]


def table(title: str, rows: Sequence[Row]) -> Table:
    """The rows as they are shown."""
    return Table(
        title,
        COLUMNS,
        [
            [
                row.name,
                f"{row.init:.0f}",
                f"{row.total:.0f}",
                f"{row.ratio:.2f}",
                f"{row.aim:.1f}" if row.aim else "",
                f"{row.cpu:.0f}",
                f"{row.cpu_ratio:.2f}",
                f"{row.memory:.1f}",
            ]
            for row in rows
        ],
    )


def bars(title: str, rows: Sequence[Row]) -> Bars:
    """The rows as a picture; the marks are the aims."""
    bare = next(row.total for row in rows if row.name == BARE_NAME)
    return Bars(
        title,
        "ms until the first answer",
        [row.name for row in rows],
        [row.total for row in rows],
        [row.aim * bare for row in rows],
    )


def aims(where: str, rows: Sequence[Row]) -> list[Aim]:
    """What was to be reached, and was or was not: by the clock and by the processor's time; `where` says under which
    conditions."""
    return [
        Aim(
            f"cold, {where}: {row.name}",
            f"at most {row.aim:g} x bare",
            f"{row.ratio:.2f} x, of CPU {row.cpu_ratio:.2f} x",
            max(row.ratio, row.cpu_ratio) <= row.aim,
        )
        for row in rows
        if row.aim
    ]


def _start(contender: Contender, prefix: list[str]) -> ColdStart:
    start = cold_start(
        [*prefix, *contender.command],
        contender.folder,
        contender.event(),
        contender.environment,
        name=contender.function,
    )
    if not contender.is_right(start.answer):
        raise DevkitError(f"{contender.name} was answered with {start.answer}")
    return start


def _median(starts: Sequence[ColdStart]) -> ColdStart:
    def of(what: str) -> float:
        return float(statistics.median(getattr(start, what) for start in starts))

    return ColdStart(of("init"), of("total"), of("cpu"), of("memory"), starts[0].answer)
