"""Lists that Jira hands out in parts: asked for one by one, as they are needed, in each of the ways Jira has.

| the answer holds | the next part is asked for with |
|---|---|
| `nextPageToken` | that |
| `startAt` with `total`, `isLast` or `maxResults` | `startAt`, further on |
| `nextPage`, `links.next` or `_links.next` | that address, if it is the tenant's own |

Of several the first counts: an address may have a domain in it that the site has of its own, and that is not the
tenant's base URL.
Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/intro/#pagination
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from chalicelib.connect.errors import JiraAnswerError

MOST_PARTS = 10_000
"""Where a list is taken to have no end; Jira's longest have a million things, a hundred in each part."""

Place = Mapping[str, str | int]
"""Where the next part begins: what to add to the query, or ``{"link": address}``. JSON, so that a job can save it."""


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a list."""

    items: tuple[Any, ...]
    next: Place | None
    """Where the next part begins; None after the last."""


def parts(ask: Callable[[Place], Any], items: str, call: str, place: Place | None = None) -> Iterator[Part]:
    """The parts of a list from `place` on, None being its beginning; each is asked for when it is needed.

    `ask` makes one call, `items` is the name under which its answer holds the list, `call` is for errors. Raises
    `JiraAnswerError` when an answer is no part of a list, leads back to where it came from, or the list has no end.
    """
    seen = set()
    for _ in range(MOST_PARTS):
        seen.add(frozenset((place or {}).items()))
        part = _part(ask(place or {}), items, call)
        yield part
        place = part.next
        if place is None:
            return
        if frozenset(place.items()) in seen:
            raise JiraAnswerError(call, "its list leads back to a part that was read already")
    raise JiraAnswerError(call, f"its list does not end within {MOST_PARTS:,} parts")


def _part(answer: Any, items: str, call: str) -> Part:
    listed = answer.get(items) if isinstance(answer, dict) else None
    if not isinstance(listed, list):
        raise JiraAnswerError(call, f"the answer holds no list named {items}")
    return Part(tuple(listed), _next(answer, len(listed)))


def _next(answer: Mapping[str, Any], count: int) -> Place | None:
    if answer.get("isLast") is True:
        return None
    if isinstance(token := answer.get("nextPageToken"), str) and token:
        return {"nextPageToken": token}
    if (start := _next_start(answer, count)) is not None:
        return {"startAt": start}
    link = _link(answer)
    return None if link is None else {"link": link}


def _next_start(answer: Mapping[str, Any], count: int) -> int | None:
    start, most, total = (_whole(answer, name) for name in ("startAt", "maxResults", "total"))
    if start is None or count == 0:
        return None
    if total is not None:
        return start + count if start + count < total else None
    # Where Jira says neither how many there are nor that this is not the last, a part that is not full is the last.
    more = answer.get("isLast") is False or (most is not None and count >= most)
    return start + count if more else None


def _link(answer: Mapping[str, Any]) -> str | None:
    links = [answer.get(name) for name in ("links", "_links")]
    found = [answer.get("nextPage"), *(each.get("next") for each in links if isinstance(each, dict))]
    for link in found:
        address = link.get("href") if isinstance(link, dict) else link
        if isinstance(address, str) and address:
            return address
    return None


def _whole(answer: Mapping[str, Any], name: str) -> int | None:
    value = answer.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None
