"""Ctrl-C and SIGTERM."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator

import pytest

from devkit.interrupts import Interrupted, Interrupts


@pytest.fixture
def interrupts() -> Iterator[Interrupts]:
    names = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {name: signal.getsignal(name) for name in names}
    made = Interrupts()
    made.install()
    yield made
    for name, handler in before.items():
        signal.signal(name, handler)


@pytest.mark.parametrize("name", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_is_noted_and_raised_at_the_next_check(interrupts: Interrupts, name: signal.Signals) -> None:
    interrupts.check()
    os.kill(os.getpid(), name)
    time.sleep(0.01)
    for _ in range(2):
        with pytest.raises(Interrupted):
            interrupts.check()


def test_a_signal_ends_a_wait_at_once(interrupts: Interrupts) -> None:
    timer = threading.Timer(0.1, os.kill, (os.getpid(), signal.SIGTERM))
    timer.start()
    started = time.monotonic()

    with pytest.raises(Interrupted):
        interrupts.wait(30)

    assert time.monotonic() - started < 2
    timer.join()


def test_a_wait_without_a_signal_takes_its_time(interrupts: Interrupts) -> None:
    started = time.monotonic()
    interrupts.wait(0.12)
    assert time.monotonic() - started >= 0.12
