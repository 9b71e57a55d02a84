"""What Jira's answers mean: the JSON in a good one, and a typed error with Jira's own words for every other."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from chalicelib.connect.errors import (
    JiraAnswerError,
    JiraConflictError,
    JiraError,
    JiraForbiddenError,
    JiraNotFoundError,
    JiraUnauthorizedError,
    JiraUnavailableError,
)

ERRORS: Final[Mapping[int, type[JiraError]]] = {
    401: JiraUnauthorizedError,
    403: JiraForbiddenError,
    404: JiraNotFoundError,
    409: JiraConflictError,
}
"""Statuses that have an error of their own; 429 is dealt with where calls are repeated."""

MOST_MESSAGES = 10
MOST_CHARACTERS = 300

_TOKEN = re.compile(r"eyJ[A-Za-z0-9_.-]{6,}", re.ASCII)
"""What looks like a JWT or the beginning of one, which is {" in base64: whatever Jira repeats of a request, a token
gets into no error and no log."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer, read to its end."""

    status: int
    headers: Mapping[str, str]
    """By lower-case name."""
    body: bytes = field(repr=False)


def read(call: str, answer: Answer) -> Any:
    """The JSON in the answer to `call` (such as ``GET /rest/api/3/myself``), None when it is empty.

    Raises a `JiraError` for every status but 2xx, and `JiraAnswerError` when what came is no JSON.
    """
    if 300 <= answer.status < 400:
        raise JiraAnswerError(call, "Jira sent a redirect, which is not followed", status=answer.status)
    if answer.status >= 400:
        raise failure(call, answer)
    if not answer.body.strip():
        return None
    try:
        return json.loads(answer.body.decode())
    except (ValueError, RecursionError):
        raise JiraAnswerError(call, "the answer is not JSON", status=answer.status) from None


def failure(call: str, answer: Answer) -> JiraError:
    """The error that tells of an answer with 4xx or 5xx."""
    kind = JiraUnavailableError if answer.status >= 500 else ERRORS.get(answer.status, JiraError)
    told, fields = words(answer)
    return kind(call, f"Jira answered {answer.status}", status=answer.status, messages=told, fields=fields)


def words(answer: Answer) -> tuple[tuple[str, ...], dict[str, str]]:
    """Jira's own words in an error: all of them, and those about a field by its name. Cut short, and of no token."""
    try:
        told = json.loads(answer.body.decode())
    except (ValueError, RecursionError):
        return (), {}
    if not isinstance(told, dict):
        return (), {}
    faults = told.get("errors")
    named = faults if isinstance(faults, dict) else {}
    fields = {_clean(name): _clean(text) for name, text in list(named.items())[:MOST_MESSAGES] if isinstance(text, str)}
    messages = [*_messages(told), *(f"{name}: {text}" for name, text in fields.items())]
    return tuple(messages[:MOST_MESSAGES]), fields


def _messages(told: Mapping[str, Any]) -> Iterator[str]:
    # Jira's REST writes a list, its gateway and its authorization server single texts.
    listed = told.get("errorMessages")
    yield from (_clean(each) for each in listed or () if isinstance(listed, list) and isinstance(each, str))
    for name in ("errorMessage", "message", "error", "error_description"):
        if isinstance(text := told.get(name), str):
            yield _clean(text)


def _clean(text: str) -> str:
    printable = "".join(each if each.isprintable() else " " for each in text[:MOST_CHARACTERS])
    return _TOKEN.sub("…", printable)
