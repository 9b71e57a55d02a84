"""The question before something is changed that is the person's."""

from __future__ import annotations

import io
import os

import pytest

from devkit.asking import confirm
from devkit.errors import DevkitError


def nothing() -> None:
    """Nobody interrupts."""


def test_a_yes_beforehand_asks_nothing() -> None:
    confirm("Deploy?", yes=True, check=nothing, asked=io.StringIO(), answered=io.StringIO())


def test_without_a_terminal_the_sentence_says_what_to_add() -> None:
    with pytest.raises(DevkitError, match=r"there is no terminal to ask on\. Say --yes"):
        confirm("Deploy?", yes=False, check=nothing, asked=io.StringIO(), answered=io.StringIO("y\n"))


@pytest.mark.parametrize(("typed", "agrees"), [("y\n", True), ("YES\n", True), ("n\n", False), ("\n", False)])
def test_only_a_yes_is_a_yes(typed: str, agrees: bool) -> None:
    here, there = os.openpty()
    os.write(here, typed.encode())
    asked = io.StringIO()
    with os.fdopen(there) as terminal:
        if agrees:
            confirm("Deploy?", yes=False, check=nothing, asked=asked, answered=terminal)
        else:
            with pytest.raises(DevkitError, match=r"^Nothing was changed\.$"):
                confirm("Deploy?", yes=False, check=nothing, asked=asked, answered=terminal)
    os.close(here)
    assert asked.getvalue() == "Deploy? [y/N] "


def test_a_question_can_be_interrupted() -> None:
    here, there = os.openpty()

    def interrupted() -> None:
        raise KeyboardInterrupt

    with os.fdopen(there) as terminal, pytest.raises(KeyboardInterrupt):
        confirm("Deploy?", yes=False, check=interrupted, asked=io.StringIO(), answered=terminal)
    os.close(here)
