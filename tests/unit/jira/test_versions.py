"""The versions of a project: each step of their lives is one webhook, in Jira's shape, and no 5xx."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.jira.asking import V3
from tests.unit.jira.watched import Watched, project


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


def test_a_version_is_merged_within_its_project_alone(site: Watched) -> None:
    here, there = (
        site.deed("POST", f"{V3}/version", {"project": project(site, key), "name": "1.0"})[1]["id"]
        for key in ("HERE", "THERE")
    )
    site.heard()
    status, told = site.deed("PUT", f"{V3}/version/{here}/mergeto/{there}")
    assert (status, "same project" in told["errorMessages"][0]) == (400, True)
    assert site.deed("GET", f"{V3}/version/{here}")[0] == 200
    assert site.heard() == []


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
