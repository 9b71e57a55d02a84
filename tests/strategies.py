"""What the property-based tests draw from: everything a caller can send, and much that no caller should."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=60)
"""For tests that draw JSON: they must pass on a machine that does other things at the same time."""

Json = st.SearchStrategy[Any]

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
"""Text that UTF-8 can carry: every character but halves of surrogate pairs."""

broken_texts = st.text(max_size=20)
"""Any text that Python can hold, halves of surrogate pairs among it."""

scalars: Json = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), broken_texts
)

values: Json = st.recursive(
    scalars,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(texts, inner, max_size=4)),
    max_leaves=8,
)
"""Any JSON value."""

objects: st.SearchStrategy[dict[str, Any]] = st.dictionaries(texts, values, max_size=6)
"""Any JSON object."""

queries = st.dictionaries(texts, st.lists(texts, min_size=1, max_size=4), max_size=5)
"""Query parameters, decoded."""

_segments = st.text("abcXYZ019-._~%20&;=@:$", max_size=8)
paths = st.lists(_segments, max_size=4).map(lambda segments: "/" + "/".join(segments))
"""Paths as they are sent, trailing and doubled slashes among them."""


def misshapen(good: dict[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    """`good`, with some of its values replaced by any JSON value or left out."""

    def changed(changes: dict[str, Any], gone: set[str]) -> dict[str, Any]:
        return {name: value for name, value in {**good, **changes}.items() if name not in gone}

    names = st.sampled_from(sorted(good))
    return st.builds(changed, st.dictionaries(names, values, max_size=3), st.sets(names, max_size=2))


def encoded(value: object) -> bytes:
    """`value` as JSON, in bytes; halves of surrogate pairs as escapes."""
    return json.dumps(value).encode()
