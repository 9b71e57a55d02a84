"""What coverage guides is all of what is fuzzed."""

from __future__ import annotations

import inspect
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
