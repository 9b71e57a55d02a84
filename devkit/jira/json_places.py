"""Where in a JSON text each of its values stands, by paths such as ``modules.webPanels[0].key``.

Python's parser keeps no positions, and PyPI's json-source-map had its last release in 2022. With the text known to be
JSON, which the parser has found, what is left to do is to skip: strings by the parser itself, all else by the first
letter.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from contextlib import suppress
from dataclasses import dataclass
from json import JSONDecoder
from typing import Final

EXCERPT: Final = 60
"""How many characters of the text are shown."""

_GAP: Final = re.compile(r"[\s,:]*")
_DECODER: Final = JSONDecoder()
_PLAIN: Final = re.compile(r"[^\s,\]}]+")


@dataclass(frozen=True, slots=True)
class Spot:
    """A place in a text, counted from 1, and what stands there up to the end of its line."""

    line: int
    column: int
    excerpt: str

    def __str__(self) -> str:
        return f"Line {self.line}, column {self.column}, at {self.excerpt}"


def spots(text: str) -> dict[str, Spot]:
    """All paths of a JSON text: of a member of an object where its name stands, of an element where it begins."""
    found = {"": _gap(text, 0)}
    with suppress(RecursionError):  # what is nested that deeply is placed at what is around it
        _skip(text, found[""], "", found)
    starts = [0, *(each.end() for each in re.finditer("\n", text))]
    return {path: _spot(text, at, starts) for path, at in found.items()}


def nearest(known: dict[str, Spot], path: str) -> Spot:
    """The spot of a path or, where there is nothing, of the nearest thing around it."""
    while path and path not in known:
        path = path[: max(path.rfind("."), path.rfind("["), 0)]
    return known[path]


def _spot(text: str, at: int, starts: list[int]) -> Spot:
    line = bisect_right(starts, at)
    return Spot(line, at - starts[line - 1] + 1, text[at : at + EXCERPT].split("\n")[0].strip())


def _gap(text: str, at: int) -> int:
    """Past blanks, commas and colons."""
    match = _GAP.match(text, at)
    return match.end() if match else at


def _skip(text: str, at: int, path: str, found: dict[str, int]) -> int:
    """The end of the value at a position; the places of what is in it are added to `found`."""
    if text[at] == '"':
        return _string(text, at)[1]
    if text[at] == "{":
        return _skip_object(text, at, path, found)
    if text[at] == "[":
        return _skip_list(text, at, path, found)
    match = _PLAIN.match(text, at)
    return match.end() if match else at


def _string(text: str, at: int) -> tuple[str, int]:
    value, end = _DECODER.raw_decode(text, at)
    return str(value), end


def _skip_object(text: str, at: int, path: str, found: dict[str, int]) -> int:
    at = _gap(text, at + 1)
    while text[at] != "}":
        name, end = _string(text, at)
        inner = f"{path}.{name}" if path else name
        found[inner] = at
        at = _gap(text, _skip(text, _gap(text, end), inner, found))
    return at + 1


def _skip_list(text: str, at: int, path: str, found: dict[str, int]) -> int:
    at, number = _gap(text, at + 1), 0
    while text[at] != "]":
        inner = f"{path}[{number}]"
        found[inner] = at
        at, number = _gap(text, _skip(text, at, inner, found)), number + 1
    return at + 1
