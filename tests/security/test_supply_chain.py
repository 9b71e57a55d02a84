"""What the app is made of besides its own code: pinned, and under licences that are listed."""

from __future__ import annotations

import re
from importlib.metadata import metadata, requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
SECTION = (
    (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8").partition("## Licences")[2].partition("\n## ")[0]
)
DOCUMENTED = dict(re.findall(r"^\| ([a-z0-9-]+) \| ([A-Z][^|]*) \|$", SECTION, re.MULTILINE))
EASY = {"MIT", "MIT-0", "Apache-2.0", "BSD-3-Clause", "MPL-2.0"}
"""Licences that ask of whoever ships a package unchanged no more than that their text comes along."""


LOCKED = re.compile(
    r"(?P<name>[a-z0-9-]+)==[0-9][\w.]*( ; [^\\]+)?(?P<digests>( \\\n    --hash=sha256:[0-9a-f]{64})*)\n"
)
NAMED = re.compile(r"#.*|-r requirements\.txt|[A-Za-z0-9-]+(\[[a-z0-9,]+\])?==[0-9][\w.]*|")


def locked(file: str) -> dict[str, int]:
    """The packages of a requirements*.txt, and how many digests each has."""
    text = (ROOT / file).read_text(encoding="utf-8")
    return {found["name"]: found["digests"].count("sha256:") for found in LOCKED.finditer(text)}


def needed_by(names: set[str]) -> set[str]:
    """The packages `names`, and those that they need in turn, as those that are installed here say."""
    found: set[str] = set()
    wanted = [Requirement(name) for name in names]
    while wanted:
        each = wanted.pop()
        name = canonicalize_name(each.name)
        if name not in found and (each.marker is None or each.marker.evaluate({"extra": ""})):
            found.add(name)
            wanted += map(Requirement, requires(name) or [])
    return found


@pytest.mark.parametrize("file", sorted(path.name for path in ROOT.glob("requirements*.in")))
def test_every_package_that_a_person_names_has_one_version(file: str) -> None:
    for line in (ROOT / file).read_text(encoding="utf-8").splitlines():
        assert NAMED.fullmatch(line), line


@pytest.mark.parametrize("file", sorted(path.name for path in ROOT.glob("requirements*.txt")))
def test_every_line_that_pip_reads_has_one_version_and_the_digests_of_its_files(file: str) -> None:
    text = (ROOT / file).read_text(encoding="utf-8")
    assert "#    make lock" in text.splitlines()
    assert all(locked(file).values())
    rest = [line for line in LOCKED.sub("", text).splitlines() if line and not line.lstrip().startswith("#")]
    assert rest == []


@pytest.mark.parametrize("file", sorted(path.name for path in ROOT.glob("requirements*.in")))
def test_what_a_person_names_is_what_was_locked(file: str) -> None:
    made = (ROOT / file).with_suffix(".txt").read_text(encoding="utf-8")
    for line in (ROOT / file).read_text(encoding="utf-8").splitlines():
        if line and not line.startswith(("#", "-r")):
            pin = re.sub(r"\[.*\]", "", line).lower()
            assert re.search(rf"^{re.escape(pin)}( |$)", made, re.MULTILINE), f"{line}: run `make lock`"


def test_all_that_is_shipped_is_locked_and_the_developer_has_the_very_same() -> None:
    named = re.findall(r"^([A-Za-z0-9-]+)==", (ROOT / "requirements.in").read_text(encoding="utf-8"), re.MULTILINE)
    assert set(locked("requirements.txt")) == needed_by(set(named))
    developers = (ROOT / "requirements-dev.txt").read_text(encoding="utf-8")
    for found in LOCKED.finditer((ROOT / "requirements.txt").read_text(encoding="utf-8")):
        assert found[0] in developers


def test_the_digests_are_those_of_every_system_and_python_that_it_runs_on() -> None:
    """cffi has a file for each of them: one digest less than these many would leave some of them out."""
    systems = ("Linux on x86_64", "Linux on arm64", "macOS on x86_64", "macOS on arm64")
    assert locked("requirements.txt")["cffi"] >= len(systems) * len(("3.11", "3.12", "3.13"))


def test_every_shipped_package_is_listed_with_the_licence_that_it_names_itself() -> None:
    assert set(locked("requirements.txt")) == set(DOCUMENTED)
    for name in locked("requirements.txt"):
        about = metadata(name).json
        said = str(about.get("license_expression") or about.get("license"))
        assert DOCUMENTED.get(name) == said, name
        assert set(re.split(" AND | OR ", said)) & EASY, name
