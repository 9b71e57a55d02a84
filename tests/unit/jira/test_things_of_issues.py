"""Worklogs, files and links of issues: over REST, in webhooks of Jira's shapes, and in the changelog."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from devkit.jira.forms import document
from devkit.jira.host import JiraHost
from devkit.jira.installations import Installation
from devkit.jira.spans import seconds_of, text_of
from tests.unit.jira.asking import V3, Asking
from tests.unit.jira.fake_app import FakeApp

EVENTS = (
    *("worklog_created", "worklog_updated", "worklog_deleted", "attachment_created", "attachment_deleted"),
    *("issuelink_created", "issuelink_deleted", "jira:issue_updated", "jira:issue_deleted"),
)
HOOKS = [{"event": event, "url": f"/webhooks/{event}"} for event in EVENTS]
FORM = "multipart/form-data; boundary=xx"


@pytest.fixture(scope="module")
def site() -> Iterator[Asking]:
    with JiraHost() as jira:
        yield Asking(jira)


@pytest.fixture(scope="module")
def app(site: Asking) -> Iterator[FakeApp]:
    with FakeApp(site.jira.install_keys_url, modules={"webhooks": HOOKS}, extra={"scopes": ["DELETE"]}) as app:
        yield app


@pytest.fixture(scope="module")
def installed(site: Asking, app: FakeApp) -> Installation:
    return site.jira.install(app.descriptor_url)


@pytest.fixture(autouse=True)
def fresh(site: Asking, app: FakeApp, installed: Installation) -> None:
    site.jira.settle()
    app.calls.clear()


def told(site: Asking, app: FakeApp, event: str) -> list[Any]:
    """The bodies of the webhooks of an event, once all have come."""
    site.jira.settle()
    return [call.json for call in app.calls_to(f"/webhooks/{event}")]


def attach(site: Asking, key: str, filename: str, text: str, kind: str = "text/plain", *more: str) -> tuple[int, Any]:
    """Puts a file at an issue, as a browser's form does; `more` are names under which it goes along again."""
    parts = [
        f'--xx\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\nContent-Type: {kind}\r\n\r\n{text}'
        for name in (filename, *more)
    ]
    body = "\r\n".join([*parts, "--xx--\r\n"])
    headers = {**site.own, "Content-Type": FORM, "X-Atlassian-Token": "no-check"}
    status, made, _ = site.ask("POST", f"{V3}/issue/{key}/attachments", body, headers)
    return status, made


def test_work_is_logged_corrected_and_taken_back_and_each_is_told_without_its_issue(
    site: Asking, app: FakeApp, installed: Installation
) -> None:
    key = site.create()
    at = f"{V3}/issue/{key}/worklog"
    asked = {"timeSpent": "1h 30m", "comment": document("Dug"), "started": "2026-11-24T10:00:00.000+0100"}
    status, made = site.by_app(installed, "POST", at, asked)
    assert (status, made["timeSpentSeconds"], made["timeSpent"]) == (201, 5400, "1h 30m")
    assert made["started"] == "2026-11-24T09:00:00.000+0000"
    assert site.by_app(installed, "PUT", f"{at}/{made['id']}", {"timeSpentSeconds": 7200})[0] == 200
    assert site.ask("GET", f"{V3}/issue/{key}?fields=timespent,worklog")[1]["fields"]["timespent"] == 7200
    assert site.by_app(installed, "DELETE", f"{at}/{made['id']}")[0] == 204
    assert site.ask("GET", at)[1]["total"] == 0
    bodies = [told(site, app, f"worklog_{deed}")[0] for deed in ("created", "updated", "deleted")]
    assert all(set(body) == {"timestamp", "webhookEvent", "worklog"} for body in bodies)
    assert [body["worklog"]["timeSpentSeconds"] for body in bodies] == [5400, 7200, 7200]
    assert bodies[0]["worklog"]["comment"] == "Dug", "webhooks write texts plainly"
    assert bodies[0]["worklog"]["issueId"] == told(site, app, "jira:issue_updated")[0]["issue"]["id"]
    names = {body["issue_event_type_name"] for body in told(site, app, "jira:issue_updated")}
    assert names == {"issue_work_logged", "issue_worklog_updated", "issue_worklog_deleted"}


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"timeSpent": "soon"},
        {"timeSpent": 5},
        {"timeSpentSeconds": 0},
        {"timeSpentSeconds": "1h"},
        {"timeSpent": "1h", "started": "yesterday"},
        {"timeSpent": "1h", "started": "2026-11-24T10:00:00"},
        {"timeSpent": "1h", "started": 5},
        {"timeSpent": "1h", "comment": "Dug"},
        {"timeSpent": "1h", "visibility": {"type": "role", "value": "Administrators"}},
        {"timeSpent": "1h", "started": "0001-01-01T00:00:00+14:00"},
        {"timeSpent": "1h", "started": "9999-12-31T23:59:59.999999Z"},
    ],
)
def test_work_that_makes_no_sense_is_refused(site: Asking, asked: dict[str, Any]) -> None:
    at = f"{V3}/issue/{site.create()}/worklog"
    assert site.ask("POST", at, asked)[0] == 400
    assert site.ask("GET", at)[1]["total"] == 0


@pytest.mark.parametrize(("text", "seconds"), [("1w 2d", 201_600), ("3h 20m", 12_000), ("8h", 28_800), ("90m", 5400)])
def test_a_day_of_work_has_eight_hours(text: str, seconds: int) -> None:
    assert seconds_of(text) == seconds
    assert seconds_of(text_of(seconds)) == seconds


def test_a_file_is_put_at_an_issue_read_and_taken_away_and_its_webhook_names_no_issue(
    site: Asking, app: FakeApp
) -> None:
    key = site.create()
    status, made = attach(site, key, "plan.txt", "deep and dry")
    assert (status, made[0]["filename"], made[0]["size"], made[0]["mimeType"]) == (200, "plan.txt", 12, "text/plain")
    identity = made[0]["id"]
    shown = site.ask("GET", f"{V3}/attachment/{identity}")[1]
    assert shown["id"] == int(identity)
    _, content, headers = site.ask("GET", f"{V3}/attachment/content/{identity}")
    assert (content, headers["content-disposition"]) == ("deep and dry", "attachment")
    assert site.ask("GET", f"{V3}/issue/{key}?fields=attachment")[1]["fields"]["attachment"][0]["id"] == identity
    assert site.ask("DELETE", f"{V3}/attachment/{identity}")[0] == 204
    assert site.ask("GET", f"{V3}/attachment/{identity}")[0] == 404
    (created,), (deleted,) = told(site, app, "attachment_created"), told(site, app, "attachment_deleted")
    assert set(created) == set(deleted) == {"timestamp", "webhookEvent", "attachment"}
    changed = [body["changelog"]["items"][0] for body in told(site, app, "jira:issue_updated")]
    assert [(item["field"], item["toString"] or item["fromString"]) for item in changed] == [
        ("Attachment", "plan.txt"),
        ("Attachment", "plan.txt"),
    ]


def test_a_file_without_its_header_form_or_name_is_refused(site: Asking) -> None:
    key = site.create()
    at, header = f"{V3}/issue/{key}/attachments", {"X-Atlassian-Token": "no-check"}
    assert site.ask("POST", at, {"file": "x"}, {**site.own, **header})[0] == 400
    assert site.ask("POST", at, "--xx--\r\n", {**site.own, **header, "Content-Type": FORM})[0] == 400
    assert site.ask("POST", at, "--xx", {**site.own, **header, "Content-Type": "multipart/form-data"})[0] == 400
    assert site.ask("POST", at, {"file": "x"})[0] == 403
    assert attach(site, key, "a/b", "x")[0] == 400
    assert attach(site, key, "plan.txt", "x", "text/\xff")[0] == 400


def test_of_several_files_all_are_kept_or_none(site: Asking, app: FakeApp) -> None:
    key = site.create()
    assert attach(site, key, "plan.txt", "x", "text/plain", "a/b")[0] == 400
    assert site.ask("GET", f"{V3}/issue/{key}?fields=attachment")[1]["fields"]["attachment"] == []
    assert told(site, app, "attachment_created") == []
    status, made = attach(site, key, "plan.txt", "x", "text/plain", "map.txt")
    assert (status, [each["filename"] for each in made]) == (200, ["plan.txt", "map.txt"])


def test_a_link_is_told_by_numbers_and_changes_both_issues(site: Asking, app: FakeApp, installed: Installation) -> None:
    first, second = site.create("First"), site.create("Second")
    asked = {"type": {"name": "Blocks"}, "inwardIssue": {"key": first}, "outwardIssue": {"key": second}}
    assert site.by_app(installed, "POST", f"{V3}/issueLink", asked)[0] == 201
    assert site.by_app(installed, "POST", f"{V3}/issueLink", asked)[0] == 201, "a second time changes nothing"
    (created,) = told(site, app, "issuelink_created")
    assert set(created) == {"timestamp", "webhookEvent", "issueLink"}
    link = created["issueLink"]
    assert type(link["id"]) is int
    assert link["issueLinkType"]["outwardName"] == "blocks"
    shown = site.ask("GET", f"{V3}/issue/{second}?fields=issuelinks")[1]["fields"]["issuelinks"][0]
    assert (shown["inwardIssue"]["key"], "outwardIssue" in shown) == (first, False)
    read = site.ask("GET", f"{V3}/issueLink/{link['id']}")[1]
    assert (read["inwardIssue"]["key"], read["outwardIssue"]["key"]) == (first, second)
    said = {body["changelog"]["items"][0]["toString"] for body in told(site, app, "jira:issue_updated")}
    assert said == {f"This issue blocks {second}", f"This issue is blocked by {first}"}
    assert site.by_app(installed, "DELETE", f"{V3}/issueLink/{link['id']}")[0] == 204
    assert told(site, app, "issuelink_deleted")[0]["issueLink"] == link
    assert site.ask("GET", f"{V3}/issueLink/{link['id']}")[0] == 404


def test_a_link_to_itself_or_to_nothing_is_refused(site: Asking) -> None:
    key = site.create()
    itself = {"type": {"id": "10000"}, "inwardIssue": {"key": key}, "outwardIssue": {"key": key}}
    assert site.ask("POST", f"{V3}/issueLink", itself)[0] == 400
    assert site.ask("POST", f"{V3}/issueLink", {**itself, "outwardIssue": {"key": "BUR-9999"}})[0] == 404
    assert site.ask("POST", f"{V3}/issueLink", {**itself, "outwardIssue": key})[0] == 400
    assert site.ask("POST", f"{V3}/issueLink", {**itself, "type": {"name": "Likes"}})[0] == 404
    assert site.ask("POST", f"{V3}/issueLink", {**itself, "type": {"name": ["Blocks"]}})[0] == 404
    assert site.ask("GET", f"{V3}/issueLinkType")[1]["issueLinkTypes"][0]["inward"] == "is blocked by"


def test_a_link_is_not_shown_to_whoever_may_not_see_its_other_end(site: Asking, installed: Installation) -> None:
    site.ask("POST", f"{V3}/project", {"key": "DEN", "name": "Den"})
    den, key = site.ask("GET", f"{V3}/project/DEN")[1]["id"], site.create("Seen")
    fields = {"summary": "Unseen", "project": {"key": "DEN"}}
    hidden = site.ask("POST", f"{V3}/issue", {"fields": fields})[1]["key"]
    link = {"type": {"name": "Blocks"}, "inwardIssue": {"key": key}, "outwardIssue": {"key": hidden}}
    assert site.ask("POST", f"{V3}/issueLink", link)[0] == 201
    at = f"{V3}/issue/{key}?fields=issuelinks"
    (shown,) = site.by_app(installed, "GET", at)[1]["fields"]["issuelinks"]
    site.jira.forbid(site.jira.user("Fake app"), "BROWSE_PROJECTS", den)
    assert site.by_app(installed, "GET", at)[1]["fields"]["issuelinks"] == []
    assert site.by_app(installed, "GET", f"{V3}/mypermissions?permissions=EDIT_ISSUES&issueKey={hidden}")[0] == 404
    assert site.by_app(installed, "DELETE", f"{V3}/issueLink/{shown['id']}")[0] == 404
    assert len(site.ask("GET", at)[1]["fields"]["issuelinks"]) == 1


def test_what_goes_with_a_deleted_issue_is_told_as_secondary(site: Asking, app: FakeApp) -> None:
    first, second = site.create("First"), site.create("Second")
    attach(site, first, "plan.txt", "deep")
    site.ask(
        "POST",
        f"{V3}/issueLink",
        {"type": {"name": "Relates"}, "inwardIssue": {"key": first}, "outwardIssue": {"key": second}},
    )
    assert site.ask("DELETE", f"{V3}/issue/{first}")[0] == 204
    site.jira.settle()
    for event in ("attachment_deleted", "issuelink_deleted"):
        (call,) = app.calls_to(f"/webhooks/{event}")
        assert call.headers["x-atlassian-webhook-flow"] == "Secondary"
    assert site.ask("GET", f"{V3}/issue/{second}?fields=issuelinks")[1]["fields"]["issuelinks"] == []


def test_a_filter_lets_through_the_worklogs_of_its_issues_alone(site: Asking) -> None:
    hooks = [
        {"event": "worklog_created", "url": "/webhooks/none", "filter": "project = NEST"},
        {"event": "worklog_created", "url": "/webhooks/some", "filter": "project = BUR"},
    ]
    with FakeApp(site.jira.install_keys_url, modules={"webhooks": hooks}, extra={"key": "filters"}) as app:
        site.jira.install(app.descriptor_url)
        site.ask("POST", f"{V3}/issue/{site.create()}/worklog", {"timeSpent": "5m"})
        site.jira.settle()
        assert [call.path for call in app.calls if call.path.startswith("/webhooks/")] == ["/webhooks/some"]
        site.jira.uninstall("filters")
