"""What is true of all things of the site: filters, webhooks registered at run time, and a restart."""

from __future__ import annotations

from typing import Any

from devkit.jira.host import JiraHost
from tests.unit.jira.asking import V3, Asking
from tests.unit.jira.fake_app import FakeApp
from tests.unit.jira.watched import AGILE


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
