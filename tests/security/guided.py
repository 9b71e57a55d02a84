"""The targets of `make fuzz` once more, with inputs that coverage guides: ``python -m tests.security.guided``.

atheris (libFuzzer) sees which branches of the app an input reaches, and goes on from those that reach new ones;
hypothesis makes values of its bytes. It is not to be had for every system and every Python, and is in an environment
of its own that nothing else needs: where that can not be built, this says so and is content.
Source: https://github.com/google/atheris and https://hypothesis.readthedocs.io/en/latest/how-to/external-fuzzers.html
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from devkit.environments import FUZZ, build_missing
from devkit.errors import DevkitError
from devkit.places import ROOT, Places
from tests.security.guided_target import TRIED

MODULES = ("tests.security.test_fuzz", "tests.security.test_fuzz_stored")

SECONDS = 30
"""For each target, unless the command line says another number."""


def main(arguments: list[str]) -> int:
    """Searches all targets, each in a process of its own, as libFuzzer wants it."""
    parser = argparse.ArgumentParser(prog="python -m tests.security.guided")
    parser.add_argument("--seconds", type=int, default=SECONDS, help="for each target")
    chosen = parser.parse_args(arguments)
    try:
        build_missing([FUZZ], Places(), sys.stderr)
    except DevkitError as fault:
        _say(f"THE SEARCH THAT COVERAGE GUIDES WAS LEFT OUT: {fault}")
        return 0
    return _search_all(chosen.seconds)


def targets() -> list[str]:
    """The targets, as ``module:function``; found in their text, since they are to be imported with instruments."""
    found = []
    for module in MODULES:
        text = (ROOT / f"{module.replace('.', '/')}.py").read_text(encoding="utf-8")
        found += [f"{module}:{name}" for name in re.findall(r"^def (test_\w+)\(fuzz: Fuzz\)", text, re.MULTILINE)]
    return found


def _search_all(seconds: int) -> int:
    total = 0
    for target in targets():
        command = [sys.executable, "-m", "tests.security.guided_target", *target.split(":"), str(seconds)]
        # libFuzzer leaves files where it is, and hypothesis too.
        with tempfile.TemporaryDirectory() as folder:
            done = subprocess.run(
                command,
                cwd=folder,
                env={**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{FUZZ.packages}"},
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                check=False,
            )
            tried = (Path(folder) / TRIED).stat().st_size if not done.returncode else 0
        if not tried:
            _say(done.stdout + f"{target} failed.")
            return 1
        total += tried
        _say(f"{target.partition(':test_')[2]:60} {tried:9,} guided")
    _say(f"{'all of them':60} {total:9,} guided: no 5xx, nothing unhandled, no forbidden change")
    return 0


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
