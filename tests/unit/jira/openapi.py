"""Answers held against Atlassian's OpenAPI document, whose names and types, as far as needed, stand in openapi.json.

``python -m tests.unit.jira.openapi swagger-v3.v3.json`` writes openapi.json anew.
The document is taken loosely, for Jira itself does not keep to it: what it requires may be missing, and anything may be
null. What stays is that an answer has no name that the document does not know, and no value of another type.
Source: https://developer.atlassian.com/cloud/jira/platform/swagger-v3.v3.json
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

from devkit.jira import rest, rest_app

KEPT: Final = Path(__file__).with_name("openapi.json")
TYPES: Final[dict[str, Any]] = {
    "string": str,
    "boolean": bool,
    "integer": int,
    "number": (int, float),
    "array": list,
    "object": dict,
}
UNWRITTEN: Final = {"tmpFromAccountId", "tmpToAccountId"}
"""Names that Jira sends and its document has not: both ends of an assignee's change."""

_NAMES: Final = ("type", "$ref", "items", "properties", "additionalProperties", "allOf", "anyOf", "oneOf")

REMOVED = {"GET /rest/api/3/search", "POST /rest/api/3/search"}
"""What the document has and Jira has not, and says so."""


class OpenApi:
    """The part of the document that says what answers look like."""

    def __init__(self, kept: Any) -> None:
        self._answers: dict[str, dict[str, Any]] = kept["answers"]
        self._schemas: dict[str, Any] = kept["schemas"]

    @classmethod
    def read(cls) -> OpenApi:
        """The part that is kept beside this module."""
        return cls(json.loads(KEPT.read_text(encoding="utf-8")))

    def operation(self, method: str, path: str) -> str:
        """The operation of a request, such as ``GET /rest/api/3/issue/{}``; empty where the document has none."""
        parts = path.partition("?")[0].strip("/").split("/")
        fitting = [
            known
            for known in self._answers
            for verb, _, pattern in [known.partition(" ")]
            if verb == method and _fits(pattern.strip("/").split("/"), parts)
        ]
        return min(fitting, key=lambda each: each.count("{}"), default="")

    def schema(self, method: str, path: str, status: int) -> Any:
        """What an answer must fit, None where the document says nothing about it."""
        return self._answers.get(self.operation(method, path), {}).get(str(status))

    def faults(self, value: Any, schema: Any, at: str = "") -> Iterator[str]:
        """What is wrong with a value, each with its place."""
        if value is None or not schema:
            return
        if "$ref" in schema:
            yield from self.faults(value, self._schemas[schema["$ref"]], at)
            return
        for part in schema.get("allOf", []):
            yield from self.faults(value, part, at)
        choices = schema.get("anyOf") or schema.get("oneOf")
        if choices and all(list(self.faults(value, choice, at)) for choice in choices):
            yield f"{at} fits none of its {len(choices)} forms"
        kind = schema.get("type")
        if kind in TYPES and (not isinstance(value, TYPES[kind]) or (kind == "integer" and isinstance(value, bool))):
            yield f"{at} is {value!r} and not of the type {kind}"
        elif isinstance(value, list):
            for index, each in enumerate(value):
                yield from self.faults(each, schema.get("items"), f"{at}[{index}]")
        elif isinstance(value, dict):
            yield from self._members(value, schema, at)

    def _members(self, value: dict[str, Any], schema: Any, at: str) -> Iterator[str]:
        known, more = schema.get("properties", {}), schema.get("additionalProperties", True)
        for name, each in value.items():
            if name in known:
                yield from self.faults(each, known[name], f"{at}.{name}")
            elif more is False and name not in UNWRITTEN:
                yield f"{at}.{name} is a name that the document does not know"
            elif isinstance(more, dict):
                yield from self.faults(each, more, f"{at}.{name}")


def _fits(pattern: list[str], parts: list[str]) -> bool:
    return len(pattern) == len(parts) and all(name in ("{}", part) for name, part in zip(pattern, parts, strict=True))


def served() -> set[str]:
    """All operations of the stand-in, written as the document's are."""
    found = [f"{method} /rest/api/3{path}" for method, path, _ in rest.OPERATIONS]
    found += [f"{method} /rest/atlassian-connect/1{path}" for method, path, _ in rest_app.OPERATIONS]
    return {re.sub(r"{[^}]*}", "{}", each) for each in found}


def extract(document: Any) -> Any:
    """What is kept of the document: the answers of the operations that are served, and the schemas that they name."""
    answers: dict[str, Any] = {}
    for path, operations in document["paths"].items():
        for verb, operation in operations.items():
            name = f"{verb.upper()} {re.sub(r'{[^}]*}', '{}', path)}"
            if name in served() - REMOVED:
                answers[name] = dict(_answers(operation["responses"]))
    schemas: dict[str, Any] = {}
    waiting = sorted(_references(answers))
    while waiting:
        name = waiting.pop()
        if name not in schemas:
            schemas[name] = _reduced(document["components"]["schemas"][name])
            waiting += sorted(_references(schemas[name]))
    return {"answers": answers, "schemas": dict(sorted(schemas.items()))}


def _answers(responses: Any) -> Iterator[tuple[str, Any]]:
    for status, response in responses.items():
        schema = (response.get("content") or {}).get("application/json", {}).get("schema")
        if status.startswith("2") and schema:
            yield status, _reduced(schema)


def _reduced(schema: Any) -> Any:
    """A schema without all that is not looked at."""
    if not isinstance(schema, dict):
        return schema
    found = {name: schema[name] for name in _NAMES if name in schema}
    if "$ref" in found:
        return {"$ref": found["$ref"].rpartition("/")[2]}
    if "properties" in found:
        found["properties"] = {name: _reduced(each) for name, each in found["properties"].items()}
    for name in ("items", "additionalProperties"):
        if name in found:
            found[name] = _reduced(found[name])
    for name in ("allOf", "anyOf", "oneOf"):
        if name in found:
            found[name] = [_reduced(each) for each in found[name]]
    return found


def _references(value: Any) -> Iterable[str]:
    if isinstance(value, dict):
        own = {value["$ref"]} if isinstance(value.get("$ref"), str) else set()
        return own.union(*(_references(each) for each in value.values()))
    return set().union(*(_references(each) for each in value)) if isinstance(value, list) else set()


if __name__ == "__main__":
    whole = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    KEPT.write_text(json.dumps(extract(whole), separators=(",", ":"), sort_keys=True) + "\n", encoding="utf-8")
