"""The report and the document show all that was found, and nothing that was not."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from devkit.bench.document import BEGIN, END, write
from devkit.bench.figures import Aim, Bars, Lines, Section, Table
from devkit.bench.pictures import bars_picture, legend, lines_picture
from devkit.bench.report import report
from devkit.errors import DevkitError

SECTION = Section(
    "cold",
    "Cold <starts>",
    "How it was measured.",
    tables=[Table("A table", ["path", "ms"], [["a & b", "12"]])],
    bars=[Bars("Bars", "ms", ["a", "b"], [10.0, 30.0], [20.0, 20.0])],
    lines=[Lines("Lines", "hour", "seconds", {"one": [(0, 1), (1, 2)], "two": [(0, 0.001), (1, 900)]})],
    aims=[Aim("a", "at most 20", "10", is_met=True), Aim("b", "at most 20", "30", is_met=False)],
    notes=["Something was not measured."],
    measured="today, here",
)


def test_the_report_holds_everything_and_runs_nothing() -> None:
    page = report([SECTION])

    for words in ("Cold &lt;starts&gt;", "a &amp; b", "Something was not measured.", "today, here", "1 of 2 met"):
        assert words in page
    assert "<script" not in page
    assert not re.search(r'(src|href)="', page)


def test_a_bar_beyond_its_aim_is_marked() -> None:
    picture = bars_picture(SECTION.bars[0])
    assert picture.count('class="bar"') == picture.count('class="bar over"') == 1
    assert picture.count('class="mark"') == 2


@pytest.mark.parametrize("values", [{}, {"flat": [(0.0, 0.0)]}, {"one": [(5.0, 3.0)]}, {"wide": [(0, 1e-3), (9, 1e6)]}])
def test_a_picture_is_well_formed_and_within_its_edges_whatever_is_drawn(
    values: dict[str, list[tuple[float, float]]],
) -> None:
    picture = lines_picture(Lines("t", "x", "y", values))
    if not values:
        assert picture == ""
        return
    drawn = ElementTree.fromstring(picture)  # noqa: S314 - our own
    _, _, width, height = map(float, drawn.attrib["viewBox"].split())
    for line in drawn.iter("polyline"):
        for point in line.attrib["points"].split():
            x, y = map(float, point.split(","))
            assert 0 <= x <= width
            assert 0 <= y <= height


def test_every_line_is_named() -> None:
    assert [name in legend(SECTION.lines[0]) for name in ("one", "two")] == [True, True]


def test_the_document_is_written_between_its_marks_alone(tmp_path: Path) -> None:
    document = tmp_path / "performance.md"
    document.write_text(f"before\n{BEGIN}\nformer figures\n{END}\nafter\n")

    write(document, [SECTION])
    write(document, [SECTION])

    text = document.read_text()
    assert text.startswith("before\n")
    assert text.endswith(f"{END}\nafter\n")
    assert "former figures" not in text
    assert text.count("| b | at most 20 | 30 | **not met** |") == 1
    assert "a & b  12" in text


def test_a_document_without_a_place_for_figures_is_left_alone(tmp_path: Path) -> None:
    document = tmp_path / "performance.md"
    document.write_text("words")
    with pytest.raises(DevkitError, match="no place for figures"):
        write(document, [SECTION])
    assert document.read_text() == "words"
