"""JQL as text, read into a tree: clauses, joined by AND, OR and NOT, and an order.

Source: https://support.atlassian.com/jira-software-cloud/docs/use-advanced-search-with-jira-query-language-jql/
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

MOST_DEPTH = 50
"""How deep parentheses may stand in each other."""

_TOKEN = re.compile(
    r"""\s*(?:
        (?P<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
      | (?P<sign><=|>=|!=|!~|=|~|<|>|\(|\)|,)
      | (?P<word>[^\s"'()<>=!~,]+)
    )""",
    re.VERBOSE,
)
_OPERATORS: Final = {"=", "!=", "~", "!~", "<", ">", "<=", ">="}
_KEYWORDS: Final = {"and", "or", "not", "order", "in", "is"}


class NotUnderstood(Exception):
    """The query is beyond what the stand-in understands; says which part of it."""


@dataclass(frozen=True, slots=True)
class Clause:
    """One comparison; `values` are written as they stand in the query, functions with their parentheses."""

    field: str
    operator: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Joined:
    """Parts joined by ``and`` or ``or``; ``not`` has one part."""

    word: str
    parts: tuple[Tree, ...]


Tree = Clause | Joined


@dataclass(frozen=True, slots=True)
class Read:
    """A whole query: its tree, None where it asks for everything, and its order as fields and directions."""

    tree: Tree | None
    order: tuple[tuple[str, str], ...]


def read(text: str) -> Read:
    """Reads a query; raises `NotUnderstood`."""
    reader = _Reader(_tokens(text))
    tree = None if reader.at("order", "") else reader.either(0)
    return Read(tree, reader.order())


def clauses(tree: Tree | None) -> list[Clause]:
    """All comparisons of a tree."""
    if tree is None:
        return []
    return [tree] if isinstance(tree, Clause) else [clause for part in tree.parts for clause in clauses(part)]


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str


def _tokens(text: str) -> list[_Token]:
    found, place = [], 0
    while text[place:].strip():
        match = _TOKEN.match(text, place)
        if match is None:
            raise NotUnderstood(text[place:].strip()[:50])
        kind = str(match.lastgroup)
        value = match[kind]
        found.append(_Token(kind, re.sub(r"\\(.)", r"\1", value[1:-1]) if kind == "text" else value))
        place = match.end()
    return found


class _Reader:
    """Goes through the tokens once, from left to right."""

    def __init__(self, tokens: list[_Token]) -> None:
        self._tokens = tokens
        self._place = 0

    def at(self, *words: str) -> bool:
        """Whether one of the words comes next, unquoted; an empty word stands for the end."""
        token = self._peek()
        return "" in words if token is None else token.kind != "text" and token.text.lower() in words

    def either(self, depth: int) -> Tree:
        parts = [self._both(depth)]
        while self._take("or", "||"):
            parts.append(self._both(depth))
        return parts[0] if len(parts) == 1 else Joined("or", tuple(parts))

    def _both(self, depth: int) -> Tree:
        parts = [self._one(depth)]
        while self._take("and", "&&"):
            parts.append(self._one(depth))
        return parts[0] if len(parts) == 1 else Joined("and", tuple(parts))

    def _one(self, depth: int) -> Tree:
        if depth > MOST_DEPTH:
            raise NotUnderstood("so many parentheses")
        if self._take("not"):
            return Joined("not", (self._one(depth + 1),))
        if self._take("("):
            inner = self.either(depth + 1)
            self._expect(")")
            return inner
        return self._clause()

    def _clause(self) -> Clause:
        start = self._place
        field = self._word().lower()
        if self._take("not"):
            self._expect("in")
            return Clause(field, "not in", self._list())
        if self._take("in"):
            return Clause(field, "in", self._list())
        if self._take("is"):
            return Clause(field, "is not" if self._take("not") else "is", (self._value(),))
        token = self._peek()
        if token is None or token.text not in _OPERATORS:
            raise NotUnderstood(" ".join(each.text for each in self._tokens[start : start + 3]) or "nothing")
        self._place += 1
        return Clause(field, token.text, (self._value(),))

    def order(self) -> tuple[tuple[str, str], ...]:
        found = []
        if self._take("order"):
            self._expect("by")
            while True:
                field = self._word().lower()
                found.append((field, "desc" if self.at("desc") else "asc"))
                self._take("asc", "desc")
                if not self._take(","):
                    break
        if token := self._peek():
            raise NotUnderstood(token.text)
        return tuple(found)

    def _list(self) -> tuple[str, ...]:
        self._expect("(")
        values = [self._value()]
        while self._take(","):
            values.append(self._value())
        self._expect(")")
        return tuple(values)

    def _value(self) -> str:
        quoted = (token := self._peek()) is not None and token.kind == "text"
        word = self._word()
        if quoted or not self._take("("):
            return word
        given = [] if self.at(")") else [self._value()]
        self._expect(")")
        return f"{word}({''.join(given)})"

    def _word(self) -> str:
        token = self._peek()
        if token is None or token.kind == "sign" or (token.kind == "word" and token.text.lower() in _KEYWORDS):
            raise NotUnderstood(token.text if token else "its end")
        self._place += 1
        return token.text

    def _take(self, *words: str) -> bool:
        if self._peek() is None or not self.at(*words):
            return False
        self._place += 1
        return True

    def _expect(self, word: str) -> None:
        if not self._take(word):
            token = self._peek()
            raise NotUnderstood(token.text if token else f"its end, without {word}")

    def _peek(self) -> _Token | None:
        return self._tokens[self._place] if self._place < len(self._tokens) else None
