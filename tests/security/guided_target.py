"""One target of `guided`, searched in this process: ``python -m tests.security.guided_target MODULE NAME SECONDS``.

Nothing here may import any of the app, nor of the devkit, which does: what is there before atheris is not seen by it.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from random import Random
from traceback import format_exception
from typing import Any, cast

from hypothesis import given, settings
from hypothesis.strategies import SearchStrategy

from tests.security.mixing import watched

TRIED = "tried"
"""The file, in the folder where the search runs, that has a byte for each input: libFuzzer ends the process at once."""

MOST_BYTES = 4_096
"""Of what libFuzzer makes, and of what is put behind it."""


def main(module: str, name: str, seconds: str) -> None:
    """Searches the target for so many seconds, in libFuzzer's own words."""
    atheris = import_module("atheris")

    def fuzz(inputs: SearchStrategy[Any], check: Callable[[Any], None]) -> None:
        @settings(database=None, deadline=None)
        @given(inputs)
        def run(value: Any) -> None:
            try:
                checked(value)
            except BaseException as error:
                sys.stdout.write(f"The input: {value!r}\n{''.join(format_exception(error))}\n")
                sys.stdout.flush()
                raise
            # Not libFuzzer's own number, which has the bytes that hypothesis could make no value of.
            tried.write(b".")

        options = [f"-max_total_time={seconds}", f"-max_len={MOST_BYTES}", "-len_control=0"]
        with watched() as unhandled, Path(TRIED).open("ab", buffering=0) as tried:
            checked = unhandled.after(check)
            one_input = cast(Any, run).hypothesis.fuzz_one_input
            atheris.Setup([name, *options], lambda data: one_input(_lengthened(data)))
            atheris.Fuzz()  # which ends the process

    # To the end: some modules are imported by the first input that needs them.
    with atheris.instrument_imports(include=["chalicelib"]):
        getattr(import_module(module), name)(fuzz)


def _lengthened(data: bytes) -> bytes:
    """`data` with so much after it, the same for the same data, that hypothesis never runs out of bytes.

    libFuzzer likes short inputs best, of which hypothesis would make the same few small values again and again.
    """
    return data + Random(data).randbytes(MOST_BYTES)  # noqa: S311 - no secret hangs on it


if __name__ == "__main__":
    main(*sys.argv[1:])
