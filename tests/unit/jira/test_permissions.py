"""Who may do what, and how an app asks for it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from devkit.jira.happenings import SiteFault
from devkit.jira.host import JiraHost
from devkit.jira.installations import Installation
from tests.unit.jira.asking import V3, Asking
from tests.unit.jira.fake_app import FakeApp

CHECK = f"{V3}/permissions/check"


@pytest.fixture
def site() -> Iterator[Asking]:
    with JiraHost() as jira:
        yield Asking(jira)


@pytest.fixture
def installed(site: Asking) -> Iterator[Installation]:
    with FakeApp(site.jira.install_keys_url, extra={"scopes": ["READ", "WRITE", "ACT_AS_USER"]}) as app:
        yield site.jira.install(app.descriptor_url)


def test_an_app_learns_what_each_user_may_do(site: Asking, installed: Installation) -> None:
    issue = site.jira.create_issue("A burrow")
    robin, hazel = site.jira.user("Robin Sedge"), site.jira.user("Hazel Nutt")
    site.jira.forbid(robin, "EDIT_ISSUES", "BUR")
    asked = {
        "globalPermissions": ["ADMINISTER"],
        "projectPermissions": [
            {"permissions": ["BROWSE_PROJECTS", "EDIT_ISSUES"], "projects": [10000, 99], "issues": [int(issue.id), 5]}
        ],
    }
    everywhere = {"permission": "BROWSE_PROJECTS", "projects": [10000], "issues": [int(issue.id)]}
    status, granted = site.by_app(installed, "POST", CHECK, {**asked, "accountId": robin.account_id})
    assert (status, granted["globalPermissions"]) == (200, [])
    nowhere = {"permission": "EDIT_ISSUES", "projects": [], "issues": []}
    assert granted["projectPermissions"] == [everywhere, nowhere]
    _, granted = site.by_app(installed, "POST", CHECK, {**asked, "accountId": hazel.account_id})
    assert granted["globalPermissions"] == ["ADMINISTER"]
    assert granted["projectPermissions"] == [everywhere, {**everywhere, "permission": "EDIT_ISSUES"}]


def test_unknown_permissions_and_users_are_named(site: Asking, installed: Installation) -> None:
    status, told = site.by_app(installed, "POST", CHECK, {"globalPermissions": ["P"]})
    assert (status, told["errors"]) == (400, {"P": "Unrecognized permission"})
    assert site.by_app(installed, "POST", CHECK, {"accountId": "nobody"})[0] == 400
    ids = {"permissions": ["EDIT_ISSUES"], "issues": ["BUR-1"]}
    assert site.by_app(installed, "POST", CHECK, {"projectPermissions": [ids]})[0] == 400


def test_only_an_administrator_may_ask_about_others_where_it_is_no_app_that_asks(
    site: Asking, installed: Installation
) -> None:
    robin, hazel = site.jira.user("Robin Sedge"), site.jira.user("Hazel Nutt")
    token = site.grant(site.assertion(installed, robin.account_id))[1]["access_token"]
    bearer = {"Authorization": f"Bearer {token}"}
    assert site.ask("POST", CHECK, {"accountId": hazel.account_id}, bearer)[0] == 403
    assert site.ask("POST", CHECK, {"globalPermissions": ["ADMINISTER"]}, bearer)[1]["globalPermissions"] == []
    assert site.ask("POST", CHECK, {"accountId": robin.account_id})[0] == 200, "the page's user is one"


def test_what_a_user_may_not_see_is_not_there_for_it(site: Asking, installed: Installation) -> None:
    robin, key = site.jira.user("Robin Sedge"), site.create()
    token = site.grant(site.assertion(installed, robin.account_id))[1]["access_token"]
    bearer = {"Authorization": f"Bearer {token}"}
    site.jira.forbid(robin, "TRANSITION_ISSUES")
    moved = {"transition": {"id": "41"}}
    assert site.ask("POST", f"{V3}/issue/{key}/transitions", moved, bearer)[0] == 403
    assert site.ask("GET", f"{V3}/issue/{key}/transitions", None, bearer)[1]["transitions"] == []
    site.jira.forbid(robin, "BROWSE_PROJECTS")
    assert site.ask("GET", f"{V3}/issue/{key}", None, bearer)[0] == 404
    assert site.ask("GET", f"{V3}/project/BUR", None, bearer)[0] == 404
    assert site.ask("GET", f"{V3}/project", None, bearer)[1] == []
    assert site.ask("GET", f"{V3}/search/jql?jql=project%3DBUR", None, bearer)[1]["issues"] == []
    _, mine, _ = site.ask("GET", f"{V3}/mypermissions?permissions=BROWSE_PROJECTS&projectKey=BUR", None, bearer)
    assert mine["permissions"]["BROWSE_PROJECTS"]["havePermission"] is False


@pytest.mark.parametrize(("permission", "project"), [("BROWSE_PROJECT", ""), ("BROWSE_PROJECTS", "NEST")])
def test_what_can_not_be_forbidden_is_said_and_not_taken_for_done(site: Asking, permission: str, project: str) -> None:
    with pytest.raises(SiteFault):
        site.jira.forbid(site.jira.user("Robin Sedge"), permission, project)
