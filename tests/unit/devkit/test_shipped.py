"""The list of what may be shipped, with which both ways to make a package are compared: it lets nothing else pass."""

from __future__ import annotations

import warnings
import zipfile
from importlib.util import cache_from_source
from pathlib import Path

import pytest

from tests.shipped import not_to_be_shipped

MODULES = ["app.py", "chalicelib/connect/settings.py", "idna/core.py"]
GOOD = [*MODULES, *map(cache_from_source, MODULES), "idna-3.10.dist-info/METADATA"]


def faults(folder: Path, *names: str) -> list[str]:
    """What is wrong with a package of these files."""
    path = folder / "package.zip"
    with zipfile.ZipFile(path, "w") as archive, warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Duplicate name")
        for name in names:
            archive.writestr(name, "")
    return not_to_be_shipped(path)


def test_what_runs_and_is_compiled_is_shipped(tmp_path: Path) -> None:
    assert faults(tmp_path, *GOOD) == []


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("notes.txt", "is not on the list"),
        ("devkit/app.py", "is not on the list"),
        ("boto3/session.py", "is not on the list"),
        ("chalicelib/no_such_module.py", "is not on the list"),
        ("other-1.0.dist-info/METADATA", "is not on the list"),
        ("app.py", "is there twice"),
        ("idna/tests/data", "is a test"),
        ("idna/more.py", "is not compiled"),
        (cache_from_source("idna/gone.py"), "has no source"),
    ],
)
def test_anything_else_is_named_with_what_is_wrong(tmp_path: Path, name: str, fault: str) -> None:
    assert f"{name} {fault}" in faults(tmp_path, *GOOD, name)
