"""Cold starts are measured of what really answers, and only of that."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pytest

from devkit.bench.cold import Row, aims, rounds, table
from devkit.bench.contenders import BARE_NAME, Contender
from devkit.bench.figures import Aim, Bars, Lines, Section, Table
from devkit.bench.plain_text import aligned, lines
from devkit.errors import DevkitError

CLIENT = """
import json, os, sys, urllib.request
api = "http://" + os.environ["AWS_LAMBDA_RUNTIME_API"] + "/2018-06-01/runtime/invocation/"
if len(sys.argv) > 1:
    bytearray(int(sys.argv[1]))
with urllib.request.urlopen(api + "next") as asked:
    identity, event = asked.headers["Lambda-Runtime-Aws-Request-Id"], json.load(asked)
answer = json.dumps({"got": event, "where": os.getcwd()}).encode()
urllib.request.urlopen(api + identity + "/response", answer).read()
"""
"""The smallest client of the Runtime API: it answers with what it was given."""


def contender(folder: Path, name: str, *words: str, wanted: str = "x") -> Contender:
    """One that runs `CLIENT` and is right where it was given what is `wanted`."""
    return Contender(
        name=name,
        command=(sys.executable, "-c", CLIENT, *words),
        folder=folder,
        function="f",
        event=lambda: {"say": "x"},
        environment={},
        is_right=lambda answer: answer == {"got": {"say": wanted}, "where": str(folder)},
        aim=9.0,
    )


def test_each_contender_is_started_in_its_folder_with_its_event_and_compared_with_the_bare_one(tmp_path: Path) -> None:
    bare, dear = rounds(
        [contender(tmp_path, BARE_NAME), contender(tmp_path, "dear", str(40 * 1024 * 1024))], number=1, mb=None
    )

    assert (bare.ratio, bare.cpu_ratio) == (1.0, 1.0)
    assert 0 < bare.init < bare.total
    assert bare.cpu > 0
    assert dear.memory > bare.memory + 30
    assert dear.ratio == dear.total / bare.total


def test_every_start_has_an_event_of_its_own_since_a_token_does_not_last(tmp_path: Path) -> None:
    made: list[int] = []

    def event() -> dict[str, str]:
        made.append(len(made))
        return {"say": "x"}

    rounds([replace(contender(tmp_path, BARE_NAME), event=event)], number=2, mb=None)

    assert made == [0, 1]


def test_a_wrong_answer_is_never_measured(tmp_path: Path) -> None:
    with pytest.raises(DevkitError, match="bare handler was answered with"):
        rounds([contender(tmp_path, BARE_NAME, wanted="y")], number=1, mb=None)


def row(name: str, ratio: float, cpu_ratio: float, aim: float) -> Row:
    """A row of which only the ratios matter."""
    return Row(name, 10.0, 20.0, 30.0, 40.0, ratio, cpu_ratio, aim)


def test_an_aim_is_met_only_by_the_clock_and_by_the_processor_together() -> None:
    rows = [row("a", 1.4, 1.4, 1.5), row("b", 1.6, 1.4, 1.5), row("c", 1.4, 1.6, 1.5), row("none", 9.0, 9.0, 0.0)]
    assert [(aim.what, aim.is_met) for aim in aims("here", rows)] == [
        ("cold, here: a", True),
        ("cold, here: b", False),
        ("cold, here: c", False),
    ]


def test_a_table_sets_figures_to_the_right_and_words_to_the_left() -> None:
    assert list(aligned(Table("Title", ["what", "ms"], [["a", "1.5"], ["longer", "10"]]))) == [
        "Title",
        "what     ms",
        "a       1.5",
        "longer   10",
    ]
    assert table("t", [row("a", 1.4, 1.3, 1.5)]).rows == [["a", "10", "20", "1.40", "1.5", "30", "1.30", "40.0"]]


def test_a_section_is_kept_and_read_again_as_it_was(tmp_path: Path) -> None:
    section = Section(
        "cold",
        "Cold",
        "Intro.",
        tables=[Table("t", ["a"], [["1"]])],
        bars=[Bars("b", "ms", ["a"], [1.0], [2.0])],
        lines=[Lines("l", "s", "ms", {"a": [(0.0, 1.0)]})],
        aims=[Aim("what", "1", "2", is_met=False)],
        notes=["Not measured."],
        facts={"x": 1.0},
        measured="now",
    )
    section.write(tmp_path)

    read = Section.read(tmp_path, "cold")

    assert read is not None
    assert list(lines(read)) == list(lines(section))
    assert (read.bars, read.aims, read.facts) == (section.bars, section.aims, section.facts)
    assert "! Not measured." in lines(read)


def test_what_another_version_has_kept_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "cold.json").write_text('{"name": "cold"}')
    assert Section.read(tmp_path, "cold") is None
    assert Section.read(tmp_path, "never") is None
