"""Inputs made of inputs: what hypothesis draws with care, and slowly, is mixed anew, which takes microseconds.

Values that one strategy drew have one build: a tuple has its parts in the same places, an object its names. So parts
change hands place by place and name by name, and whatever comes of it the strategy could have drawn itself. Only plain
tuples are taken apart: a named one, such as a route, is one thing.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from random import Random
from typing import Any

from hypothesis.strategies import SearchStrategy

Fuzz = Callable[[SearchStrategy[Any], Callable[[Any], None]], None]
"""The fixture `fuzz`: what it draws from the first it hands to the second."""

MIXED_EACH = 20
"""How many inputs are made of each that is drawn, once there are enough of them to mix."""

PARENTS = 4
"""Of how many values a mixed one is made."""


def mixed(values: Sequence[Any], number: int, seed: int) -> Iterator[Any]:
    """So many values made of `values`; the same ones for the same `seed`."""
    random = Random(seed)  # noqa: S311 - no secret hangs on it
    for _ in range(number):
        yield _mixed(random.choices(values, k=PARENTS), random)


def _mixed(parents: Sequence[Any], random: Random) -> Any:
    first = random.choice(parents)
    alike = [each for each in parents if type(each) is type(first)]
    if type(first) is dict:
        names = {*first, *random.choice(alike)} if random.random() < 0.5 else set(first)
        return {name: _mixed([each[name] for each in alike if name in each], random) for name in sorted(names)}
    if type(first) is tuple or type(first) is list:
        same = [each for each in alike if len(each) == len(first)]
        return type(first)(_mixed([each[place] for each in same], random) for place in range(len(first)))
    return first


class Unhandled(logging.Handler):
    """What the app logs as a failure: so ends in it an exception that nobody foresaw, which it survives."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self._records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keeps it for `after`."""
        self._records.append(record)

    def after(self, check: Callable[[Any], None]) -> Callable[[Any], None]:
        """`check`, which then also fails where the app has logged a failure meanwhile."""

        def checked(value: Any) -> None:
            self._records.clear()
            check(value)
            for record in self._records:
                raise AssertionError(record.getMessage()) from record.exc_info and record.exc_info[1]

        return checked


@contextmanager
def watched() -> Iterator[Unhandled]:
    """Listens to the app's log, of which nothing but failures is written meanwhile."""
    handler, log = Unhandled(), logging.getLogger("dormouse")
    logging.disable(logging.WARNING)
    log.addHandler(handler)
    try:
        yield handler
    finally:
        log.removeHandler(handler)
        logging.disable(logging.NOTSET)


@contextmanager
def told(value: Any) -> Iterator[None]:
    """Says of a failure at which input it came: no one makes that small any more."""
    try:
        yield
    except BaseException as error:
        error.add_note(f"The input: {value!r}")
        raise
