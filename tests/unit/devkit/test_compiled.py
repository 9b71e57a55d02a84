"""Compiled files for a package, and what Python takes of them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterable
from importlib.util import cache_from_source
from pathlib import Path

from chalice.deploy.packager import AppOnlyDeploymentPackager, DependencyBuilder
from chalice.utils import UI, OSUtils

from devkit.deploy.compiled import compile_folder, compile_into, compile_project
from tests.unit.devkit.test_staging import COMPILED

ROOT = Path(__file__).parents[3]


def not_compiled(names: Iterable[str]) -> list[str]:
    """Those of the files `names` of a package that are Python and have no compiled file beside them."""
    known = set(names)
    return sorted(name for name in known if name.endswith(".py") and cache_from_source(name) not in known)


def printed(folder: Path) -> str:
    done = subprocess.run(
        [sys.executable, "-c", "import lib.a; print(lib.a.X)"], cwd=folder, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def test_what_is_compiled_counts_although_its_source_has_another_time(tmp_path: Path) -> None:
    source = tmp_path / "lib/a.py"
    source.parent.mkdir()
    source.write_text("X = 1\n")
    compile_folder(source.parent)
    os.utime(source, (0, 0))

    source.write_text("X = 2\n")  # not read: the compiled file alone is what runs
    assert printed(tmp_path) == "1"


def test_what_someone_else_ships_is_compiled_anew_where_it_is_not_the_same(tmp_path: Path) -> None:
    app = tmp_path / "app.py"
    app.write_text("X = 1\n")
    compile_into(tmp_path / "lib", app, None)
    Path(cache_from_source(str(tmp_path / "lib/app.py"))).rename(cache_from_source(str(tmp_path / "lib/a.py")))

    (tmp_path / "lib/a.py").write_text("X = 2\n")
    assert printed(tmp_path) == "2"


def test_all_that_chalice_gets_by_itself_is_compiled_beforehand(tmp_path: Path) -> None:
    requirements = tmp_path / "requirements.txt"
    requirements.write_text("# a word\nrequests==1.0  # and another\n\nnot-installed-anywhere\n")
    vendor = tmp_path / "vendor"

    compile_into(vendor, ROOT / "app.py", requirements)

    found = {path.relative_to(vendor).parts[0] for path in vendor.rglob("*.pyc")}
    assert found >= {*COMPILED, "requests", "urllib3", "certifi", "idna"}
    assert not list(vendor.rglob("*.py"))


def test_a_plain_chalice_deploy_takes_along_every_module_compiled(tmp_path: Path) -> None:
    for name in ("app.py", "requirements.txt"):
        shutil.copy(ROOT / name, tmp_path)
    shutil.copytree(ROOT / "chalicelib", tmp_path / "chalicelib", ignore=shutil.ignore_patterns("__pycache__"))

    compile_project(tmp_path)

    made = AppOnlyDeploymentPackager(OSUtils(), DependencyBuilder(OSUtils()), UI()).create_deployment_package(
        str(tmp_path), "python3.11"
    )
    with zipfile.ZipFile(made) as archive:
        names = archive.namelist()
    assert {name for name in not_compiled(names) if name.startswith("chalicelib/")} == set()
    assert {path.parts[-3:][0] for path in (tmp_path / "vendor").rglob("app.*.pyc")} == {"vendor", "chalice"}


def test_what_is_compiled_in_a_project_is_compiled_anew_where_its_source_changes(tmp_path: Path) -> None:
    source = tmp_path / "chalicelib/a.py"
    source.parent.mkdir()
    source.write_text("X = 1\n")
    shutil.copy(ROOT / "app.py", tmp_path)
    (tmp_path / "requirements.txt").touch()
    compile_project(tmp_path)
    source.parent.rename(tmp_path / "lib")

    (tmp_path / "lib/a.py").write_text("X = 2\n")
    assert printed(tmp_path) == "2"


def test_what_can_not_be_compiled_is_left_out(tmp_path: Path) -> None:
    (tmp_path / "new.py").write_text("match = = 1\n")
    (tmp_path / "good.py").write_text("X = 1\n")

    compile_folder(tmp_path)

    assert [path.name.split(".")[0] for path in tmp_path.rglob("*.pyc")] == ["good"]
    names = [str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*.py*")]
    assert not_compiled(names) == ["new.py"]
    shutil.rmtree(tmp_path / "__pycache__")
