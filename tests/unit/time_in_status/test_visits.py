"""From webhooks to the time in each status: exact, and the same in whatever order they come."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.time_in_status.record import DELETED, Record, merged
from chalicelib.time_in_status.visits import BROKEN_CHAIN, CLOCK_WENT_BACK, MOVE_UNKNOWN, Way, totals, way
from tests.unit.time_in_status.webhooks import CREATED, MINUTE, NAMES, created, edited, moved, webhook


def record_of(*bodies: dict[str, Any]) -> Record:
    """The record after some webhooks."""
    record: Record | None = None
    for body in bodies:
        record = merged(record, body)
    assert record is not None
    return record


def minutes(found: Way) -> list[tuple[str, int]]:
    """The visits as status names and minutes."""
    return [(visit.status.name, visit.milliseconds // MINUTE) for visit in found.visits]


def test_an_issue_that_never_moved_has_been_in_its_status_since_it_was_created() -> None:
    assert minutes(way(record_of(created()), CREATED + 7 * MINUTE)) == [("To Do", 7)]


def test_each_move_ends_one_visit_and_begins_the_next() -> None:
    record = record_of(
        created(), moved(501, CREATED + 10 * MINUTE, "1", "3"), moved(502, CREATED + 25 * MINUTE, "3", "5")
    )

    found = way(record, CREATED + 60 * MINUTE)
    assert minutes(found) == [("To Do", 10), ("In Progress", 15), ("Done", 35)]
    assert [visit.left_at is None for visit in found.visits] == [False, False, True]
    assert found.gaps == ()


def test_an_issue_that_was_there_before_the_app_begins_in_the_status_that_its_first_move_left() -> None:
    found = way(record_of(moved(501, CREATED + 10 * MINUTE, "1", "3")), CREATED + 12 * MINUTE)
    assert minutes(found) == [("To Do", 10), ("In Progress", 2)]


def test_returns_to_a_status_add_up() -> None:
    record = record_of(
        created(),
        moved(501, CREATED + 10 * MINUTE, "1", "3"),
        moved(502, CREATED + 20 * MINUTE, "3", "1"),
        moved(503, CREATED + 25 * MINUTE, "1", "3"),
    )

    todo, doing = totals(way(record, CREATED + 30 * MINUTE).visits)
    assert (todo.milliseconds, todo.visits, todo.current) == (15 * MINUTE, 2, False)
    assert (doing.milliseconds, doing.visits, doing.current) == (15 * MINUTE, 2, True)
    assert doing.first_entered_at == CREATED + 10 * MINUTE


def test_two_moves_at_one_instant_are_a_visit_of_no_length() -> None:
    found = way(record_of(created(), moved(501, CREATED + 10 * MINUTE, "1", "3", "5")), CREATED + 20 * MINUTE)
    assert minutes(found) == [("To Do", 10), ("In Progress", 0), ("Done", 10)]


def test_of_two_moves_at_one_instant_the_changelog_says_which_came_last() -> None:
    at = CREATED + 10 * MINUTE
    # Both webhooks show the issue at that instant, and the one of the first move by the greater status.
    found = way(record_of(created(), moved(1000, at, "5", "3"), moved(999, at, "1", "5")), at + MINUTE)
    assert minutes(found) == [("To Do", 10), ("Done", 0), ("In Progress", 1)]
    assert found.gaps == ()


def test_an_issue_that_does_not_say_when_it_was_created_counts_from_when_it_was_first_seen() -> None:
    body = moved(501, CREATED + 5 * MINUTE, "1", "3")
    del body["issue"]["fields"]["created"]
    assert minutes(way(record_of(body), CREATED + 7 * MINUTE)) == [("To Do", 0), ("In Progress", 2)]


def test_a_move_to_where_it_is_counts_for_nothing() -> None:
    found = way(record_of(created(), moved(501, CREATED + 5 * MINUTE, "1", "1")), CREATED + 10 * MINUTE)
    assert minutes(found) == [("To Do", 10)]


def test_a_change_that_moves_nothing_counts_for_nothing() -> None:
    found = way(record_of(created(), edited(501, CREATED + 5 * MINUTE, "1")), CREATED + 10 * MINUTE)
    assert minutes(found) == [("To Do", 10)]


def test_a_custom_field_named_status_is_not_the_status() -> None:
    body = moved(501, CREATED + 5 * MINUTE, "1", "3")
    body["issue"]["fields"]["status"] = {"id": "1", "name": "To Do"}
    body["changelog"]["items"][0].update(field="Status", fieldtype="custom", fieldId="customfield_10001")
    old = moved(502, CREATED + 6 * MINUTE, "1", "3")
    old["issue"]["fields"]["status"] = {"id": "1", "name": "To Do"}
    old["changelog"]["items"][0].update(field="Status", fieldtype="custom")
    del old["changelog"]["items"][0]["fieldId"]

    assert minutes(way(record_of(created(), body, old), CREATED + 10 * MINUTE)) == [("To Do", 10)]


def test_an_older_changelog_without_field_ids_is_understood() -> None:
    body = moved(501, CREATED + 5 * MINUTE, "1", "3")
    del body["changelog"]["items"][0]["fieldId"]

    assert minutes(way(record_of(created(), body), CREATED + 10 * MINUTE)) == [("To Do", 5), ("In Progress", 5)]


def test_a_renamed_status_is_one_status_under_its_newest_name() -> None:
    record = record_of(created(), moved(501, CREATED + MINUTE, "1", "3"), moved(502, CREATED + 2 * MINUTE, "3", "1"))
    renamed = edited(503, CREATED + 3 * MINUTE, "1")
    renamed["issue"]["fields"]["status"]["name"] = "Backlog"

    names = [total.status.name for total in totals(way(merged(record, renamed), CREATED + 9 * MINUTE).visits)]
    assert names == ["Backlog", "In Progress"]


def test_a_move_that_was_never_reported_shows_as_a_gap() -> None:
    record = record_of(
        created(), moved(501, CREATED + 10 * MINUTE, "1", "3"), moved(503, CREATED + 30 * MINUTE, "4", "5")
    )

    found = way(record, CREATED + 40 * MINUTE)
    assert minutes(found) == [("To Do", 10), ("In Progress", 20), ("Done", 10)]
    assert found.gaps == (BROKEN_CHAIN,)


def test_when_the_last_move_was_never_reported_the_status_counts_from_when_it_was_seen() -> None:
    record = record_of(created(), edited(502, CREATED + 10 * MINUTE, "3"))

    found = way(record_of(created(), moved(501, CREATED + MINUTE, "1", "4")), CREATED + 2 * MINUTE)
    assert found.gaps == ()
    # Without any move the issue is taken to have been where it is seen: there is nothing that says otherwise.
    assert minutes(way(record, CREATED + 15 * MINUTE)) == [("In Progress", 15)]

    late = way(
        record_of(moved(501, CREATED + MINUTE, "1", "4"), edited(502, CREATED + 10 * MINUTE, "3")),
        CREATED + 15 * MINUTE,
    )
    assert minutes(late) == [("To Do", 1), ("In Review", 9), ("In Progress", 5)]
    assert late.gaps == (MOVE_UNKNOWN,)


def test_a_move_dated_before_the_creation_takes_no_time() -> None:
    found = way(record_of(moved(501, CREATED - MINUTE, "1", "3")), CREATED + MINUTE)
    assert minutes(found) == [("To Do", 0), ("In Progress", 1)]
    assert found.gaps == (CLOCK_WENT_BACK,)


def test_a_deleted_issue_stays_deleted() -> None:
    assert merged(DELETED, moved(501, CREATED + MINUTE, "1", "3")) == DELETED
    assert way(DELETED, CREATED).visits == ()


def test_the_webhook_of_a_change_without_its_date_is_dated_by_its_own_clock() -> None:
    body = moved(501, CREATED + 5 * MINUTE, "1", "3")
    del body["issue"]["fields"]["updated"]
    body["timestamp"] = CREATED + 5 * MINUTE

    assert minutes(way(record_of(created(), body), CREATED + 6 * MINUTE)) == [("To Do", 5), ("In Progress", 1)]


@pytest.mark.parametrize("stamp", [None, True, "soon"])
def test_a_status_that_was_seen_nobody_knows_when_is_passed_over(stamp: object) -> None:
    body = edited(501, CREATED + 5 * MINUTE, "3")
    del body["issue"]["fields"]["updated"]
    body["timestamp"] = stamp

    assert record_of(body) == {"created": CREATED, "histories": {}}
    assert record_of(created(), body) == record_of(created())


def test_nothing_about_a_person_is_kept() -> None:
    body = moved(501, CREATED, "1", "3")
    body["user"] = {"accountId": "account-1", "displayName": "Somebody"}
    body["issue"]["fields"]["assignee"] = {"accountId": "account-2"}

    kept = str(record_of(created(), body))
    assert not any(word in kept for word in ("account", "Somebody", "Dig"))


statuses = st.sampled_from(sorted(NAMES))


@st.composite
def lives(draw: st.DrawFn) -> list[dict[str, Any]]:
    """All webhooks of an issue that was created, moved and edited at random, at random instants."""
    at, status = CREATED, "1"
    bodies = [created()]
    for history in range(501, 501 + draw(st.integers(0, 8))):
        at += draw(st.integers(0, 3 * MINUTE))
        if draw(st.booleans()):
            target = draw(statuses)
            bodies.append(moved(history, at, status, target))
            status = target
        else:
            bodies.append(edited(history, at, status))
    return bodies


@given(lives(), st.data())
def test_the_order_of_webhooks_and_their_repetition_make_no_difference(
    bodies: list[dict[str, Any]], data: st.DataObject
) -> None:
    shuffled = data.draw(st.permutations([*bodies, *data.draw(st.lists(st.sampled_from(bodies)))]))
    assert record_of(*shuffled) == record_of(*bodies)


@given(lives(), st.data(), st.integers(0, 60 * MINUTE))
def test_the_visits_sum_to_the_life_of_the_issue_even_when_webhooks_are_missing(
    bodies: list[dict[str, Any]], data: st.DataObject, after: int
) -> None:
    arrived = [body for body in bodies if data.draw(st.booleans())]
    end = CREATED + 8 * 3 * MINUTE + after
    if arrived:
        found = way(record_of(*arrived), end)
        assert sum(visit.milliseconds for visit in found.visits) == end - CREATED
        assert sum(total.milliseconds for total in totals(found.visits)) == end - CREATED
        assert [visit.left_at for visit in found.visits[:-1]] == [visit.entered_at for visit in found.visits[1:]]
        assert arrived != bodies or found.gaps == ()


json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(json, json, json, json, json)
def test_a_webhook_of_any_other_shape_breaks_nothing(a: Any, b: Any, c: Any, d: Any, e: Any) -> None:
    bodies = [
        {"issue": a, "changelog": b, "timestamp": c},
        {"issue": {"id": a, "fields": b}, "changelog": {"id": c, "items": d}},
        webhook(
            "jira:issue_updated",
            CREATED,
            "1",
            changelog={"id": a, "items": [{"fieldId": "status", "from": b, "to": c}]},
        ),
        {"issue": {"fields": {"created": d, "updated": e, "status": {"id": a, "name": b}}}, "timestamp": CREATED},
    ]
    found = way(record_of(*bodies), CREATED + MINUTE)
    assert all(visit.milliseconds >= 0 for visit in found.visits)
