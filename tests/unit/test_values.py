"""A value is what a frozen dataclass with slots is: each behaviour is held against one."""

from __future__ import annotations

import copy
import dataclasses
import pickle
from dataclasses import dataclass, field
from typing import Any

import pytest

from chalicelib.connect.values import frozen, hidden, replace


@frozen
class Pair:
    """Two fields, one of them with a default."""

    left: int
    right: tuple[int, ...] = ()

    @property
    def total(self) -> int:
        """All of it."""
        return self.left + sum(self.right)


@frozen(kw_only=True)
class Named:
    """Fields by name, in an order that positions would not allow."""

    name: str = "nobody"
    secret: str = hidden()
    age: int


@dataclass(frozen=True, slots=True)
class PairAsDataclass:
    left: int
    right: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedAsDataclass:
    name: str = "nobody"
    secret: str = field(repr=False)
    age: int


GIVEN: list[tuple[tuple[Any, ...], dict[str, Any]]] = [
    ((1,), {}),
    ((1, (2,)), {}),
    ((1,), {"right": (2,)}),
    ((), {"left": 1}),
    ((), {"left": 1, "right": (2, 3)}),
    ((), {"secret": "s", "age": 3}),
    ((), {"secret": "s", "age": 3, "name": "x"}),
    ((), {}),
    ((1, (), 2), {}),
    ((1,), {"left": 1}),
    ((1,), {"wrong": 1}),
    ((), {"right": ()}),
    (("x",), {"secret": "s", "age": 3}),
    ((), {"secret": "s"}),
    ((), {"secret": "s", "age": 3, "wrong": 1}),
]


def shown(cls: Any, given: tuple[Any, ...], named: dict[str, Any]) -> str:
    """What the class makes of the arguments, as text; or that it refuses them."""
    try:
        return repr(cls(*given, **named)).replace("AsDataclass", "")
    except TypeError:
        return "refused"


@pytest.mark.parametrize(("given", "named"), GIVEN)
@pytest.mark.parametrize(("own", "other"), [(Pair, PairAsDataclass), (Named, NamedAsDataclass)])
def test_takes_and_refuses_what_a_dataclass_does(
    own: Any, other: Any, given: tuple[Any, ...], named: dict[str, Any]
) -> None:
    assert shown(own, given, named) == shown(other, given, named)


def test_equals_only_a_value_of_its_own_class_with_equal_fields() -> None:
    assert Pair(1, (2,)) == Pair(1, (2,))
    assert hash(Pair(1, (2,))) == hash(Pair(1, (2,)))
    assert Pair(1) != Pair(2)
    other: Any = PairAsDataclass(1)
    assert Pair(1) != other
    assert len({Pair(1), Pair(1), Pair(2)}) == 2


@pytest.mark.parametrize("name", ["left", "total", "more"])
def test_never_changes_and_takes_no_further_attribute(name: str) -> None:
    pair = Pair(1)

    with pytest.raises(AttributeError):
        setattr(pair, name, 2)
    with pytest.raises(AttributeError):
        delattr(pair, name)
    assert pair == Pair(1)
    assert not hasattr(pair, "__dict__")


def test_a_hidden_field_is_in_no_text_but_counts_for_equality() -> None:
    one = Named(secret="of the burrow", age=1)

    assert "burrow" not in f"{one} {one!r} {one!s}"
    assert one != Named(secret="of the nest", age=1)
    assert one.secret == "of the burrow"


def test_is_replaced_copied_and_pickled_as_a_whole() -> None:
    one = Named(secret="s", age=1)

    assert replace(one, age=2) == dataclasses.replace(one, age=2) == Named(secret="s", age=2)
    assert dataclasses.asdict(one) == {"name": "nobody", "secret": "s", "age": 1}
    assert one.age == 1
    assert copy.deepcopy(one) == copy.copy(one) == pickle.loads(pickle.dumps(one)) == one  # noqa: S301
    with pytest.raises(TypeError):
        replace(one, wrong=1)


def test_keeps_its_name_its_methods_and_its_words() -> None:
    assert (Pair.__name__, Pair.__module__, Pair.__doc__) == (
        "Pair",
        __name__,
        "Two fields, one of them with a default.",
    )
    assert Pair(1, (2, 3)).total == 6
