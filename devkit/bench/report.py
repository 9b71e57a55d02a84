"""The report: all figures on one page of HTML, with pictures, without a script; light or dark as the reader has it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape

from devkit.bench.figures import Aim, Section, Table
from devkit.bench.pictures import bars_picture, legend, lines_picture
from devkit.bench.plain_text import is_figure

STYLE = """
:root { color-scheme: light dark; --ink: #1d2329; --dim: #5b6670; --paper: #fdfcfa; --rule: #d9d5cd; --bar: #5a7fa6;
  --over: #c0673a; --good: #2e7d4f; --c0: #33658a; --c1: #b5542c; --c2: #4f8a4c; --c3: #8a5a9e;
  --c4: #8a7320; --c5: #5b6670; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6e3dd; --dim: #a2a9b0; --paper: #17191c; --rule: #383d43; --bar: #7ba3cc; --over: #e08a5b;
    --good: #7cc79a; --c0: #7fb2dd; --c1: #e8926a; --c2: #8fce8b; --c3: #c79ade;
  --c4: #d3bd63; --c5: #a2a9b0; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 64rem; padding: 1rem; background: var(--paper); color: var(--ink);
  font: 16px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.6rem; } h2 { margin-top: 2.5rem; border-top: 1px solid var(--rule); padding-top: 1rem; }
p { max-width: 44rem; } .when { color: var(--dim); font-size: .85rem; }
.note { border-left: 4px solid var(--over); padding-left: .75rem; }
.wide { overflow-x: auto; } table { border-collapse: collapse; font-size: .875rem; margin: .5rem 0 1rem; }
caption { text-align: left; font-weight: 600; padding: .25rem 0; }
th, td { padding: .2rem .6rem; border-bottom: 1px solid var(--rule); text-align: left; vertical-align: top; }
th { color: var(--dim); font-weight: 500; }
.figure { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
td.met { color: var(--good); } td.not { white-space: nowrap; color: var(--over); font-weight: 600; }
figure { margin: 1rem 0; max-width: 34rem; } figcaption { font-weight: 600; font-size: .9rem; }
figcaption span { color: var(--dim); font-weight: 400; }
svg { width: 100%; height: auto; display: block; } svg text { font: 12px system-ui, sans-serif; fill: var(--ink); }
.bar { fill: var(--bar); } .over { fill: var(--over); } .mark { fill: var(--ink); } .grid { stroke: var(--rule); }
.line { fill: none; stroke-width: 2; } .c0 { stroke: var(--c0); } .c1 { stroke: var(--c1); stroke-dasharray: 7 3; }
.c2 { stroke: var(--c2); stroke-dasharray: 2 3; } .c3 { stroke: var(--c3); stroke-dasharray: 9 3 2 3; }
.c4 { stroke: var(--c4); stroke-dasharray: 12 4; } .c5 { stroke: var(--c5); stroke-dasharray: 4 2; }
.legend { list-style: none; padding: 0; margin: .25rem 0; font-size: .85rem; }
.legend svg { display: inline-block; width: 28px; margin-right: .5rem; vertical-align: middle; }
"""


def report(sections: Iterable[Section]) -> str:
    """The page."""
    known = list(sections)
    return "\n".join(
        [
            '<!doctype html><html lang="en"><head><meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>Dormouse: what the app takes</title><style>{STYLE}</style></head><body>",
            "<h1>What the app takes</h1>",
            "<p>Made by <code>make bench</code>. Compare figures within one table only: a machine that does other work "
            "is slower, and all rows are then slower with it.</p>",
            *_aims([aim for section in known for aim in section.aims]),
            *(line for section in known for line in _section(section)),
            "</body></html>",
        ]
    )


def _aims(aims: list[Aim]) -> Iterator[str]:
    met = sum(aim.is_met for aim in aims)
    yield f"<h2>Aims: {met} of {len(aims)} met</h2>"
    yield '<div class="wide"><table><tr><th>what</th><th>aim</th><th>reached</th><th></th></tr>'
    for aim in aims:
        verdict = '<td class="met">met</td>' if aim.is_met else '<td class="not">not met</td>'
        cells = "".join(f"<td>{escape(text)}</td>" for text in (aim.what, aim.wanted, aim.reached))
        yield f"<tr>{cells}{verdict}</tr>"
    yield "</table></div>"


def _section(section: Section) -> Iterator[str]:
    yield f'<h2 id="{escape(section.name)}">{escape(section.title)}</h2>'
    yield f"<p>{escape(section.intro)}</p>"
    yield f'<p class="when">Figures of {escape(section.measured)}.</p>'
    yield from (f'<p class="note">{escape(note)}</p>' for note in section.notes)
    for bars in section.bars:
        aim = "; the line across is the aim" if any(bars.marks) else ""
        caption = f"{escape(bars.title)} <span>({escape(bars.unit)}{aim})</span>"
        yield f"<figure><figcaption>{caption}</figcaption>{bars_picture(bars)}</figure>"
    for lines in section.lines:
        caption = f"{escape(lines.title)} <span>({escape(lines.y)}; across: {escape(lines.x)})</span>"
        yield f"<figure><figcaption>{caption}</figcaption>{lines_picture(lines)}{legend(lines)}</figure>"
    for table in section.tables:
        yield from _table(table)


def _table(table: Table) -> Iterator[str]:
    right = [all(is_figure(row[at]) for row in table.rows) for at in range(len(table.columns))]
    yield f'<div class="wide"><table><caption>{escape(table.title)}</caption>'
    for tag, row in (("th", table.columns), *(("td", row) for row in table.rows)):
        cells = (
            f'<{tag} class="figure">{escape(cell)}</{tag}>' if is_right else f"<{tag}>{escape(cell)}</{tag}>"
            for cell, is_right in zip(row, right, strict=True)
        )
        yield f"<tr>{''.join(cells)}</tr>"
    yield "</table></div>"
