"""Values: classes of a few named fields that never change, made without `dataclasses`.

A sleeping function pays for each class when it wakes: `dataclasses` takes as long to import as all of Chalice, and then
writes a text of Python for each class and compiles it, about a millisecond each time (docs/performance.md). A `frozen`
class is what ``@dataclass(frozen=True, slots=True)`` makes, for a fiftieth of that; type checkers and the functions of
`dataclasses` treat both alike (PEP 681). What is not needed when a function wakes may as well be a dataclass.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn, TypeVar, dataclass_transform, overload

C = TypeVar("C")


class _Hidden:
    """Stands in a class for the field `hidden`, until `frozen` has made the class anew."""


def hidden() -> Any:
    """Marks a field that `repr` leaves out: ``shared_secret: str = hidden()``. It has no default."""
    return _Hidden()


@overload
def frozen(cls: type[C], /) -> type[C]: ...
@overload
def frozen(*, kw_only: bool = False) -> Callable[[type[C]], type[C]]: ...
@dataclass_transform(frozen_default=True, field_specifiers=(hidden,))
def frozen(cls: Any = None, /, *, kw_only: bool = False) -> Any:
    """Makes the decorated class one of values: its annotated names are the fields, in this order.

    What a field is set to in the class is its default, and must not be a thing that can change. With `kw_only` the
    fields are given by name alone. Two values are equal when they are of one class and have equal fields. A class of
    values has no subclasses.
    """
    return (lambda it: _made(it, kw_only)) if cls is None else _made(cls, kw_only)


def replace(old: C, /, **changes: Any) -> C:
    """The value `old` with other fields; raises `TypeError` for one that it does not have."""
    return type(old)(**{**_fields(old), **changes})


def _made(cls: type[Any], kw_only: bool) -> Any:
    names = tuple(cls.__annotations__)
    given = {name: cls.__dict__[name] for name in names if name in cls.__dict__}
    shown = tuple(name for name in names if not isinstance(given.get(name), _Hidden))
    defaults = {name: default for name, default in given.items() if not isinstance(default, _Hidden)}
    body = {name: each for name, each in cls.__dict__.items() if name not in (*names, "__dict__", "__weakref__")}
    body.update(__slots__=names, __setattr__=_refuse, __delattr__=_refuse, __eq__=_equal, __hash__=_hash)
    body.update(__repr__=_shower(cls.__qualname__, shown), __reduce__=_reduced, __dataclass_fields__=_AsDataclass())
    made: Any = type(cls.__name__, cls.__bases__, body)
    setters = {name: made.__dict__[name].__set__ for name in names}
    made.__init__ = _initializer(cls.__qualname__, setters, defaults, 0 if kw_only else len(names))
    return made


class _AsDataclass:
    """What `dataclasses` looks for in a class: made when it first does, for its ``replace`` and ``asdict``."""

    def __get__(self, it: object, cls: Any) -> Any:
        from dataclasses import fields, make_dataclass

        cls.__dataclass_fields__ = {each.name: each for each in fields(make_dataclass(cls.__name__, cls.__slots__))}
        return cls.__dataclass_fields__


def _initializer(
    title: str, setters: dict[str, Callable[[Any, Any], None]], defaults: dict[str, Any], positions: int
) -> Callable[..., None]:
    names = tuple(setters)

    def initialize(self: Any, /, *given: Any, **named: Any) -> None:
        if len(given) > positions or (named and any(name in named for name in names[: len(given)])):
            raise TypeError(f"{title} takes its fields once, {positions} of them by position: {', '.join(names)}")
        fields = {**defaults, **dict(zip(names, given, strict=False)), **named} if given or defaults else named
        if fields.keys() != setters.keys():
            raise TypeError(f"{title} has the fields {', '.join(names)}, and was given {', '.join(fields)}")
        for name, put in setters.items():
            put(self, fields[name])

    return initialize


def _shower(title: str, names: tuple[str, ...]) -> Callable[[Any], str]:
    return lambda self: f"{title}({', '.join(f'{name}={getattr(self, name)!r}' for name in names)})"


def _fields(it: Any) -> dict[str, Any]:
    return {name: getattr(it, name) for name in it.__slots__}


def _equal(self: Any, other: object) -> bool:
    return type(self) is type(other) and _fields(self) == _fields(other)


def _hash(self: Any) -> int:
    return hash(tuple(getattr(self, name) for name in self.__slots__))


def _refuse(self: Any, name: str, value: object = None) -> NoReturn:
    raise AttributeError(f"{type(self).__name__} is a value: {name} can not be changed")


def _reduced(self: Any) -> tuple[Any, ...]:
    return _restored, (type(self), _fields(self))


def _restored(cls: type[C], fields: dict[str, Any]) -> C:
    return cls(**fields)
