"""The environments: built when they must be, and every failure said in one sentence."""

from __future__ import annotations

import ast
import io
import subprocess
import sys
from pathlib import Path

import pytest

from devkit import bootstrap
from devkit.environments import ENVIRONMENTS, ON_DEMAND, STAMP, Environment, Status, build_missing, clean, explain
from devkit.errors import DevkitError
from devkit.places import ROOT, Places


@pytest.fixture
def environment(tmp_path: Path) -> Environment:
    (tmp_path / "requirements.txt").write_text("# nothing\n")
    return Environment(".venv", ("requirements.txt",), tmp_path)


def test_an_old_python_is_told_so_in_one_sentence() -> None:
    assert bootstrap.too_old((3, 9)) == (
        "Dormouse needs Python 3.11 or newer; this is 3.9. Set PYTHON=, such as `make run PYTHON=python3.11`."
    )
    assert bootstrap.too_old((2, 7)).startswith("Dormouse needs Python 3.11 or newer; this is 2.7.")
    assert bootstrap.too_old((3, 11)) == bootstrap.too_old((3, 14)) == ""


def test_an_old_python_can_read_the_bootstrap() -> None:
    source = (ROOT / "devkit" / "bootstrap.py").read_text()
    tree = ast.parse(source, feature_version=(3, 4))

    too_new = (ast.JoinedStr, ast.AnnAssign, ast.NamedExpr, ast.Match)
    assert not [node for node in ast.walk(tree) if isinstance(node, too_new)]
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    assert not [function.name for function in functions if function.returns or function.args.kwonlyargs]


def test_a_command_goes_on_within_an_environment(environment: Environment) -> None:
    python = environment.folder / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text('#!/bin/sh\necho "within: $@"\n')
    python.chmod(0o700)
    (environment.folder / STAMP).write_text(environment.fingerprint())
    code = (
        "import sys; from pathlib import Path; from devkit.environments import Environment, run_within; "
        "from devkit.places import Places; root = Path(sys.argv[1]); "
        "run_within(Environment('.venv', ('requirements.txt',), root), ['-m', 'x', 'a b'], Places(root), sys.stderr)"
    )

    made = subprocess.run(
        [sys.executable, "-c", code, str(environment.root)], cwd=ROOT, capture_output=True, text=True, check=True
    )

    assert made.stdout == "within: -m x a b\n"


def test_an_environment_is_built_anew_when_its_requirements_have_changed(environment: Environment) -> None:
    environment.folder.mkdir()
    (environment.folder / STAMP).write_text(environment.fingerprint())
    assert environment.is_complete()

    (environment.root / "requirements.txt").write_text("# something else\n")

    assert not environment.is_complete()


def test_a_package_that_is_nowhere_ends_the_build_in_one_sentence(
    environment: Environment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    (environment.root / "requirements.txt").write_text("dormouse-has-no-such-package==9\n")

    with pytest.raises(DevkitError) as fault:
        environment.build(io.StringIO())

    assert str(fault.value).startswith(
        ".venv could not be built: the package index has no dormouse-has-no-such-package==9 for this Python"
    )
    assert not environment.is_complete()


def test_only_what_no_build_has_brought_to_its_end_is_built(environment: Environment, tmp_path: Path) -> None:
    complete = Environment("complete", (), tmp_path)
    complete.folder.mkdir()
    (complete.folder / STAMP).write_text(complete.fingerprint())
    assert not environment.is_complete()
    environment.folder.mkdir()
    assert not environment.is_complete(), "an interrupted build leaves a folder without a stamp"
    out = io.StringIO()

    for _ in range(2):
        build_missing([complete, environment], Places(tmp_path), out)

    assert environment.is_complete()
    assert environment.python.exists()
    assert out.getvalue().splitlines()[-1].startswith(".venv is ready (")
    assert out.getvalue().count("is ready") == 1
    assert [path.name for path in complete.folder.iterdir()] == [STAMP]


def test_every_requirement_file_belongs_to_an_environment() -> None:
    named = {name for environment in (*ENVIRONMENTS, *ON_DEMAND) for name in environment.requirements}

    assert named == {path.name for path in ROOT.glob("requirements*.txt")}


@pytest.mark.parametrize(
    ("printed", "sentence"),
    [
        ("ERROR: Hashes are required in --require-hashes mode, but they are missing from some.", "run `make lock`."),
        (
            "The virtual environment was not created successfully because ensurepip is not\navailable.",
            f"`apt-get install python{sys.version_info[0]}.{sys.version_info[1]}-venv`.",
        ),
        (
            "WARNING: Retrying (Retry(total=1)) after connection broken by 'NewConnectionError(...)'\n"
            "ERROR: No matching distribution found for boto3==1.43.106",
            "the package index can not be reached. Is there a network?",
        ),
        ("ERROR: Could not install: [Errno 28] No space left on device", "the disk is full."),
        ("Collecting x\nERROR: something else\nsome advice", "ERROR: something else"),
        ("", "it ended without a word."),
    ],
)
def test_what_pip_prints_becomes_one_sentence(printed: str, sentence: str) -> None:
    assert sentence in explain(printed)


def test_progress_is_a_line_now_and_then_where_there_is_no_terminal() -> None:
    out = io.StringIO()
    status = Status(out, "Building .venv")

    for number in range(50):
        status.follow(f"Collecting package-{number}\n")
    status.follow("Installing collected packages: a, b, c\n")

    assert out.getvalue() == "Building .venv: installing 3 packages, 0 s\n"


def test_progress_is_one_changing_line_on_a_terminal() -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    out = Terminal()
    status = Status(out, "Building .venv")
    status.follow("Collecting a\n")
    status.follow("Collecting b (from a)\n")
    status.end("done")

    assert "\r\x1b[KBuilding .venv: 2 packages found, 0 s" in out.getvalue()
    assert out.getvalue().endswith("\r\x1b[Kdone\n")
    assert out.getvalue().count("\n") == 1


def test_clean_removes_what_was_built_and_stored_and_nothing_else(tmp_path: Path) -> None:
    for name in (".venv", ".venv-cloud", ".dormouse", ".chalice", "chalicelib"):
        (tmp_path / name).mkdir()

    clean(Places(tmp_path))

    assert {path.name for path in tmp_path.iterdir()} == {".chalice", "chalicelib"}


def test_clean_refuses_while_a_run_has_the_folder(tmp_path: Path) -> None:
    places = Places(tmp_path)
    (tmp_path / ".venv").mkdir()

    with places.taken(), pytest.raises(DevkitError, match=r"Dormouse runs here already, as process \d+: stop it first"):
        clean(places)

    assert (tmp_path / ".venv").is_dir()
