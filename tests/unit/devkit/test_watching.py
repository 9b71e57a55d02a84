"""What has changed since the last look."""

from __future__ import annotations

from pathlib import Path

import pytest

from devkit.watching import Watch


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "chalicelib" / "__pycache__").mkdir(parents=True)
    (tmp_path / "app.py").write_text("1")
    (tmp_path / "chalicelib" / "a.py").write_text("1")
    return tmp_path


@pytest.fixture
def watch(root: Path) -> Watch:
    return Watch(root, ("app.py", "chalicelib", "static_site"))


def test_a_change_is_told_once_when_it_has_come_to_rest(root: Path, watch: Watch) -> None:
    assert watch.changes() == set()
    (root / "app.py").write_text("12")
    assert watch.changes() == set(), "an editor may still be writing"
    (root / "app.py").write_text("123")
    assert watch.changes() == set()
    assert watch.changes() == {"app.py"}
    assert watch.changes() == set()


def test_new_removed_and_replaced_files_are_changes(root: Path, watch: Watch) -> None:
    (root / "static_site").mkdir()
    (root / "static_site" / "page.html").write_text("")
    (root / "chalicelib" / "a.py").unlink()
    (root / "new").write_text("other")
    (root / "new").replace(root / "app.py")

    watch.changes()

    assert watch.changes() == {"static_site/page.html", "chalicelib/a.py", "app.py"}


def test_a_change_that_is_taken_back_is_none(root: Path, watch: Watch) -> None:
    (root / "chalicelib" / "b.py").write_text("")
    watch.changes()
    (root / "chalicelib" / "b.py").unlink()

    assert watch.changes() == set()
    assert watch.changes() == set()


def test_byte_code_and_other_files_are_not_watched(root: Path, watch: Watch) -> None:
    (root / "chalicelib" / "__pycache__" / "a.cpython-311.pyc").write_text("")
    (root / "README.md").write_text("")

    watch.changes()

    assert watch.changes() == set()
