"""JSON from outside: what is read, and what is refused with a reason."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.connect.protocol.strict_json import read_object
from tests import strategies


@strategies.patient
@given(strategies.objects)
def test_every_json_object_is_read_as_it_was_written(value: dict[str, Any]) -> None:
    text = json.dumps(value)
    assert read_object(text) == read_object(text.encode()) == read_object(text, unique=True) == value


@strategies.patient
@given(st.one_of(st.binary(max_size=200), strategies.broken_texts, strategies.values.map(strategies.encoded)))
def test_whatever_comes_is_an_object_or_is_refused_in_one_way(text: bytes | str) -> None:
    with suppress(ValueError):
        assert isinstance(read_object(text, unique=True), dict)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "it is not JSON (line 1, column 1)"),
        ("{", "it is not JSON (line 1, column 2)"),
        ('{"a":1}{', "it is not JSON (line 1, column 8)"),
        ("\ufeff{}", "it is not JSON (line 1, column 1)"),
        ("[]", "it is not a JSON object"),
        ("null", "it is not a JSON object"),
        ('"{}"', "it is not a JSON object"),
        ('{"a": NaN}', "NaN is not JSON"),
        ('{"a": [-Infinity]}', "-Infinity is not JSON"),
        ('{"a": ' + "[" * 100_000, "the JSON is nested too deeply"),
        ('{"a": ' * 100_000, "the JSON is nested too deeply"),
        ('{"a": ' + "9" * 5_000 + "}", "a number in the JSON has too many digits"),
        ('{"a": 1e999}', "a number in the JSON is too large"),
        ('{"a": [-1.5e309]}', "a number in the JSON is too large"),
    ],
)
def test_what_is_no_json_object_is_refused_with_the_reason(text: str, reason: str) -> None:
    for form in (text, text.encode()):
        with pytest.raises(ValueError) as caught:  # noqa: PT011  (the words are compared below)
            read_object(form)
        assert str(caught.value) == reason


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-32", "latin-1"])
def test_bytes_are_utf8_and_nothing_else(encoding: str) -> None:
    # Whoever reads the bytes again, such as the worker, takes them for UTF-8.
    with pytest.raises(ValueError, match=r"not UTF-8|not JSON"):
        read_object('{"name": "Bär"}'.encode(encoding))


def test_half_a_surrogate_pair_in_the_bytes_is_no_utf8() -> None:
    with pytest.raises(ValueError, match="not UTF-8"):
        read_object(b'{"a": "\xed\xa0\x80"}')


def test_a_key_that_stands_twice_is_refused_only_where_it_matters() -> None:
    text = '{"a": {"iss": 1, "iss": 1}}'
    assert read_object(text) == {"a": {"iss": 1}}
    with pytest.raises(ValueError, match="names a key twice"):
        read_object(text, unique=True)


def test_a_key_that_stands_twice_in_two_spellings_is_still_one_key() -> None:
    with pytest.raises(ValueError, match="names a key twice"):
        read_object('{"iss": 1, "\\u0069ss": 2}', unique=True)
