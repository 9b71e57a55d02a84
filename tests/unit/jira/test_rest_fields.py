"""Fields of issues over REST: set, changed by operations and with transitions, and refused by name."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from devkit.jira.forms import document
from devkit.jira.host import JiraHost
from tests.unit.jira.asking import V3, Asking


@pytest.fixture(scope="module")
def site() -> Iterator[Asking]:
    with JiraHost() as jira:
        yield Asking(jira)


def test_fields_are_set_and_changed_and_told_in_the_changelog(site: Asking) -> None:
    robin = site.jira.user("Robin Sedge").account_id
    fields = {
        "summary": "A burrow",
        "project": {"id": "10000"},
        "labels": ["deep"],
        "priority": {"name": "High"},
        "assignee": {"accountId": robin},
    }
    key = site.ask("POST", f"{V3}/issue", {"fields": fields})[1]["key"]
    shown = site.ask("GET", f"{V3}/issue/{key}?fields=labels,priority,assignee")[1]["fields"]
    assert (shown["labels"], shown["priority"]["id"], shown["assignee"]["accountId"]) == (["deep"], "2", robin)
    assert set(shown) == {"labels", "priority", "assignee"}
    change = {"labels": ["deep", "dry"], "priority": {"id": "5"}, "assignee": None}
    assert site.ask("PUT", f"{V3}/issue/{key}", {"fields": change})[0] == 204
    assert site.ask("PUT", f"{V3}/issue/{key}/assignee", {"accountId": robin})[0] == 204
    values = site.ask("GET", f"{V3}/issue/{key}/changelog")[1]["values"]
    assert [[item["field"] for item in value["items"]] for value in values] == [
        ["assignee", "priority", "labels"],
        ["assignee"],
    ]
    assert values[0]["items"][0]["tmpFromAccountId"] == robin
    listed = site.ask("POST", f"{V3}/issue/{key}/changelog/list", {"changelogIds": [int(values[1]["id"])]})[1]
    assert listed["histories"] == values[1:]


def test_operations_change_fields_add_comments_and_set_properties(site: Asking) -> None:
    made = {"fields": {"project": {"key": "BUR"}, "labels": ["deep"]}, "properties": [{"key": "depth", "value": 3}]}
    made |= {"update": {"summary": [{"set": "A burrow"}]}}
    key = site.ask("POST", f"{V3}/issue", made)[1]["key"]
    operations = {"labels": [{"add": "dry"}, {"remove": "deep"}], "comment": [{"add": {"body": document("Well dug")}}]}
    asked = {"update": operations, "properties": [{"key": "width", "value": None}]}
    status, told, _ = site.ask("PUT", f"{V3}/issue/{key}?returnIssue=true&properties=*all", asked)
    assert (status, told["fields"]["summary"], told["fields"]["labels"]) == (200, "A burrow", ["dry"])
    assert (told["fields"]["comment"]["total"], told["properties"]) == (1, {"depth": 3, "width": None})
    found = {"jql": f"key = {key}", "properties": ["depth"]}
    assert site.ask("POST", f"{V3}/search/jql", found)[1]["issues"][0]["properties"] == {"depth": 3}
    bulk = {"issueIdsOrKeys": [key], "properties": ["depth"]}
    assert site.ask("POST", f"{V3}/issue/bulkfetch", bulk)[1]["issues"][0]["properties"] == {"depth": 3}


def test_a_transition_changes_fields_as_one_with_the_status(site: Asking) -> None:
    at = f"{V3}/issue/{site.create()}"
    update = {"comment": [{"add": {"body": document("x")}}]}
    asked = {"transition": {"id": "41"}, "fields": {"labels": ["dry"]}, "update": update}
    assert site.ask("POST", f"{at}/transitions", asked)[0] == 204
    (change,) = site.ask("GET", f"{at}/changelog")[1]["values"]
    assert [item["field"] for item in change["items"]] == ["resolution", "status", "labels"]
    assert site.ask("GET", f"{at}/comment")[1]["total"] == 1


def test_a_new_issue_is_moved_at_once_and_is_there_even_where_it_can_not_be(site: Asking) -> None:
    fields = {"summary": "A burrow", "project": {"key": "BUR"}}
    _, made, _ = site.ask("POST", f"{V3}/issue", {"fields": fields, "transition": {"id": "41"}})
    assert made["transition"] == {"status": 200, "errorCollection": {"errorMessages": [], "errors": {}}}
    assert site.ask("GET", f"{V3}/issue/{made['key']}")[1]["fields"]["status"]["name"] == "Done"
    status, made, _ = site.ask("POST", f"{V3}/issue", {"fields": fields, "transition": {"id": "5"}})
    assert (status, made["transition"]["status"]) == (201, 400)
    assert "'5'" in made["transition"]["errorCollection"]["errorMessages"][0]
    assert site.ask("GET", f"{V3}/issue/{made['key']}")[1]["fields"]["status"]["name"] == "To Do"


@pytest.mark.parametrize(
    ("version", "text", "taken"),
    [
        (2, "Deep", True),
        (3, document("Deep"), True),
        (2, document("Deep"), False),
        (3, "Deep", False),
        (3, {"type": "paragraph", "version": 1}, False),
        (3, {"type": "doc"}, False),
    ],
)
def test_a_long_text_is_a_document_in_version_3_and_plain_in_version_2(
    site: Asking, version: int, text: object, taken: bool
) -> None:
    at = f"/rest/api/{version}/issue/{site.create()}"
    answers = [
        site.ask("PUT", at, {"fields": {"description": text}}),
        site.ask("POST", f"{at}/comment", {"body": text}),
        site.ask("PUT", at, {"update": {"comment": [{"add": {"body": text}}]}}),
    ]
    assert [status for status, _, _ in answers] == ([204, 201, 204] if taken else [400] * 3)
    if not taken:
        assert [list(told["errors"]) for _, told, _ in answers] == [["description"], ["comment"], ["comment"]]


@pytest.mark.parametrize(
    "more", [{"visibility": {"type": "role", "value": "Administrators"}}, {"properties": [{"key": "a", "value": 1}]}]
)
def test_a_comment_that_only_some_may_see_is_refused_and_not_shown_to_all(site: Asking, more: dict[str, Any]) -> None:
    at, comment = f"{V3}/issue/{site.create()}", {"body": document("Hush"), **more}
    status, told, _ = site.ask("POST", f"{at}/comment", comment)
    assert (status, list(told["errors"])) == (400, list(more))
    assert site.ask("PUT", at, {"update": {"comment": [{"add": comment}]}})[0] == 400
    assert site.ask("GET", f"{at}/comment")[1]["total"] == 0


@pytest.mark.parametrize(
    ("asked", "wrong"),
    [
        ({"fields": {"labels": []}, "update": {"labels": [{"add": "x"}]}}, "labels"),
        ({"update": {"labels": {"add": "x"}}}, "labels"),
        ({"update": {"labels": [{"add": 5}]}}, "labels"),
        ({"update": {"labels": [{"set": 5}, {"add": "x"}]}}, "labels"),
        ({"update": {"summary": [{"add": "x"}]}}, "summary"),
        ({"update": {"comment": [{"add": {"body": document(" ")}}]}}, "comment"),
        ({"update": {"comment": [{"remove": {}}]}}, "comment"),
        ({"update": "x"}, "update"),
        ({"fields": "x"}, "fields"),
        ({"properties": [5]}, "properties"),
        ({"properties": [{"value": 5}]}, ""),
    ],
)
def test_an_operation_that_makes_no_sense_is_named_and_nothing_is_changed(
    site: Asking, asked: dict[str, Any], wrong: str
) -> None:
    at = f"{V3}/issue/{site.create()}"
    status, told, _ = site.ask("PUT", at, asked)
    assert (status, list(told["errors"])) == (400, [wrong] if wrong else [])
    assert site.ask("GET", f"{at}/changelog")[1]["total"] == 0


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"labels": ["a b"]}, "labels"),
        ({"labels": "a"}, "labels"),
        ({"priority": {"name": "Utmost"}}, "priority"),
        ({"priority": "High"}, "priority"),
        ({"assignee": {"accountId": "nobody"}}, "assignee"),
        ({"customfield_10000": 1}, "customfield_10000"),
        ({"status": {"id": "1"}}, "status"),
    ],
)
def test_a_field_that_can_not_be_set_is_named(site: Asking, fields: dict[str, Any], wrong: str) -> None:
    status, told, _ = site.ask("PUT", f"{V3}/issue/{site.create()}", {"fields": fields})
    assert (status, list(told["errors"])) == (400, [wrong])
