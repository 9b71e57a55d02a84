"""What the pages are told while they are open."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
import requests

from devkit.jira.host import JiraHost
from devkit.jira.live import BACKLOG
from devkit.jira.rest_call import Parts


@pytest.fixture
def told() -> Iterator[tuple[JiraHost, Iterator[dict[str, str]]]]:
    """The stand-in, and what an open page is told, one thing after the other."""
    with JiraHost() as jira, requests.get(f"{jira.url}/stand-in/live", stream=True, timeout=10) as stream:
        lines = stream.iter_lines()
        next(lines)  # how long to wait before another try
        yield jira, (json.loads(line.removeprefix(b"data: ")) for line in lines if line.startswith(b"data: "))


def test_a_page_is_told_what_happens(told: tuple[JiraHost, Iterator[dict[str, str]]]) -> None:
    jira, events = told
    issue = jira.create_issue("A burrow")
    assert next(events) == {"kind": "issue", "event": "jira:issue_created", "key": issue.key}


def test_a_page_that_is_too_far_behind_is_told_to_read_everything_anew(
    told: tuple[JiraHost, Iterator[dict[str, str]]],
) -> None:
    jira, events = told

    def dig(parts: Parts) -> None:
        for number in range(BACKLOG + 5):
            parts.site.create_issue(f"Burrow {number}", by=parts.site.current_user)

    jira.do(dig)
    assert next(events) == {"kind": "again"}
    assert next(events)["key"] == f"BUR-{BACKLOG + 1}"
