"""The sweep: what Jira could not deliver goes on the queue after all."""

from __future__ import annotations

import json
import logging
from itertools import groupby
from typing import Any

import pytest

from chalicelib.connect.errors import JiraAnswerError, JiraTooLargeError, UnavailableError
from chalicelib.connect.jira.exchange import EDGE, MOST_BYTES
from chalicelib.connect.jira.failed_webhooks import PAGE
from chalicelib.connect.sweep import KEPT, OVERLAP, Sweep
from tests.fakes import FakeDeliveryQueue
from tests.unit.calls.calls import Calls
from tests.unit.calls.jira_server import JiraServer, Reply, Seen
from tests.unit.lines import Lines

EVENTS = ("jira:issue_updated", "dynamic:comment_created")
NOW = 1_700_000_000
APP = "https://app.example.com/prod/webhooks"


def failed(number: int, *, minutes_ago: float = 60, event: str = "jira:issue_updated", **more: Any) -> dict[str, Any]:
    return {
        "id": f"webhook-{number}",
        "url": f"{APP}/{event}",
        "failureTime": int(NOW * 1000 - minutes_ago * 60_000),
        "body": json.dumps({"webhookEvent": "comment_created", "number": number}),
        **more,
    }


class Failures:
    """The list as Jira hands it out: few a page, but never parting what failed in one millisecond."""

    def __init__(self, *listed: dict[str, Any], most: int = 2) -> None:
        self.listed = sorted(listed, key=_time)
        self.most = most

    def answer(self, seen: Seen) -> Reply:
        assert (seen.method, seen.target.partition("?")[0]) == ("GET", "/rest/api/3/webhook/failed")
        most = min(self.most, int(seen.query["maxResults"][0]))
        page: list[dict[str, Any]] = []
        left = [each for each in self.listed if _time(each) > int(seen.query["after"][0])]
        for _, together in groupby(left, key=_time):
            if len(page) < most:
                page += together
        following = {"next": "https://burrow.atlassian.net/elsewhere"} if page else {}
        return Reply(json={"values": page, "maxResults": most, **following})


def _time(failure: dict[str, Any]) -> int:
    return int(failure["failureTime"])


class Bench:
    def __init__(self, calls: Calls, server: JiraServer, *listed: dict[str, Any], most: int = 2) -> None:
        self.queue = FakeDeliveryQueue()
        self.jira = calls.jira
        self.sweep = Sweep(EVENTS, self.queue, clock=lambda: NOW)
        server.answer = Failures(*listed, most=most).answer

    def run(self, place: int = 0) -> tuple[list[str], int]:
        """What is on the queue after a sweep, and where the next one goes on."""
        for page in self.sweep.run(self.jira, place):
            place = page.place
        return [message.id for message in self.queue.sent], place


def test_all_that_failed_goes_on_the_queue_the_oldest_first(calls: Calls, server: JiraServer) -> None:
    bench = Bench(calls, server, *(failed(number, minutes_ago=90 - number) for number in range(7)))

    sent, place = bench.run()

    assert sent == [f"webhook-{number}" for number in range(7)]
    assert place == int(NOW * 1000 - 84 * 60_000)
    assert len(server.seen) == 4


def test_it_goes_the_way_of_a_webhook_that_has_come_by_itself(calls: Calls, server: JiraServer) -> None:
    bench = Bench(calls, server, failed(1))
    bench.run()

    (message,) = bench.queue.sent
    assert (message.client_key, message.id, message.event) == (calls.tenant.client_key, "webhook-1", EVENTS[0])
    assert json.loads(message.body)["number"] == 1
    assert message.received_at == NOW * 1000 - 3_600_000


def test_the_event_of_a_dynamic_webhook_stands_in_its_body(calls: Calls, server: JiraServer) -> None:
    bench = Bench(calls, server, failed(1, event="dynamic"), failed(2, event="jira%3Aissue_updated"))
    bench.run()

    assert {message.event for message in bench.queue.sent} == set(EVENTS)


@pytest.mark.parametrize(
    "odd",
    [
        failed(1, event="jira:issue_deleted"),
        failed(1, body=None),
        failed(1, body="no json"),
        failed(1, body='"\ud800"'),
        failed(1, url="https://app.example.com/elsewhere"),
        failed(1, url=f"{APP}/x/jira:issue_updated"),
    ],
)
def test_what_no_handler_waits_for_or_nobody_can_read_is_passed_over(
    calls: Calls, server: JiraServer, odd: dict[str, Any]
) -> None:
    bench = Bench(calls, server, odd, failed(2, minutes_ago=1))

    (page,) = bench.sweep.run(bench.jira)

    assert (page.sent, page.passed_over) == (1, 1)
    assert [message.id for message in bench.queue.sent] == ["webhook-2"]


def test_the_next_sweep_goes_on_a_little_before_the_end_of_the_last(calls: Calls, server: JiraServer) -> None:
    bench = Bench(calls, server, failed(1, minutes_ago=60), failed(2, minutes_ago=45), failed(3, minutes_ago=30))
    place = NOW * 1000 - 40 * 60_000

    assert bench.run(place) == (["webhook-2", "webhook-3"], NOW * 1000 - 30 * 60_000)
    assert int(server.seen[0].query["after"][0]) == place - OVERLAP


def test_a_sweep_that_finds_nothing_stays_where_it_is(calls: Calls, server: JiraServer) -> None:
    bench = Bench(calls, server)
    assert bench.run(NOW * 1000) == ([], NOW * 1000)


def test_nothing_is_asked_of_before_jira_remembers(calls: Calls, server: JiraServer) -> None:
    Bench(calls, server).run()
    assert int(server.seen[0].query["after"][0]) == NOW * 1000 - KEPT


def test_many_that_failed_in_one_millisecond_are_all_swept(calls: Calls, server: JiraServer) -> None:
    bench = Bench(calls, server, *(failed(number) for number in range(5)), failed(9, minutes_ago=1))
    assert len(bench.run()[0]) == 6


def test_what_the_queue_does_not_take_is_swept_from_the_same_place_later(calls: Calls, server: JiraServer) -> None:
    bench = Bench(calls, server, failed(1, minutes_ago=9), failed(2, minutes_ago=8), failed(3, minutes_ago=7))
    pages = bench.sweep.run(bench.jira)
    place = next(pages).place
    bench.queue.down = True
    with pytest.raises(UnavailableError):
        next(pages)

    bench.queue.down = False
    sent, _ = bench.run(place)
    assert set(sent) == {"webhook-1", "webhook-2", "webhook-3"}


@pytest.mark.parametrize(
    "answer",
    [
        *([], {}, {"values": {}, "maxResults": 2}, {"values": [failed(1)]}, {"values": [1], "maxResults": 2}),
        *({"values": [{**failed(1), name: None}], "maxResults": 2} for name in ("id", "url", "failureTime")),
    ],
)
def test_an_answer_that_is_no_such_list_is_an_error(calls: Calls, server: JiraServer, answer: Any) -> None:
    bench = Bench(calls, server)
    server.replies(Reply(json=answer))
    with pytest.raises(JiraAnswerError):
        bench.run()


def test_a_jira_that_says_the_same_again_and_again_is_left(calls: Calls, server: JiraServer) -> None:
    bench = Bench(calls, server)
    server.replies(Reply(json={"values": [failed(1, minutes_ago=KEPT / 60_000)], "maxResults": 1}))
    bench.run()
    assert len(server.seen) == 1


@pytest.mark.parametrize(
    ("body", "reason"),
    [(None, "Jira does not say what it held"), (5, "Jira does not say what it held"), ("x", "no JSON")],
)
def test_what_is_lost_is_named_with_the_reason(
    calls: Calls, server: JiraServer, lines: Lines, body: object, reason: str
) -> None:
    Bench(calls, server, failed(1, body=body)).run()
    ((said, fields),) = lines.above(logging.ERROR)
    assert (said, fields["delivery"]) == ("lost", "webhook-1")
    assert reason in fields["reason"]


# Answers that are too large


def of(number: int, size: int, **more: Any) -> dict[str, Any]:
    """A webhook that failed so many minutes before midnight, with a body of so many characters."""
    return failed(number, minutes_ago=100 - number, body=json.dumps({"text": "x" * size}), **more)


def test_a_page_that_is_too_large_is_asked_for_in_smaller_ones_until_they_fit(calls: Calls, server: JiraServer) -> None:
    many = [of(number, MOST_BYTES // 5) for number in range(7)]
    bench = Bench(calls, server, *many, most=PAGE)

    assert bench.run()[0] == [f"webhook-{number}" for number in range(7)]
    asked = [int(seen.query["maxResults"][0]) for seen in server.seen]
    assert asked == [100, 50, 25, 12, 6, 3, 6]


@pytest.mark.parametrize("names", [("id", "body", "url", "failureTime"), ("failureTime", "url", "id", "body")])
def test_a_webhook_that_is_too_large_by_itself_is_named_as_lost_and_those_behind_it_are_swept(
    calls: Calls, server: JiraServer, lines: Lines, names: tuple[str, ...]
) -> None:
    large = of(2, MOST_BYTES + EDGE)
    # What a body says of itself is no time of failure.
    large["body"] = json.dumps({"id": "fake", "failureTime": 5, "text": large["body"], "end": {"failureTime": 9}})
    listed = [of(1, 10), {name: large[name] for name in names}, of(3, 10), of(4, 10)]
    bench = Bench(calls, server, *listed, most=PAGE)
    sent, place = bench.run()

    assert (sent, place) == (["webhook-1", "webhook-3", "webhook-4"], listed[-1]["failureTime"])
    fields = {
        "tenant": calls.tenant.client_key,
        "delivery": "webhook-2",
        "url": f"{APP}/jira:issue_updated",
        "failed_at": large["failureTime"],
        "reason": "it is too large",
    }
    assert lines.above(logging.ERROR) == [("lost", fields)]


def test_one_that_is_too_large_and_says_only_when_it_failed_is_passed_too(
    calls: Calls, server: JiraServer, lines: Lines
) -> None:
    told = of(1, MOST_BYTES + EDGE)
    bench = Bench(calls, server, {name: told[name] for name in ("body", "failureTime")}, of(2, 10), most=PAGE)

    assert bench.run()[0] == ["webhook-2"]
    assert [(fields["delivery"], fields["url"]) for _, fields in lines.above(logging.ERROR)] == [("", "")]


@pytest.mark.parametrize("told", [{}, {"failureTime": 1}, {"failureTime": NOW * 1000 - KEPT}])
def test_there_is_no_way_past_one_that_is_too_large_and_does_not_say_when_it_failed(
    calls: Calls, server: JiraServer, told: dict[str, Any]
) -> None:
    bench = Bench(calls, server)
    server.replies(Reply(json={"values": [{"body": "x" * (MOST_BYTES + EDGE), **told}], "maxResults": 1}))
    with pytest.raises(JiraTooLargeError):
        bench.run()
    assert int(server.seen[-1].query["maxResults"][0]) == 1
