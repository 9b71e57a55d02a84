"""Projects: each deed is one webhook, in Jira's shape, and no 5xx."""

from __future__ import annotations

from typing import Any

import pytest

from devkit.jira.host import JiraHost
from tests.unit.jira.asking import V3, Asking
from tests.unit.jira.watched import PROJECTS, Watched, project


def test_a_project_is_told_with_a_number_for_its_id_and_its_lead(site: Watched) -> None:
    status, made = site.by_app(site.installed, "POST", f"{V3}/project", {"key": "NEST", "name": "Nest"})
    assert (status, set(made)) == (201, {"self", "id", "key"})
    assert site.by_app(site.installed, "PUT", f"{V3}/project/NEST", {"name": "Nests"})[0] == 200
    assert site.by_app(site.installed, "PUT", f"{V3}/project/NEST", {"name": "Nests"})[0] == 200
    created, updated = site.heard()
    assert set(created) == {"timestamp", "webhookEvent", "project"}
    assert (created["project"]["id"], created["project"]["key"]) == (made["id"], "NEST")
    assert created["project"]["projectLead"]["displayName"] == "Hazel Nutt"
    assert (updated["webhookEvent"], updated["project"]["name"]) == ("project_updated", "Nests")


def test_a_project_in_the_trash_is_gone_with_its_issues_and_comes_back_with_them(site: Watched) -> None:
    key = project(site, "TRASH")
    fields = {"summary": "A burrow", "project": {"key": key}}
    issue, other = site.deed("POST", f"{V3}/issue", {"fields": fields})[1]["key"], site.create()
    linked = {"type": {"name": "Blocks"}, "inwardIssue": {"key": issue}, "outwardIssue": {"key": other}}
    assert site.deed("POST", f"{V3}/issueLink", linked)[0] == 201
    assert site.deed("DELETE", f"{V3}/project/{key}")[0] == 204
    assert [site.deed("GET", f"{V3}{path}")[0] for path in (f"/project/{key}", f"/issue/{issue}")] == [404, 404]
    assert site.deed("GET", f"{V3}/issue/{other}?fields=issuelinks")[1]["fields"]["issuelinks"] == []
    assert site.deed("POST", f"{V3}/project/{key}/restore")[0] == 200
    assert site.deed("GET", f"{V3}/issue/{issue}")[0] == 200
    assert site.deed("POST", f"{V3}/project/{key}/archive")[0] == 204
    assert site.deed("POST", f"{V3}/project/{key}/restore")[0] == 200
    assert site.deed("DELETE", f"{V3}/project/{key}?enableUndo=false")[0] == 204
    assert site.events() == [f"project_{deed}" for deed in (*PROJECTS[3:], "deleted")]
    assert site.deed("POST", f"{V3}/project/{key}/restore")[0] == 404
    assert site.deed("GET", f"{V3}/issue/{issue}")[0] == 404


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"key": "low", "name": "x"}, "projectKey"),
        ({"name": "x"}, "projectKey"),
        ({"key": "BUR", "name": "x"}, "projectKey"),
        ({"key": "NEW", "name": ""}, "name"),
        ({"key": "NEW"}, "name"),
        ({"key": "NEW", "name": "x", "leadAccountId": "nobody"}, "projectLead"),
        ({"key": "NEW", "name": "x", "leadAccountId": 5}, "leadAccountId"),
    ],
)
def test_a_project_that_can_not_be_is_refused_by_field(site: Watched, asked: dict[str, Any], field: str) -> None:
    status, told = site.deed("POST", f"{V3}/project", asked)
    assert (status, list(told["errors"]), site.heard()) == (400, [field], [])


def test_the_last_project_stays(jira: JiraHost) -> None:
    assert Asking(jira).ask("DELETE", f"{V3}/project/BUR")[0] == 409
    assert Asking(jira).ask("DELETE", f"{V3}/project/BUR?enableUndo=false")[0] == 409
    assert Asking(jira).ask("GET", f"{V3}/project/BUR")[0] == 200
