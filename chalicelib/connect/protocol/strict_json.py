"""JSON from outside, read without the leniencies that Python's own reader has."""

import json
from collections.abc import Mapping
from typing import Any, NoReturn


def read_object(text: bytes | str, *, unique: bool = False) -> Mapping[str, Any]:
    """The JSON object in `text`.

    Refuses NaN and Infinity, which are no JSON, and nesting too deep to read; with `unique` also an object that names
    a key twice, which two readers may understand differently. Raises `ValueError` with the reason, for people.
    """
    try:
        value = json.loads(text, parse_constant=_no_constant, object_pairs_hook=_unique_object if unique else None)
    except RecursionError:
        raise ValueError("the JSON is nested too deeply") from None
    except UnicodeDecodeError:
        raise ValueError("the JSON is not UTF-8") from None
    except json.JSONDecodeError as error:
        raise ValueError(f"it is not JSON (line {error.lineno}, column {error.colno})") from None
    if not isinstance(value, dict):
        raise ValueError("it is not a JSON object")
    return value


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _unique_object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise ValueError("an object in it names a key twice")
    return value
