"""The pictures of the report, as SVG within its HTML: bars and lines, without a script. Colours are the page's."""

from __future__ import annotations

import math
from collections.abc import Iterator
from html import escape

from devkit.bench.figures import Bars, Lines

WIDTH = 380
"""Of every picture, in its own units; the page scales it."""

ROW = 34
LEFT, RIGHT, TOP, HEIGHT = 48, 12, 10, 200
"""The edges of a picture of lines, and the height of what is within them."""

LOGARITHMIC_FROM = 200.0
"""From which largest to smallest value on the height is by powers of ten."""


def bars_picture(bars: Bars) -> str:
    """One bar under each label, with its value; a small line where its aim is."""
    most = max([*bars.values, *bars.marks], default=0.0) or 1.0
    scale = (WIDTH - 70) / most
    height = ROW * len(bars.labels) + 4
    return "".join(
        [
            f'<svg viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{escape(bars.title)}">',
            *(_bar(bars, number, scale) for number in range(len(bars.labels))),
            "</svg>",
        ]
    )


def _bar(bars: Bars, number: int, scale: float) -> str:
    top, value = number * ROW, bars.values[number]
    mark = bars.marks[number] if bars.marks else 0.0
    width = max(1.0, value * scale)
    fault = " over" if mark and value > mark else ""
    parts = [
        f'<text x="0" y="{top + 12}">{escape(bars.labels[number])}</text>',
        f'<rect class="bar{fault}" x="0" y="{top + 17}" width="{width:.1f}" height="12"/>',
        f'<text x="{max(width, mark * scale) + 6:.1f}" y="{top + 27}">{_short(value)}</text>',
    ]
    if mark:
        parts.append(f'<rect class="mark" x="{mark * scale:.1f}" y="{top + 14}" width="2" height="18"/>')
    return "".join(parts)


def lines_picture(lines: Lines) -> str:
    """All lines over one pair of axes; which one is which stands in `legend`."""
    points = [point for line in lines.lines.values() for point in line]
    if not points:
        return ""
    low_x, high_x = min(x for x, _ in points), max(x for x, _ in points)
    positive = [y for _, y in points if y > 0] or [1.0]
    high = max(positive)
    is_log = high / min(positive) > LOGARITHMIC_FROM
    low = 10 ** math.floor(math.log10(min(positive))) if is_log else 0.0
    high = 10 ** math.ceil(math.log10(high)) if is_log else high

    def across(x: float) -> float:
        return LEFT + (x - low_x) / ((high_x - low_x) or 1) * (WIDTH - LEFT - RIGHT)

    def down(y: float) -> float:
        share = math.log(max(y, low) / low) / math.log(high / low) if is_log else (y - low) / (high - low)
        return TOP + (1 - share) * HEIGHT

    return "".join(
        [
            f'<svg viewBox="0 0 {WIDTH} {TOP + HEIGHT + 22}" role="img" aria-label="{escape(lines.title)}">',
            *(_level(y, down(y)) for y in _levels(low, high, is_log=is_log)),
            *(
                f'<text x="{across(x):.1f}" y="{TOP + HEIGHT + 16}" text-anchor="middle">{_short(x)}</text>'
                for x in _levels(low_x, high_x, is_log=False)
            ),
            *(
                f'<polyline class="line c{number}" points="'
                + " ".join(f"{across(x):.1f},{down(y):.1f}" for x, y in line)
                + '"/>'
                for number, line in enumerate(lines.lines.values())
            ),
            "</svg>",
        ]
    )


def legend(lines: Lines) -> str:
    """Which line is which."""
    keys = (
        f'<li><svg viewBox="0 0 28 8" aria-hidden="true"><polyline class="line c{number}" points="0,4 28,4"/></svg>'
        f"{escape(name)}</li>"
        for number, name in enumerate(lines.lines)
    )
    return f'<ul class="legend">{"".join(keys)}</ul>'


def _level(value: float, y: float) -> str:
    return (
        f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>'
        f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{_short(value)}</text>'
    )


def _levels(low: float, high: float, *, is_log: bool) -> Iterator[float]:
    if is_log:
        yield from (10.0**power for power in range(round(math.log10(low)), round(math.log10(high)) + 1))
        return
    step = _round_step((high - low) / 4)
    yield from (number * step for number in range(math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9) + 1))


def _round_step(rough: float) -> float:
    """The smallest of 1, 2 and 5 times a power of ten that is not below `rough`."""
    if rough <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(rough))
    return next(power * each for each in (1, 2, 5, 10) if power * each >= rough - 1e-12)


def _short(value: float) -> str:
    if value >= 1_000:
        return f"{value:,.0f}"
    return f"{value:.3g}"
