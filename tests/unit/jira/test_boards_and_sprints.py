"""Boards and sprints: each deed is one webhook, in Jira's shape, and no 5xx."""

from __future__ import annotations

from typing import Any

import pytest

from devkit.jira.happenings import SiteFault
from devkit.jira.rest_call import Parts
from tests.unit.jira.fake_app import FakeApp
from tests.unit.jira.watched import AGILE, Watched

START = {"startDate": "2026-11-24T10:00:00.000+01:00", "endDate": "2026-12-08T10:00:00.000Z"}


def board(site: Watched, kind: str = "scrum") -> int:
    """The id of a new board."""
    status, made = site.deed("POST", f"{AGILE}/board", {"name": "Burrows", "type": kind, "filterId": 1})
    assert status == 201
    site.heard()
    return int(made["id"])


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
        ("/board", {"name": "x", "type": "scrum", "location": {"type": "user"}}),
        ("/board", {"name": "x", "type": "scrum", "location": "NONE"}),
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


def test_a_board_of_a_project_that_is_not_there_is_refused_in_a_test_too(site: Watched) -> None:
    def make(parts: Parts) -> None:
        parts.agile.create_board("Burrows", "scrum", "NONE", by=parts.site.current_user)

    with pytest.raises(SiteFault, match="'NONE'"):
        site.jira.do(make)
    assert site.heard() == []


def test_boards_are_kept_from_an_app_without_the_scope(site: Watched) -> None:
    with FakeApp(site.jira.install_keys_url, extra={"key": "reader", "scopes": ["READ"]}) as app:
        reader = site.jira.install(app.descriptor_url)
        assert site.by_app(reader, "GET", f"{AGILE}/board")[0] == 200
        assert site.by_app(reader, "POST", f"{AGILE}/board", {"name": "x", "type": "scrum"})[0] == 403
