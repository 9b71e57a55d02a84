"""Projects, versions, boards, sprints, people and options: each deed is one webhook, in Jira's shape, and no 5xx."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from devkit.jira.host import JiraHost
from devkit.jira.installations import Installation
from tests.unit.jira.asking import V3, Asking
from tests.unit.jira.fake_app import FakeApp

AGILE = "/rest/agile/1.0"
PROJECTS = ("created", "updated", "deleted", "soft_deleted", "restored_deleted", "archived", "restored_archived")
VERSIONS = ("created", "updated", "released", "unreleased", "moved", "deleted")
SPRINTS = ("created", "updated", "started", "closed", "deleted")
BOARDS = ("created", "updated", "configuration_changed", "deleted")
OPTIONS = ("voting", "watching", "unassigned_issues", "subtasks", "issuelinks", "timetracking")
EVENTS = (
    *(f"project_{deed}" for deed in PROJECTS),
    *(f"jira:version_{deed}" for deed in VERSIONS),
    *(f"sprint_{deed}" for deed in SPRINTS),
    *(f"board_{deed}" for deed in BOARDS),
    *(f"user_{deed}" for deed in ("created", "updated", "deleted")),
    *(f"option_{name}_changed" for name in OPTIONS),
)
START = {"startDate": "2026-11-24T10:00:00.000+01:00", "endDate": "2026-12-08T10:00:00.000Z"}


class Watched(Asking):
    """A site with an app that waits for everything, and hands out what it has heard since it was last asked."""

    def __init__(self, jira: JiraHost, app: FakeApp) -> None:
        super().__init__(jira)
        self.app = app
        self.installed: Installation = jira.install(app.descriptor_url)
        self.app.calls.clear()

    def heard(self) -> list[Any]:
        """The bodies of all webhooks since the last question, by the time that they tell."""
        self.jira.settle()
        bodies = [call.json for call in self.app.calls]
        self.app.calls.clear()
        return sorted(bodies, key=lambda body: body["timestamp"])

    def events(self) -> list[str]:
        return [body["webhookEvent"] for body in self.heard()]

    def deed(self, method: str, path: str, body: object = None) -> tuple[int, Any]:
        """What a person does on a page: status and JSON."""
        status, told, _ = self.ask(method, path, body)
        return status, told


@pytest.fixture(scope="module")
def site() -> Iterator[Watched]:
    hooks = [{"event": event, "url": f"/webhooks/{event}"} for event in EVENTS]
    with (
        JiraHost() as jira,
        FakeApp(jira.install_keys_url, modules={"webhooks": hooks}, extra={"scopes": ["ADMIN"]}) as app,
    ):
        yield Watched(jira, app)


@pytest.fixture(autouse=True)
def quiet(site: Watched) -> None:
    site.heard()


def project(site: Watched, key: str) -> str:
    """The key of a new project; nothing is left to hear of it."""
    assert site.deed("POST", f"{V3}/project", {"key": key, "name": f"The {key}"})[0] == 201
    site.heard()
    return key


def board(site: Watched, kind: str = "scrum") -> int:
    """The id of a new board."""
    status, made = site.deed("POST", f"{AGILE}/board", {"name": "Burrows", "type": kind, "filterId": 1})
    assert status == 201
    site.heard()
    return int(made["id"])


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


def test_a_version_lives_and_each_step_has_its_event(site: Watched) -> None:
    key = project(site, "VERS")
    first, second = (
        site.by_app(site.installed, "POST", f"{V3}/version", {"project": key, "name": name})[1]["id"]
        for name in ("1.0", "2.0")
    )
    at = f"{V3}/version"
    changes: list[dict[str, Any]] = [{"description": "Deep", "releaseDate": "2026-11-30"}, {"released": True}]
    for change in (*changes, {"released": False}, {"released": False}):
        assert site.by_app(site.installed, "PUT", f"{at}/{first}", change)[0] == 200
    assert site.by_app(site.installed, "POST", f"{at}/{second}/move", {"position": "First"})[0] == 200
    assert [each["id"] for each in site.deed("GET", f"{V3}/project/{key}/versions")[1]] == [second, first]
    self_url = site.deed("GET", f"{at}/{first}")[1]["self"]
    assert site.by_app(site.installed, "POST", f"{at}/{second}/move", {"after": self_url})[0] == 200
    assert [each["id"] for each in site.deed("GET", f"{V3}/project/{key}/version")[1]["values"]] == [first, second]
    assert site.by_app(site.installed, "PUT", f"{at}/{first}/mergeto/{second}")[0] == 204
    assert site.by_app(site.installed, "DELETE", f"{at}/{second}")[0] == 204
    heard = site.heard()
    assert [body["webhookEvent"].removeprefix("jira:version_") for body in heard] == [
        *("created", "created", "updated", "released", "unreleased", "moved", "moved", "deleted", "deleted"),
    ]
    released, merged = heard[3], heard[7]
    assert set(released) == {"timestamp", "webhookEvent", "version"}
    assert (released["version"]["released"], released["version"]["userReleaseDate"]) == (True, "30/Nov/26")
    assert type(released["version"]["projectId"]) is int
    assert (merged["version"]["id"], merged["mergedTo"]["id"]) == (first, second)
    assert "mergedTo" not in heard[8]


def test_a_date_is_called_as_in_rest_and_written_in_one_form(site: Watched) -> None:
    given = {"project": project(site, "DATE"), "name": "1.0", "releaseDate": "2026-W48-2"}
    assert site.deed("POST", f"{V3}/version", given)[1]["releaseDate"] == "2026-11-24"
    told = site.deed("POST", f"{V3}/version", {**given, "name": "2.0", "releaseDate": "soon"})[1]
    assert list(told["errors"]) == ["releaseDate"]


@pytest.mark.parametrize(
    "change",
    [
        {"name": ""},
        {"name": "taken"},
        {"released": "yes"},
        {"releaseDate": "soon"},
        {"description": 5},
        {"startDate": 5},
        {"startDate": 20261124},
    ],
)
def test_a_version_that_makes_no_sense_is_refused_and_nothing_is_told(site: Watched, change: dict[str, Any]) -> None:
    given = {"project": "BUR", "name": f"v{len(str(change))}{change!s:.20}"}
    site.deed("POST", f"{V3}/version", {"project": "BUR", "name": "taken"})
    version = site.deed("POST", f"{V3}/version", given)[1]["id"]
    site.heard()
    assert site.deed("PUT", f"{V3}/version/{version}", change)[0] == 400
    assert site.deed("POST", f"{V3}/version/{version}/move", {"position": "Up"})[0] == 400
    assert site.deed("PUT", f"{V3}/version/{version}/mergeto/{version}")[0] == 400
    assert site.heard() == []


def test_a_sprint_goes_from_the_future_to_its_end(site: Watched) -> None:
    at = f"{AGILE}/sprint"
    asked = {"name": "Sprint 1", "originBoardId": board(site), "goal": "Dig"}
    status, made = site.by_app(site.installed, "POST", at, asked)
    assert (status, made["state"]) == (201, "future")
    here = f"{at}/{made['id']}"
    assert site.by_app(site.installed, "POST", here, {"state": "active"})[0] == 400, "it has no dates yet"
    assert site.by_app(site.installed, "POST", here, {**START, "state": "active"})[1]["state"] == "active"
    assert site.by_app(site.installed, "PUT", here, {"goal": "Dig deeper"})[0] == 200
    assert site.by_app(site.installed, "POST", here, {"state": "future"})[0] == 400
    assert "completeDate" in site.by_app(site.installed, "POST", here, {"state": "closed"})[1]
    assert site.by_app(site.installed, "POST", here, {"state": None})[1]["state"] == "closed"
    assert site.deed("GET", f"{AGILE}/board/{asked['originBoardId']}/sprint")[1]["total"] == 1
    assert site.by_app(site.installed, "DELETE", here)[0] == 204
    heard = site.heard()
    assert [body["webhookEvent"].removeprefix("sprint_") for body in heard] == [
        *("created", "updated", "started", "updated", "closed", "deleted"),
    ]
    assert set(heard[0]) == {"timestamp", "webhookEvent", "sprint"}
    assert heard[2]["sprint"]["startDate"] == "2026-11-24T09:00:00.000Z"
    assert (heard[3]["sprint"]["goal"], heard[3]["oldValue"]["goal"]) == ("Dig deeper", "Dig")
    assert heard[0]["sprint"]["originBoardId"] == asked["originBoardId"]


def test_a_change_of_a_sprint_is_made_whole_or_not_at_all(site: Watched) -> None:
    made = site.deed("POST", f"{AGILE}/sprint", {"name": "Sprint 1", "originBoardId": board(site)})[1]
    site.heard()
    here = f"{AGILE}/sprint/{made['id']}"
    assert site.deed("PUT", here, {"name": "Sprint 2", "state": "active"})[0] == 400
    assert (site.deed("GET", here)[1]["name"], site.heard()) == ("Sprint 1", [])


def test_a_board_is_renamed_set_up_anew_and_deleted(site: Watched) -> None:
    status, made = site.by_app(site.installed, "POST", f"{AGILE}/board", {"name": "Burrows", "type": "kanban"})
    assert status == 201
    at = f"/stand-in/boards/{made['id']}"
    assert site.deed("PUT", at, {"name": "Deep burrows"})[0] == 200
    assert site.deed("PUT", at, {"columns": ["10000", "10003"]})[0] == 200
    assert site.deed("PUT", at, {"columns": ["1"]})[0] == 400
    assert site.deed("PUT", at, {"name": ""})[0] == 400
    assert len(site.deed("GET", f"{AGILE}/board/{made['id']}/configuration")[1]["columnConfig"]["columns"]) == 2
    assert site.by_app(site.installed, "DELETE", f"{AGILE}/board/{made['id']}")[0] == 204
    assert site.deed("GET", f"{AGILE}/board/{made['id']}")[0] == 404
    created, updated, configured, deleted = site.heard()
    assert created["board"] == {**made, "self": created["board"]["self"]}
    assert updated["board"]["name"] == "Deep burrows"
    assert configured["configuration"]["columnConfig"]["columns"][1]["name"] == "Done"
    assert deleted["webhookEvent"] == "board_deleted"


@pytest.mark.parametrize(
    ("path", "asked"),
    [
        ("/board", {"name": "x", "type": "round"}),
        ("/board", {"type": "scrum"}),
        ("/board", {"name": "x", "type": "scrum", "location": {"projectKeyOrId": "NONE"}}),
        ("/sprint", {"name": "x", "originBoardId": 1}),
        ("/sprint", {"name": "x"}),
        ("/sprint", {"name": "x" * 31, "originBoardId": "scrum"}),
        ("/sprint", {"name": "x", "originBoardId": "kanban"}),
        ("/sprint", {"name": "x", "originBoardId": "scrum", "startDate": "2026-11-24T10:00:00"}),
        ("/sprint", {"name": "x", "originBoardId": "scrum", "goal": 5}),
    ],
)
def test_a_board_or_sprint_that_makes_no_sense_is_refused(site: Watched, path: str, asked: dict[str, Any]) -> None:
    kind = asked.get("originBoardId")
    if isinstance(kind, str):
        asked = {**asked, "originBoardId": board(site, kind)}
    status, _ = site.deed("POST", f"{AGILE}{path}", asked)
    assert (400 <= status < 500, site.heard()) == (True, [])


def test_boards_are_kept_from_an_app_without_the_scope(site: Watched) -> None:
    with FakeApp(site.jira.install_keys_url, extra={"key": "reader", "scopes": ["READ"]}) as app:
        reader = site.jira.install(app.descriptor_url)
        assert site.by_app(reader, "GET", f"{AGILE}/board")[0] == 200
        assert site.by_app(reader, "POST", f"{AGILE}/board", {"name": "x", "type": "scrum"})[0] == 403


def test_people_come_change_and_go_and_their_deeds_stay_those_of_a_former_user(site: Watched) -> None:
    status, made = site.deed("POST", f"{V3}/user", {"emailAddress": "moss@example.com", "displayName": "Moss Bank"})
    account = made["accountId"]
    assert (status, made["displayName"]) == (201, "Moss Bank")
    assert site.deed("PUT", f"/stand-in/users/{account}", {"name": "Moss Brook"})[0] == 200
    assert site.deed("PUT", f"/stand-in/users/{account}", {"name": "Moss Brook"})[0] == 200, "nothing new"
    assert site.deed("DELETE", f"{V3}/user?accountId={account}")[0] == 204
    created, updated, deleted = site.heard()
    assert set(created) == {"timestamp", "webhookEvent", "user"}
    assert (updated["webhookEvent"], updated["user"]["displayName"]) == ("user_updated", "Moss Brook")
    assert (deleted["user"]["accountId"], deleted["user"]["active"]) == (account, False)
    assert site.deed("GET", f"{V3}/user?accountId={account}")[1]["displayName"] == "Former user"
    assert account not in [each["accountId"] for each in site.deed("GET", f"{V3}/user/search?query=")[1]]
    assert site.deed("DELETE", f"{V3}/user?accountId={account}")[0] == 404
    assert site.deed("PUT", "/stand-in/session", {"accountId": account})[0] == 400


def test_nobody_deletes_whom_the_pages_belong_to_and_no_app_deletes_anybody(site: Watched) -> None:
    own = site.deed("GET", f"{V3}/myself")[1]["accountId"]
    assert site.deed("DELETE", f"{V3}/user?accountId={own}")[0] == 400
    assert site.by_app(site.installed, "DELETE", f"{V3}/user?accountId={own}")[0] == 403
    assert site.heard() == []


def test_another_language_of_a_user_is_an_update(site: Watched) -> None:
    assert site.deed("PUT", "/stand-in/session", {"timeZone": "Asia/Tokyo"})[0] == 200
    (updated,) = site.heard()
    assert (updated["webhookEvent"], updated["user"]["timeZone"]) == ("user_updated", "Asia/Tokyo")


@pytest.mark.parametrize("name", OPTIONS)
def test_an_option_is_told_as_a_property_with_a_text(site: Watched, name: str) -> None:
    assert site.deed("PUT", "/stand-in/options", {name: False})[1][name] is False
    assert site.deed("PUT", "/stand-in/options", {name: False})[0] == 200, "nothing new"
    (told,) = site.heard()
    assert (told["webhookEvent"], told["property"]["value"]) == (f"option_{name}_changed", "false")
    assert told["property"]["key"].startswith("jira.option.")
    assert list(site.deed("GET", f"{V3}/configuration")[1].values()).count(False) >= 1


def test_options_are_set_all_or_none(site: Watched) -> None:
    assert site.deed("PUT", "/stand-in/options", {"voting": True, "rain": True})[0] == 400
    assert site.deed("PUT", "/stand-in/options", {"voting": "on"})[0] == 400
    assert site.heard() == []


def test_a_filter_is_not_heeded_where_there_is_no_issue_and_that_is_said(jira: JiraHost) -> None:
    hook = {"event": "project_updated", "url": "/webhooks/project", "filter": "project = NEST"}
    with FakeApp(jira.install_keys_url, modules={"webhooks": [hook]}) as app:
        jira.install(app.descriptor_url)
        assert Asking(jira).ask("PUT", f"{V3}/project/BUR", {"description": "Deep"})[0] == 200
        jira.settle()
        assert len(app.calls_to("/webhooks/project")) == 1
        assert "filters what is about issues alone" in jira.deliveries[-1].note


def test_sprints_and_versions_come_by_dynamic_webhooks_too(jira: JiraHost) -> None:
    with FakeApp(jira.install_keys_url, extra={"scopes": ["ADMIN"]}) as app:
        known, site = jira.install(app.descriptor_url), Asking(jira)
        asked = {"events": ["jira:version_created"], "jqlFilter": "project = NEST"}
        body = {"url": f"{app.base_url}/webhooks/dynamic", "webhooks": [asked]}
        assert site.by_app(known, "POST", f"{V3}/webhook", body)[0] == 200
        assert site.ask("POST", f"{V3}/version", {"project": "BUR", "name": "1.0"})[0] == 201
        jira.settle()
        (call,) = app.calls_to("/webhooks/dynamic")
        assert call.json["matchedWebhookIds"]


def test_all_of_it_is_still_there_after_a_restart(tmp_path: Any) -> None:
    with JiraHost(folder=tmp_path) as jira:
        site = Asking(jira)
        site.ask("POST", f"{V3}/project", {"key": "NEST", "name": "Nest"})
        site.ask("POST", f"{V3}/version", {"project": "NEST", "name": "1.0"})
        made = site.ask("POST", f"{AGILE}/board", {"name": "Burrows", "type": "scrum"})[1]
        site.ask("POST", f"{AGILE}/sprint", {"name": "Sprint 1", "originBoardId": made["id"]})
        site.ask("POST", f"{V3}/user", {"displayName": "Moss Bank"})
        site.ask("PUT", "/stand-in/options", {"voting": False})
        site.ask("POST", f"{V3}/project/NEST/archive")
    with JiraHost(folder=tmp_path) as jira:
        site = Asking(jira)
        assert site.ask("GET", f"{V3}/project/NEST")[0] == 404
        assert site.ask("POST", f"{V3}/project/NEST/restore")[0] == 200
        assert site.ask("GET", f"{V3}/project/NEST/versions")[1][0]["name"] == "1.0"
        assert site.ask("GET", f"{AGILE}/board/{made['id']}/sprint")[1]["values"][0]["name"] == "Sprint 1"
        assert site.ask("GET", f"{V3}/user/search?query=moss")[1][0]["displayName"] == "Moss Bank"
        assert site.ask("GET", "/stand-in/options")[1]["voting"] is False
