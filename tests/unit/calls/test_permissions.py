"""A route that asks for permissions in Jira opens for those who have all of them, and for nobody else."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.connect.jira.permissions import Permissions, missing
from chalicelib.connect.web.request import TenantRequest
from tests import strategies, tokens
from tests.unit.bench import Bench
from tests.unit.calls.calls import Calls
from tests.unit.calls.jira_server import JiraServer, Reply

ALL = Permissions(
    issue=("BROWSE_PROJECTS", "EDIT_ISSUES"),
    project=("BROWSE_PROJECTS", "ADMINISTER_PROJECTS"),
    everywhere=("ADMINISTER",),
)

GRANTED: dict[str, Any] = {
    "globalPermissions": ["ADMINISTER"],
    "projectPermissions": [
        {"permission": "BROWSE_PROJECTS", "issues": [10001], "projects": [10100]},
        {"permission": "EDIT_ISSUES", "issues": [10001], "projects": []},
        {"permission": "ADMINISTER_PROJECTS", "issues": [], "projects": [10100]},
    ],
}


class Page:
    """A page's route that asks for permissions, in front of a Jira."""

    def __init__(self, bench: Bench, calls: Calls, permissions: Permissions) -> None:
        self._bench = bench
        bench.jira = lambda tenant: calls.client(replace(calls.tenant, client_key=tenant.client_key))
        self.views = 0

        def view(request: TenantRequest) -> Any:
            self.views += 1
            return {"issue": request.issue_id}

        bench.routes.context_token("/api/guarded", permissions=permissions)(view)
        bench.install()

    def open(self, account: str | None = "account-1", **jira: Any) -> tuple[int, Any]:
        context = {"jira": {"issue": {"id": "10001"}, "project": {"id": 10100}, **jira}}
        token = tokens.symmetric(tokens.claims("context-qsh", sub=account, context=context))
        return self._bench.call("GET", "/api/guarded", token)


@pytest.fixture
def page(bench: Bench, calls: Calls) -> Page:
    return Page(bench, calls, ALL)


def test_who_has_all_permissions_gets_in_and_jira_is_asked_once_as_the_app(page: Page, server: JiraServer) -> None:
    server.replies(Reply(json=GRANTED))

    assert page.open() == (200, {"issue": "10001"})

    (asked,) = server.seen
    assert (asked.method, asked.target, asked.by) == ("POST", "/rest/api/3/permissions/check", "app")
    assert asked.json == {
        "accountId": "account-1",
        "globalPermissions": ["ADMINISTER"],
        "projectPermissions": [
            {"permissions": ["BROWSE_PROJECTS", "EDIT_ISSUES"], "issues": [10001]},
            {"permissions": ["BROWSE_PROJECTS", "ADMINISTER_PROJECTS"], "projects": [10100]},
        ],
    }


def _without(change: str) -> dict[str, Any]:
    granted: dict[str, Any] = {
        "globalPermissions": ["ADMINISTER"],
        "projectPermissions": [dict(each) for each in GRANTED["projectPermissions"]],
    }
    match change:
        case "everywhere":
            granted["globalPermissions"] = []
        case "browse issue":
            granted["projectPermissions"][0]["issues"] = []
        case "browse project":
            granted["projectPermissions"][0]["projects"] = []
        case "edit":
            del granted["projectPermissions"][1]
        case "another issue":
            granted["projectPermissions"][1]["issues"] = [10002]
        case "an issue that is no number":
            granted["projectPermissions"][1]["issues"] = ["10001"]
        case "administer":
            granted["projectPermissions"][2]["projects"] = [10001]
    return granted


@pytest.mark.parametrize(
    ("change", "lacking"),
    [
        ("everywhere", "ADMINISTER"),
        ("browse issue", "BROWSE_PROJECTS"),
        ("browse project", "BROWSE_PROJECTS"),
        ("edit", "EDIT_ISSUES"),
        ("another issue", "EDIT_ISSUES"),
        ("an issue that is no number", "EDIT_ISSUES"),
        ("administer", "ADMINISTER_PROJECTS"),
    ],
)
def test_one_that_is_missing_is_enough_to_stay_outside(
    page: Page, server: JiraServer, change: str, lacking: str
) -> None:
    server.replies(Reply(json=_without(change)))
    status, answer = page.open()
    assert (status, answer["Message"]) == (403, f"This takes a permission in Jira: {lacking}.")
    assert page.views == 0


@pytest.mark.parametrize(
    "reply",
    [
        Reply(200, raw=b""),
        Reply(204),
        Reply(200, json=[GRANTED]),
        Reply(200, json=True),
        Reply(200, json={**GRANTED, "globalPermissions": "ADMINISTER"}),
        Reply(200, json={**GRANTED, "projectPermissions": 5}),
        Reply(400, {"errorMessages": ["Unrecognized permission: EDIT_ISUES"]}),
        Reply(403, {}),
        Reply(404, {}),
    ],
)
def test_an_odd_answer_opens_nothing(page: Page, server: JiraServer, reply: Reply) -> None:
    server.replies(reply)
    assert page.open()[0] == 403
    assert page.views == 0


@pytest.mark.parametrize(
    "reply",
    [
        Reply(500),
        Reply(401),
        Reply(429, headers={"Retry-After": "60"}),
        Reply(200, raw=b"<html>"),
        Reply(302, headers={"Location": "/login"}),
    ],
)
def test_while_jira_can_not_be_asked_the_page_may_try_again(page: Page, server: JiraServer, reply: Reply) -> None:
    server.replies(reply)
    status, answer = page.open()
    assert (status, answer["Code"]) == (503, "UnavailableError")
    assert page.views == 0


def test_nobody_and_no_place_have_no_permission(page: Page, server: JiraServer) -> None:
    server.replies(Reply(json=GRANTED))
    assert page.open(account=None)[0] == 403
    assert page.open(issue={})[0] == 400
    assert page.open(project=None)[0] == 400
    assert server.seen == []


def test_only_what_is_asked_for_is_needed(bench: Bench, calls: Calls, server: JiraServer) -> None:
    page = Page(bench, calls, Permissions(issue=("BROWSE_PROJECTS",)))
    server.replies(Reply(json={"projectPermissions": [{"permission": "BROWSE_PROJECTS", "issues": [10001]}]}))
    assert page.open(project=None)[0] == 200
    assert server.seen[0].json["globalPermissions"] == []


def test_a_page_beside_no_issue_can_ask_for_permissions_on_its_project(
    bench: Bench, calls: Calls, server: JiraServer
) -> None:
    page = Page(bench, calls, Permissions(project=("BROWSE_PROJECTS",)))
    server.replies(Reply(json={"projectPermissions": [{"permission": "BROWSE_PROJECTS", "projects": [10100]}]}))
    page.open(issue=None)
    assert page.views == 1


@strategies.patient
@given(
    st.one_of(
        strategies.values,
        strategies.misshapen(GRANTED),
        st.lists(
            st.one_of(strategies.values, *(strategies.misshapen(each) for each in GRANTED["projectPermissions"])),
            max_size=4,
        ).map(lambda entries: {**GRANTED, "projectPermissions": entries}),
    )
)
def test_whatever_jira_says_only_what_it_plainly_grants_is_not_missing(said: Any) -> None:
    def plainly(name: str, kind: str, identity: int) -> bool:
        try:
            entries = [each for each in said["projectPermissions"] if each["permission"] == name]
            return any(any(type(it) is int and it == identity for it in each[kind]) for each in entries)
        except (TypeError, KeyError, AttributeError):
            return True  # not plain, and so not judged here

    class Client:
        def post(self, at: str, body: Any) -> Any:
            return said

    found = missing(Client(), "a", ALL, issue_id="10001", project_id="10100")  # type: ignore[arg-type]
    if not plainly("EDIT_ISSUES", "issues", 10001):
        assert "EDIT_ISSUES" in found
    if not isinstance(said, dict) or "projectPermissions" not in said:
        assert {"EDIT_ISSUES", "BROWSE_PROJECTS", "ADMINISTER_PROJECTS"} <= set(found)


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"issue": ()},
        {"issue": "BROWSE_PROJECTS"},
        {"issue": ["BROWSE_PROJECTS"]},
        {"project": ("",)},
        {"everywhere": ("A B",)},
    ],
)
def test_a_route_that_asks_for_nothing_or_for_no_permission_is_a_mistake(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"[Pp]ermission"):
        Permissions(**wrong)
