"""What coverage guides is all of what is fuzzed."""

from __future__ import annotations

import inspect
import subprocess
import sys
from importlib import import_module

from tests.security.guided import MODULES, targets


def test_every_target_of_the_fuzzing_is_also_searched_by_coverage() -> None:
    with_inputs = [
        f"{module}:{name}"
        for module in MODULES
        for name, test in inspect.getmembers(import_module(module), inspect.isfunction)
        if "fuzz" in inspect.signature(test).parameters
    ]
    assert with_inputs
    assert sorted(targets()) == sorted(with_inputs)


def test_none_of_the_app_is_there_before_the_instruments_are() -> None:
    text = "import sys, tests.security.guided_target; print([name for name in sys.modules if 'chalicelib' in name])"
    done = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
