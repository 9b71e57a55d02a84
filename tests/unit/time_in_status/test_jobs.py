"""What the app reads of the time before it was there: with the webhooks, in whatever order, it makes one record."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.connect.errors import JiraBusyError
from chalicelib.time_in_status.changelog import histories
from chalicelib.time_in_status.jobs import BACKFILL, ISSUES_A_STEP, RECOUNT, jobs
from chalicelib.time_in_status.record import Record, filled, is_whole, merged
from chalicelib.time_in_status.store import Issues
from chalicelib.time_in_status.visits import way
from tests.unit.calls.calls import Calls
from tests.unit.calls.jira_server import JiraServer, Reply, Seen
from tests.unit.lines import Lines
from tests.unit.time_in_status.webhooks import CREATED, MINUTE, created, moved, written

WAY = ["1", "3", "4", "3", "5"]


def entry(number: int) -> dict[str, Any]:
    """The changelog entry of one move, as REST lists it: a little before the time that its webhook tells."""
    item = moved(0, CREATED, *WAY[number : number + 2])["changelog"]["items"][0]
    return {"id": str(501 + number), "created": written(CREATED + (number + 1) * MINUTE), "items": [item]}


MOVES = [entry(number) for number in range(4)]
ASSIGNED = {"id": "600", "created": written(CREATED), "items": [{"fieldId": "assignee", "from": None, "to": "a"}]}


def issue(identity: str = "10001") -> dict[str, Any]:
    fields = moved(0, CREATED + 5 * MINUTE, "3", "5")["issue"]["fields"]
    return {"id": identity, "fields": {name: fields[name] for name in ("created", "updated", "status")}}


def webhook(number: int) -> dict[str, Any]:
    return moved(501 + number, CREATED + (number + 1) * MINUTE + 7, *WAY[number : number + 2])


STEPS: list[Callable[[Record | None], Record]] = [
    lambda record: filled(record, issue(), histories([*MOVES, ASSIGNED])),
    lambda record: merged(record, created()),
    *(lambda record, number=number: merged(record, webhook(number)) for number in range(4)),
]


@given(st.permutations(STEPS * 2))
def test_webhooks_and_the_backfill_make_one_record_in_whatever_order(
    steps: list[Callable[[Record | None], Record]],
) -> None:
    record: Record | None = None
    for step in steps:
        record = step(record)

    assert record
    assert record["histories"].keys() == {"501", "502", "503", "504"}
    found = way(record, CREATED + 10 * MINUTE)
    assert [visit.status.id for visit in found.visits] == WAY
    # REST's own time counts before the webhook's.
    assert [visit.milliseconds for visit in found.visits] == [MINUTE] * 4 + [6 * MINUTE]
    assert found.gaps == ()


def test_a_deleted_issue_is_not_brought_back_by_the_backfill() -> None:
    assert filled({"deleted": True}, issue(), histories(MOVES)) == {"deleted": True}


def test_a_record_of_webhooks_alone_is_read_as_it_was_written_before() -> None:
    old = {"created": CREATED, "histories": {"501": [CREATED + MINUTE, [["1", "To Do", "3", "In Progress"]]]}}
    assert [visit.status.id for visit in way(old, CREATED + 2 * MINUTE).visits] == ["1", "3"]


@pytest.mark.parametrize("odd", [{}, {"items": "x"}, {"id": "1", "created": "x", "items": MOVES[0]["items"]}])
def test_an_entry_that_is_none_is_passed_over(odd: dict[str, Any]) -> None:
    assert histories([odd]) == []


class Site:
    """A site of 45 issues, each with four moves; the third was deleted while the list was read, the fifth is closed."""

    def __init__(self) -> None:
        self.jql: list[str] = []
        self.busy_from = 1_000
        self.calls = 0

    def answer(self, seen: Seen) -> Reply:
        self.calls += 1
        path = seen.target.partition("?")[0]
        if path == "/rest/api/3/search/jql":
            self.jql.append(seen.json["jql"])
            start = int(seen.json.get("nextPageToken", "0"))
            end = start + seen.json["maxResults"]
            found = [issue(str(10_000 + number)) for number in range(start, min(end, 45))]
            return Reply(json={"issues": found, **({"nextPageToken": str(end)} if end < 45 else {"isLast": True})})
        if path == "/rest/api/3/issue/10002/changelog":
            return Reply(404, {"errorMessages": ["Issue does not exist"]})
        if path == "/rest/api/3/issue/10004/changelog":
            return Reply(403, {"errorMessages": ["You do not have permission to view this issue"]})
        left = 90 if self.calls < self.busy_from else 10
        headers = {"RateLimit-Policy": '"tenant-app-quota";q=100', "RateLimit": f'"tenant-app-quota";r={left};t=900'}
        return Reply(json={"startAt": 0, "maxResults": 100, "total": 4, "values": MOVES}, headers=headers)


class Bench:
    def __init__(self, calls: Calls, server: JiraServer) -> None:
        self.site = Site()
        server.answer = self.site.answer
        self.job = calls.job()
        self.issues = Issues(self.job.records)


def test_the_history_of_all_issues_is_read_step_by_step(calls: Calls, server: JiraServer) -> None:
    bench = Bench(calls, server)

    places = list(jobs.function(BACKFILL)(bench.job) or ())

    assert [place["next"] for place in places] == [{"nextPageToken": "20"}, {"nextPageToken": "40"}]
    assert bench.job.progress == {"issues": 45}
    found = {number: bench.issues.find(str(10_000 + number)) for number in range(45)}
    known = [number for number, record in found.items() if record and is_whole(record)]
    assert known == [number for number in range(45) if number not in (2, 4)]
    assert set(bench.site.jql) == {'created >= "2000-01-01" ORDER BY created DESC'}


def test_an_issue_that_is_closed_to_the_app_is_named_in_the_log(calls: Calls, server: JiraServer, lines: Lines) -> None:
    list(jobs.function(BACKFILL)(Bench(calls, server).job) or ())

    ((told, _),) = lines.above(logging.WARNING)
    assert told.startswith(
        "history not read: GET /rest/api/3/issue/10004/changelog: Jira answered 403: You do not have"
    )


def test_it_goes_on_at_the_page_where_it_was(calls: Calls, server: JiraServer) -> None:
    bench = Bench(calls, server)
    bench.job = replace(bench.job, place={"next": {"nextPageToken": "40"}}, progress={"issues": 40})

    assert list(jobs.function(BACKFILL)(bench.job) or ()) == []
    assert bench.job.progress == {"issues": 45}
    assert bench.issues.find("10000") is None


def test_the_recount_reads_what_has_changed_of_late(calls: Calls, server: JiraServer) -> None:
    bench = Bench(calls, server)
    list(jobs.function(RECOUNT)(bench.job) or ())
    assert bench.site.jql[0].startswith("updated >= -2d")


def test_it_leaves_a_part_of_the_quota_to_others(calls: Calls, server: JiraServer) -> None:
    bench = Bench(calls, server)
    bench.site.busy_from = ISSUES_A_STEP

    with pytest.raises(JiraBusyError):
        list(jobs.function(BACKFILL)(bench.job) or ())
    assert bench.site.calls < 2 * ISSUES_A_STEP


def test_every_site_gets_the_backfill_when_it_installs_the_app() -> None:
    assert jobs.on_install() == (BACKFILL,)
