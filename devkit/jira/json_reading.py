"""JSON from elsewhere, read with care."""

from __future__ import annotations

import json
from typing import Any


def read_json(text: str | bytes) -> Any:
    """What a JSON text says; raises `ValueError` where it is none, or is nested too deeply.

    Half of a surrogate pair is refused, too: JSON can write it, but it is no character, and nothing could be stored
    or sent on with it.
    """
    try:
        value = json.loads(text)
        json.dumps(value, ensure_ascii=False).encode()
    except RecursionError as fault:
        raise ValueError("it is nested too deeply") from fault
    return value
