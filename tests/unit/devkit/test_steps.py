"""What a person sees of a command."""

from __future__ import annotations

import io
import re

import pytest

from devkit.steps import Steps


class Terminal(io.StringIO):
    """A place to print that is a terminal."""

    def isatty(self) -> bool:
        return True


def test_a_step_is_shown_with_its_seconds_and_its_note() -> None:
    out = io.StringIO()

    with Steps(out).step("Site uploaded") as step:
        step.note = "3 files"

    assert re.fullmatch(r" {3}0\.\d s Site uploaded: 3 files\n", out.getvalue())


def test_a_terminal_also_shows_the_step_under_way() -> None:
    out = Terminal()

    with Steps(out).step("Site uploaded"):
        assert out.getvalue() == "         Site uploaded …"

    assert out.getvalue().endswith("s Site uploaded\n")


def test_a_step_that_fails_is_not_shown_as_done() -> None:
    out, terminal = io.StringIO(), Terminal()

    for shown in (out, terminal):
        with pytest.raises(ValueError, match="no"), Steps(shown).step("Site uploaded"):
            raise ValueError("no")

    assert out.getvalue() == ""
    assert terminal.getvalue().endswith("\r\x1b[K")


def test_the_account_of_what_stands_leaves_out_what_was_only_looked_at() -> None:
    steps = Steps(io.StringIO())
    with steps.step("Account found"):
        pass
    steps.begin_anew()
    assert steps.account() == "nothing"

    for title in ("Stack made", "Site uploaded"):
        with steps.step(title):
            pass
    with pytest.raises(ValueError, match="no"), steps.step("App deployed"):
        raise ValueError("no")
    assert steps.account() == "“Stack made”, “Site uploaded”"
