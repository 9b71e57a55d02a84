"""The handlers of docs/handlers.md: repeated and in every order, they come out the same."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.connect.events import Delivery, Events
from tests.fakes import FakeRecords

PAGE = Path(__file__).parents[2] / "docs" / "handlers.md"
ISSUE = "10001"


def names_of_the_page() -> dict[str, Any]:
    names: dict[str, Any] = {}
    for snippet in re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL):
        exec(snippet, names)  # noqa: S102 - our own page
    return names


NAMES = names_of_the_page()


class Jira:
    """A site that has more comments whenever it is asked, and keeps what is put there."""

    def __init__(self) -> None:
        self.comments = 0
        self.properties: dict[str, Any] = {}

    def get(self, at: str, query: dict[str, Any]) -> Any:
        assert (at, query) == (f"/rest/api/3/issue/{ISSUE}", {"fields": "comment,updated"})
        self.comments += 1
        return {"fields": {"comment": {"total": self.comments}, "updated": f"2026-11-24T10:{self.comments:02}"}}

    def put(self, at: str, body: Any) -> None:
        self.properties[at] = body


def told(event: str, number: int, **body: Any) -> tuple[str, int, str, dict[str, Any]]:
    # Every other one in the same millisecond as the one before it.
    return event, 1_700_000_000_000 + number // 2, f"webhook-{number}", body


def handle(events: Iterable[tuple[str, int, str, dict[str, Any]]], jira: Jira) -> FakeRecords:
    records, registered = FakeRecords(), cast(Events, NAMES["events"])
    for event, at, name, body in events:
        delivery = SimpleNamespace(body=body, records=records, jira=jira, occurred_at=at, id=name)
        for handler in registered.handlers(event):
            handler(cast(Delivery, delivery))
    return records


def issue(priority: str) -> dict[str, Any]:
    return {"id": ISSUE, "fields": {"priority": {"name": priority}}}


UPDATES = [told("jira:issue_updated", n, issue=issue(name)) for n, name in enumerate(["Low", "High", "Highest", "Low"])]
WORK = [
    told("worklog_created", 0, worklog={"id": "1", "issueId": ISSUE, "timeSpentSeconds": 60}),
    told("worklog_created", 1, worklog={"id": "2", "issueId": ISSUE, "timeSpentSeconds": 600}),
    told("worklog_updated", 2, worklog={"id": "1", "issueId": ISSUE, "timeSpentSeconds": 90}),
]


def repeated(events: list[Any]) -> st.SearchStrategy[list[Any]]:
    return st.permutations(events * 2)


@given(repeated(UPDATES))
def test_the_newest_value_stays_in_whatever_order_they_come(events: list[Any]) -> None:
    assert (handle(events, Jira()).get(f"priority/{ISSUE}") or {})["priority"] == "Low"


@given(repeated([*UPDATES, told("jira:issue_deleted", 9, issue=issue("Low"))]))
def test_a_late_update_does_not_raise_what_was_deleted(events: list[Any]) -> None:
    assert handle(events, Jira()).get(f"priority/{ISSUE}") == {"deleted": True}


@given(repeated(WORK))
def test_a_sum_over_facts_counts_each_of_them_once_as_it_was_last(events: list[Any]) -> None:
    assert NAMES["seconds_worked"](handle(events, Jira()), ISSUE) == 690


def test_what_jira_is_asked_is_kept_as_it_last_answered() -> None:
    jira = Jira()
    events = [told("comment_created", number, issue={"id": ISSUE}) for number in range(3)]

    assert (handle(events, jira).get(f"comments/{ISSUE}") or {})["total"] == 3


def test_a_change_of_the_world_outside_happens_under_one_name_however_often_it_is_made() -> None:
    jira = Jira()
    handle([told("jira:issue_created", 0, issue={"id": ISSUE})] * 3, jira)

    assert jira.properties == {f"/rest/api/3/issue/{ISSUE}/properties/seen": {"at": 1_700_000_000_000}}
