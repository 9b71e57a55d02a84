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


def shipped() -> set[str]:
    """The packages of requirements.txt, and those that they need in turn."""
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    found: set[str] = set()
    wanted = [Requirement(line) for line in lines if line and not line.startswith("#")]
    while wanted:
        each = wanted.pop()
        name = canonicalize_name(each.name)
        if name not in found and (each.marker is None or each.marker.evaluate({"extra": ""})):
            found.add(name)
            wanted += map(Requirement, requires(name) or [])
    return found


@pytest.mark.parametrize("file", sorted(path.name for path in ROOT.glob("requirements*.txt")))
def test_every_requirement_is_pinned_to_one_version(file: str) -> None:
    for line in (ROOT / file).read_text(encoding="utf-8").splitlines():
        assert not line or re.fullmatch(r"#.*|-r requirements\.txt|[A-Za-z0-9-]+(\[[a-z0-9,]+\])?==[0-9][\w.]*", line)


def test_every_shipped_package_is_listed_with_the_licence_that_it_names_itself() -> None:
    assert shipped() == set(DOCUMENTED)
    for name in shipped():
        about = metadata(name).json
        said = str(about.get("license_expression") or about.get("license"))
        assert DOCUMENTED.get(name) == said, name
        assert set(re.split(" AND | OR ", said)) & EASY, name
