"""Lists in parts, in every way that Jira has of handing them out, and in those that a broken one would."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice
from typing import Any

import pytest

from chalicelib.connect.errors import JiraAnswerError
from chalicelib.connect.jira import pagination
from chalicelib.connect.jira.pagination import Place, parts

CALL = "GET /rest/api/3/things"


class Shelf:
    """A list of things; `answer` shows a part of it."""

    def __init__(self, answer: Callable[[Place], Any]) -> None:
        self.asked: list[Place] = []
        self._answer = answer

    def ask(self, place: Place) -> Any:
        self.asked.append(place)
        return self._answer(place)

    def read(self, start: Place | None = None) -> list[Any]:
        return [each for part in parts(self.ask, "values", CALL, start) for each in part.items]


def by_offset(count: int, size: int, **said: Callable[[int], Any]) -> Callable[[Place], Any]:
    def answer(place: Place) -> Any:
        start = int(place.get("startAt", 0))
        values = list(range(start, min(start + size, count)))
        return {"startAt": start, "values": values, **{name: tell(start) for name, tell in said.items()}}

    return answer


@pytest.mark.parametrize("total", [0, 1, 4, 5, 6, 10, 11])
def test_offsets_are_followed_by_whichever_end_the_answer_names(total: int) -> None:
    for said in (
        {"total": lambda _: total},
        {"isLast": lambda start: start + 5 >= total},
        {"maxResults": lambda _: 5},
        {"total": lambda _: total, "maxResults": lambda _: 50, "isLast": lambda start: start + 5 >= total},
    ):
        shelf = Shelf(by_offset(total, 5, **said))
        assert shelf.read() == list(range(total))
        assert len(shelf.asked) <= total // 5 + 1


def test_tokens_are_followed_to_the_part_without_one_also_over_an_empty_part() -> None:
    answers = {
        "": {"values": [1, 2], "nextPageToken": "a", "isLast": False},
        "a": {"values": [], "nextPageToken": "b"},
        "b": {"values": [3], "isLast": True, "nextPageToken": "c"},
    }
    shelf = Shelf(lambda place: answers[str(place.get("nextPageToken", ""))])
    assert shelf.read() == [1, 2, 3]
    assert shelf.asked == [{}, {"nextPageToken": "a"}, {"nextPageToken": "b"}]


@pytest.mark.parametrize(
    "link",
    [
        lambda it: {"nextPage": it},
        lambda it: {"links": {"self": "/x", "next": it}},
        lambda it: {"_links": {"self": "/x", "next": it}},
        lambda it: {"_links": {"next": {"href": it}}},
    ],
)
def test_links_are_followed(link: Callable[[str], dict[str, Any]]) -> None:
    shelf = Shelf(lambda place: {"values": [2]} if place else {"values": [1], **link("/rest/next")})
    assert shelf.read() == [1, 2]
    assert shelf.asked == [{}, {"link": "/rest/next"}]


def test_an_address_on_a_domain_of_the_sites_own_is_not_needed_where_there_are_offsets() -> None:
    own = {
        "nextPage": lambda start: f"https://jira.burrow.example/rest/things?startAt={start + 5}" if start < 10 else None
    }
    for said in ({"total": lambda _: 12}, {"isLast": lambda start: start == 10}, {"maxResults": lambda _: 5}):
        shelf = Shelf(by_offset(12, 5, **said, **own))
        assert shelf.read() == list(range(12))
        assert shelf.asked == [{}, {"startAt": 5}, {"startAt": 10}]


def test_an_address_is_followed_where_offsets_lead_no_further() -> None:
    link = {"nextPage": "/rest/next"}
    answers = [{"startAt": 0, "values": [], "total": 9, **link}, {"startAt": 5, "values": [1], "isLast": True}]
    shelf = Shelf(lambda place: answers[1 if place else 0])
    assert shelf.read() == [1]
    assert shelf.asked == [{}, {"link": "/rest/next"}]


def test_a_part_is_asked_for_when_it_is_needed_and_not_before() -> None:
    shelf = Shelf(by_offset(1000, 5, total=lambda _: 1000))
    things = (each for part in parts(shelf.ask, "values", CALL) for each in part.items)
    assert list(islice(things, 5)) == [0, 1, 2, 3, 4]
    assert len(shelf.asked) == 1


def test_a_job_goes_on_where_another_has_stopped() -> None:
    shelf = Shelf(by_offset(12, 5, total=lambda _: 12))
    first = next(parts(shelf.ask, "values", CALL))
    assert first.next == {"startAt": 5}
    assert [*first.items, *shelf.read(first.next)] == list(range(12))


def test_a_list_that_shrinks_while_it_is_read_ends() -> None:
    shelf = Shelf(
        lambda place: (
            {"startAt": 5, "values": [], "total": 9} if place else {"startAt": 0, "values": [1] * 5, "total": 9}
        )
    )
    assert shelf.read() == [1] * 5


@pytest.mark.parametrize(
    "answer",
    [
        {"startAt": 0, "values": [1], "total": 99},
        {"values": [1], "nextPageToken": "the same"},
        {"values": [1], "nextPage": "/rest/the-same"},
    ],
)
def test_a_list_that_leads_back_to_itself_is_given_up(answer: dict[str, Any]) -> None:
    shelf = Shelf(lambda _: answer)
    with pytest.raises(JiraAnswerError, match="leads back"):
        shelf.read()
    assert len(shelf.asked) <= 2


def test_a_list_without_end_is_given_up() -> None:
    shelf = Shelf(
        lambda place: {"values": [], "nextPageToken": f"{place.get('nextPageToken', '')}x"[-9:] + str(len(shelf.asked))}
    )
    with pytest.raises(JiraAnswerError, match="does not end"):
        shelf.read()
    assert len(shelf.asked) == pagination.MOST_PARTS


@pytest.mark.parametrize(
    "answer", [None, [], [1, 2], "text", {}, {"values": None}, {"values": {"a": 1}}, {"issues": []}]
)
def test_what_is_no_part_of_a_list_is_said_to_be_none(answer: Any) -> None:
    with pytest.raises(JiraAnswerError, match="holds no list named values"):
        Shelf(lambda _: answer).read()


@pytest.mark.parametrize(
    "odd",
    [
        {"startAt": "0"},
        {"startAt": True},
        {"startAt": True, "total": 9},
        {"startAt": 0},
        {"startAt": -5, "total": 9},
        {"nextPageToken": 5},
        {"nextPageToken": ""},
        {"nextPage": 5},
        {"nextPage": ""},
        {"links": []},
        {"_links": {"next": None}},
    ],
)
def test_odd_signs_of_more_end_the_list(odd: dict[str, Any]) -> None:
    assert Shelf(lambda _: {"values": [1], **odd}).read() == [1]
