"""JSON from outside, read without the leniencies that Python's own reader has."""

import json
from collections.abc import Mapping
from typing import Any, NoReturn


def read_object(text: bytes | str, *, unique: bool = False) -> Mapping[str, Any]:
    """The JSON object in `text`.

    Refuses what is not UTF-8, NaN and Infinity, which are no JSON, and nesting too deep and numbers too large to read;
    with `unique` also an object that names a key twice, which two readers may understand differently. Raises
    `ValueError` with the reason, for people.
    """
    try:
        # Given bytes, Python's reader would guess UTF-16 and UTF-32 and let halves of surrogate pairs pass.
        text = text if isinstance(text, str) else text.decode()
        value = (_UNIQUE if unique else _REPEATED).decode(text)
    except RecursionError:
        raise ValueError("the JSON is nested too deeply") from None
    except UnicodeDecodeError:
        raise ValueError("the JSON is not UTF-8") from None
    except json.JSONDecodeError as error:
        raise ValueError(f"it is not JSON (line {error.lineno}, column {error.colno})") from None
    except _RefusedError:
        raise
    except ValueError:
        raise ValueError("a number in the JSON has too many digits") from None
    if not isinstance(value, dict):
        raise ValueError("it is not a JSON object")
    return value


class _RefusedError(ValueError):
    pass


def _no_constant(name: str) -> NoReturn:
    raise _RefusedError(f"{name} is not JSON")


def _finite(text: str) -> float:
    number = float(text)
    # Python reads 1e999 as infinity, which no JSON can tell a page or the next function.
    if abs(number) == float("inf"):
        raise _RefusedError("a number in the JSON is too large")
    return number


def _unique_object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise _RefusedError("an object in it names a key twice")
    return value


# Made once: `json.loads` makes a reader for each text that it is to read in a way of its own.
_REPEATED = json.JSONDecoder(parse_constant=_no_constant, parse_float=_finite)
_UNIQUE = json.JSONDecoder(parse_constant=_no_constant, parse_float=_finite, object_pairs_hook=_unique_object)
