"""A site with a past, and the same chance in every run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from devkit.jira.happenings import SiteFault
from devkit.jira.host import JiraHost
from devkit.jira.jql import Query
from devkit.jira.scenario import MONTH, Scenario, fill
from devkit.jira.site import Site
from devkit.jira.store import Store
from tests.unit.jira.fake_app import KEY, FakeApp

NOW = 1_800_000_000.0


def site_of(scenario: Scenario) -> Site:
    """A site with the past of a scenario."""
    site = Site(Store(), lambda: NOW)
    fill(site, scenario)
    return site


def test_the_same_seed_makes_the_same_past_and_another_another() -> None:
    first, same, other = ([issue.to_json() for issue in site_of(Scenario(50, 6, seed)).issues()] for seed in (7, 7, 8))
    assert first == same != other


def test_every_past_is_one_that_could_have_been() -> None:
    site = site_of(Scenario(300, 3, 2, {"BUR": "Burrow", "NEST": "Nest"}))
    assert {project.key: project.last_number for project in site.projects.values()}.keys() == {"BUR", "NEST"}
    for issue in site.issues():
        times = [issue.created, *(change.created for change in issue.changes), NOW]
        assert times == sorted(times)
        assert issue.created >= NOW - 3 * MONTH
        moves = [each for change in issue.changes for each in change.items if each["field"] == "status"]
        assert [move["from"] for move in moves] == ["10000", *(move["to"] for move in moves)][: len(moves)]
        assert issue.status == (moves[-1]["to"] if moves else "10000")
        assert (issue.resolved is not None) == (issue.status == "10003")
    statuses = {issue.status for issue in site.issues()}
    assert len(statuses) >= 3, "there is something to show"
    assert len(Query("project = NEST AND status = Done", site).ordered(site.issues())) > 10


def test_a_site_with_a_past_goes_on_and_is_kept(tmp_path: Path) -> None:
    site = Site(Store(tmp_path), lambda: NOW)
    fill(site, Scenario(20))
    site.store.close()
    again = Site(Store(tmp_path), lambda: NOW)
    assert len(again.issues()) == 20
    assert again.create_issue("Next", by=again.current_user).key == "BUR-21"


@pytest.mark.parametrize(
    "raw",
    [
        [],
        {"issue": 5},
        {"issues": -1},
        {"issues": "x"},
        {"months": 0},
        {"seed": 1.5},
        {"projects": ["BUR"]},
        {"projects": [{"key": "bur"}]},
        {"projects": [{"key": "1BUR"}]},
    ],
)
def test_a_scenario_that_makes_no_sense_is_refused(raw: Any) -> None:
    with pytest.raises(SiteFault):
        Scenario.read(raw)


def test_a_scenario_is_a_file(tmp_path: Path) -> None:
    path = tmp_path / "scenario.json"
    path.write_text(json.dumps({"issues": 3, "seed": 4, "projects": [{"key": "NEST", "name": "Nest"}]}))
    assert Scenario.of_file(path) == Scenario(3, 6, 4, {"NEST": "Nest"})
    path.write_text("{")
    with pytest.raises(SiteFault, match="can not be read"):
        Scenario.of_file(path)


def test_with_a_seed_ids_secrets_and_pauses_are_the_same_in_every_run() -> None:
    def run() -> tuple[str, str, str, list[str]]:
        with JiraHost(seed=5) as jira, FakeApp(jira.install_keys_url) as app:
            known = jira.install(app.descriptor_url)
            moss = jira.do(lambda parts: parts.people.invite("Moss Bank", by=parts.site.current_user))
            deliveries = [delivery.id for delivery in jira.deliveries]
            return known.client_key, known.shared_secret, moss.account_id, deliveries

    assert run() == run()


def test_the_test_of_an_app_is_five_lines(jira: JiraHost, app: FakeApp) -> None:
    jira.install(app.descriptor_url)
    issue = jira.open("Dig a burrow")
    issue.move("Done")
    jira.settle()
    assert len(app.calls_to("/webhooks/jira:issue_updated")) == 1


def test_a_test_asks_what_would_keep_the_pages_of_its_app_from_being_shown(jira: JiraHost, app: FakeApp) -> None:
    app.modules["generalPages"] = [{"key": "page", "name": {"value": "Page"}, "url": "/panel"}]
    jira.install(app.descriptor_url)
    assert jira.complaints(KEY) == {}
    app.page_status = 500
    assert list(jira.complaints(KEY)) == ["page"]


def test_an_issue_in_the_hands_of_a_test_does_all_that_a_person_would(jira: JiraHost, app: FakeApp) -> None:
    jira.install(app.descriptor_url)
    issue = jira.open("Dig a burrow")
    issue.edit("Dig it deeper")
    issue.set_property("depth", 3)
    assert issue.comment("Well dug").body == "Well dug"
    issue.move("In Review")
    assert (issue.key, issue.status) == ("BUR-1", "In Review")
    assert issue.context_token(KEY).count(".") == 2
    issue.delete()
    jira.settle()
    assert len(app.calls_to("/webhooks/jira:issue_deleted")) == 1


def test_a_past_is_given_to_a_site_that_runs(jira: JiraHost) -> None:
    assert jira.fill(issues=200, months=2, seed=3) == 200
    assert jira.open("Next").key == "BUR-201"
