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
from collections.abc import Callable
from importlib import import_module
from itertools import count
from random import Random
from traceback import format_exception
from typing import Any, cast

from hypothesis import given, settings
from hypothesis.strategies import SearchStrategy

from devkit.environments import FUZZ, build_missing
from devkit.errors import DevkitError
from devkit.places import ROOT, Places
from tests.security.mixing import watched

MODULES = ("tests.security.test_fuzz", "tests.security.test_fuzz_stored")

SECONDS = 30
"""For each target, unless the command line says another number."""

MOST_BYTES = 4_096
"""Of what libFuzzer makes, and of what is put behind it."""


def main(arguments: list[str]) -> int:
    """Searches all targets, or only the one that is named as hypothesis and libFuzzer want it, within this process."""
    parser = argparse.ArgumentParser(prog="python -m tests.security.guided")
    parser.add_argument("--seconds", type=int, default=SECONDS, help="for each target")
    parser.add_argument("--target", default="", help="search this one in this very process, in libFuzzer's own words")
    chosen = parser.parse_args(arguments)
    if chosen.target:
        _search(*chosen.target.split(":"), seconds=chosen.seconds)
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
        command = [sys.executable, "-m", "tests.security.guided", "--target", target, "--seconds", str(seconds)]
        # libFuzzer leaves files where it is, and hypothesis too.
        with tempfile.TemporaryDirectory() as folder:
            done = subprocess.run(
                command,
                cwd=folder,
                env={**os.environ, "PYTHONPATH": str(ROOT)},
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                check=False,
            )
        tried = re.findall(r"^tried ([0-9]+)$", done.stdout, re.MULTILINE)
        if done.returncode or not tried:
            _say(done.stdout + f"{target} failed.")
            return 1
        total += int(tried[-1])
        _say(f"{target.partition(':test_')[2]:60} {int(tried[-1]):9,} guided")
    _say(f"{'all of them':60} {total:9,} guided: no 5xx, nothing unhandled, no forbidden change")
    return 0


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def _search(module: str, name: str, *, seconds: int) -> None:
    sys.path.append(str(FUZZ.packages))
    atheris = import_module("atheris")
    with atheris.instrument_imports(include=["chalicelib"]):
        target = getattr(import_module(module), name)
    numbers = count(1)

    def fuzz(inputs: SearchStrategy[Any], check: Callable[[Any], None]) -> None:
        @settings(database=None, deadline=None)
        @given(inputs)
        def run(value: Any) -> None:
            try:
                checked(value)
            except BaseException as error:
                _say(f"The input: {value!r}\n{''.join(format_exception(error))}")
                raise
            # Not libFuzzer's own number, which has the bytes that hypothesis could make no value of.
            if (number := next(numbers)) % 100 == 0:
                _say(f"tried {number}")

        options = [f"-max_total_time={seconds}", f"-max_len={MOST_BYTES}", "-len_control=0"]
        with watched() as unhandled:
            checked = unhandled.after(check)
            one_input = cast(Any, run).hypothesis.fuzz_one_input
            atheris.Setup([name, *options], lambda data: one_input(_lengthened(data)))
            atheris.Fuzz()  # which ends the process

    target(fuzz)


def _lengthened(data: bytes) -> bytes:
    """`data` with so much after it, the same for the same data, that hypothesis never runs out of bytes.

    libFuzzer likes short inputs best, of which hypothesis would make the same few small values again and again.
    """
    return data + Random(data).randbytes(MOST_BYTES)  # noqa: S311 - no secret hangs on it


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
