"""REST beyond the way of an issue: comments, properties, modules at run time, scopes, and limits."""

from __future__ import annotations

from collections.abc import Iterator
from http.client import HTTPConnection

import pytest

from devkit.jira.forms import document
from devkit.jira.host import JiraHost
from devkit.jira.installations import Installation
from devkit.jira.rate_limits import RateLimits
from tests.unit.jira.asking import V3, Asking
from tests.unit.jira.fake_app import KEY, FakeApp

OWN = f"/rest/atlassian-connect/1/addons/{KEY}"
DYNAMIC = "/rest/atlassian-connect/1/app/module/dynamic"
WAITED_FOR = ("issue_property_set", "issue_property_deleted", "comment_updated", "comment_deleted")
HOOKS = [{"event": event, "url": f"/webhooks/{event}"} for event in WAITED_FOR]


@pytest.fixture(scope="module")
def site() -> Iterator[Asking]:
    with JiraHost() as jira:
        yield Asking(jira)


@pytest.fixture(scope="module")
def app(site: Asking) -> Iterator[FakeApp]:
    scopes = {"scopes": ["DELETE"], "enableLicensing": True}
    with FakeApp(site.jira.install_keys_url, modules={"webhooks": HOOKS}, extra=scopes) as app:
        yield app


@pytest.fixture(scope="module")
def installed(site: Asking, app: FakeApp) -> Installation:
    return site.jira.install(app.descriptor_url)


def test_many_issues_are_fetched_at_once_and_those_that_are_not_there_left_out(site: Asking) -> None:
    first, second = site.create("One"), site.create("Two")
    asked = {"issueIdsOrKeys": [second, first, "BUR-9999", second], "fields": ["summary"], "expand": ["changelog"]}
    status, told, _ = site.ask("POST", f"{V3}/issue/bulkfetch", asked)
    assert (status, [each["fields"]["summary"] for each in told["issues"]]) == (200, ["Two", "One"])
    assert told["issues"][0]["changelog"]["total"] == 0
    assert site.ask("POST", f"{V3}/issue/bulkfetch", {"issueIdsOrKeys": ["A-1"] * 101})[0] == 400


def test_a_comment_is_changed_and_removed_and_both_are_told(
    site: Asking, app: FakeApp, installed: Installation
) -> None:
    at = f"{V3}/issue/{site.create()}/comment"
    made = site.ask("POST", at, {"body": document("First")})[1]
    assert site.ask("PUT", f"{at}/{made['id']}", {"body": document("Second")})[0] == 200
    assert site.ask("GET", f"{at}/{made['id']}")[1]["body"]["content"][0]["content"][0]["text"] == "Second"
    assert site.by_app(installed, "PUT", f"{at}/{made['id']}", {"body": document(" ")})[0] == 400
    assert site.by_app(installed, "DELETE", f"{at}/{made['id']}")[0] == 204
    assert site.ask("GET", f"{at}/{made['id']}")[0] == 404
    site.jira.settle()
    (updated,), (deleted,) = app.calls_to("/webhooks/comment_updated"), app.calls_to("/webhooks/comment_deleted")
    assert updated.json["comment"]["body"] == "Second"
    assert deleted.json["comment"]["id"] == made["id"]


def test_a_property_of_an_issue_is_kept_and_its_changes_are_told(
    site: Asking, app: FakeApp, installed: Installation
) -> None:
    key = site.create()
    at = f"{V3}/issue/{key}/properties"
    assert site.by_app(installed, "PUT", f"{at}/depth", {"metres": 3})[0] == 201
    assert site.by_app(installed, "PUT", f"{at}/depth", 4)[0] == 200
    assert site.ask("GET", f"{at}/depth")[1] == {"key": "depth", "value": 4}
    assert [each["key"] for each in site.ask("GET", at)[1]["keys"]] == ["depth"]
    assert site.by_app(installed, "DELETE", f"{at}/depth")[0] == 204
    assert site.ask("GET", f"{at}/depth")[0] == 404
    assert site.ask("PUT", f"{at}/long", "x" * 40_000)[0] == 400
    assert site.ask("PUT", f"{at}/{'k' * 256}", 1)[0] == 400
    site.jira.settle()
    told = [call.json for call in app.calls_to("/webhooks/issue_property_set")]
    assert [each["property"]["value"] for each in sorted(told, key=lambda each: each["timestamp"])] == [
        {"metres": 3},
        4,
    ]
    assert app.calls_to("/webhooks/issue_property_deleted")[0].json["property"] == {"key": "depth"}
    assert all("issue" not in each for each in told)


def test_an_app_keeps_its_own_properties_and_nobody_elses(site: Asking, installed: Installation) -> None:
    at = f"{OWN}/properties"
    assert site.by_app(installed, "PUT", f"{at}/size", [1])[0] == 201
    assert site.by_app(installed, "PUT", f"{at}/size", [2])[0] == 200
    assert site.by_app(installed, "GET", f"{at}/size")[1] == {"key": "size", "value": [2]}
    assert [each["key"] for each in site.by_app(installed, "GET", at)[1]["keys"]] == ["size"]
    with FakeApp(site.jira.install_keys_url, extra={"key": "second"}) as other:
        second = site.jira.install(other.descriptor_url)
        assert site.by_app(second, "GET", at)[0] == 401
    assert site.by_app(installed, "DELETE", f"{at}/size")[0] == 204
    assert site.by_app(installed, "DELETE", f"{at}/size")[0] == 404
    assert site.by_app(installed, "PUT", f"{at}/{'k' * 128}", 1)[0] == 400


def test_an_app_reads_its_licence(site: Asking, installed: Installation) -> None:
    _, told = site.by_app(installed, "GET", OWN)
    assert (told["state"], told["license"]["active"], told["license"]["evaluation"]) == ("ENABLED", True, False)


def test_modules_are_added_at_run_time_and_work_at_once(site: Asking, app: FakeApp, installed: Installation) -> None:
    hook = {"event": "jira:issue_created", "url": "/webhooks/late"}
    page = {"key": "late", "name": {"value": "Late"}, "url": "/panel"}
    assert site.by_app(installed, "POST", DYNAMIC, {"webhooks": [hook], "generalPages": [page]})[0] == 200
    status, told = site.by_app(installed, "POST", DYNAMIC, {"generalPages": [page]})
    assert (status, "used twice" in told["message"]) == (400, True)
    site.create()
    site.jira.settle()
    assert len(app.calls_to("/webhooks/late")) == 1
    assert site.by_app(installed, "GET", DYNAMIC)[1] == {"webhooks": [hook], "generalPages": [page]}
    path = f"{DYNAMIC}?moduleKey=late&moduleKey=other"
    assert site.by_app(installed, "DELETE", path)[0] == 204
    assert site.by_app(installed, "GET", DYNAMIC)[1] == {"webhooks": [hook]}
    assert site.by_app(installed, "DELETE", DYNAMIC)[0] == 204
    assert site.by_app(installed, "GET", DYNAMIC)[1] == {}
    assert site.ask("GET", DYNAMIC)[0] == 401
    assert site.by_app(installed, "POST", DYNAMIC, {"webhooks": {}})[0] == 400


def test_pages_that_are_open_hear_of_modules_that_are_added(site: Asking, installed: Installation) -> None:
    page = HTTPConnection("127.0.0.1", site.port or 0, timeout=5)
    page.request("GET", "/stand-in/live", headers={"Host": f"localhost:{site.port}"})
    stream = page.getresponse()
    module = {"key": "live", "name": {"value": "Live"}, "url": "/panel"}
    assert site.by_app(installed, "POST", DYNAMIC, {"generalPages": [module]})[0] == 200
    assert b'data: {"kind": "apps"}\n' in iter(stream.readline, b"")
    assert site.by_app(installed, "DELETE", f"{DYNAMIC}?moduleKey=live")[0] == 204
    assert b'data: {"kind": "apps"}\n' in iter(stream.readline, b"")
    page.close()


def test_an_app_is_kept_to_the_scopes_of_its_descriptor(site: Asking) -> None:
    with FakeApp(site.jira.install_keys_url, extra={"key": "reader", "scopes": ["read"]}) as app:
        reader, issue = site.jira.install(app.descriptor_url), site.create()
        assert site.by_app(reader, "GET", f"{V3}/issue/{issue}")[0] == 200
        status, told = site.by_app(reader, "DELETE", f"{V3}/issue/{issue}")
        assert (status, "needs the scope DELETE, and the app has READ" in told["errorMessages"][0]) == (403, True)
        assert site.by_app(reader, "POST", f"{V3}/issue/{issue}/comment", {"body": document("x")})[0] == 403
        status, told = site.by_app(reader, "POST", f"{V3}/changelog/bulkfetch", {})
        assert (status, "not accessible to Connect apps" in told["errorMessages"][0]) == (403, True)


def test_a_get_with_a_body_is_refused_as_at_jira(site: Asking, installed: Installation) -> None:
    status, told = site.by_app(installed, "GET", f"{V3}/myself", {})
    assert (status, told["errorMessages"]) == (403, ["A GET request must not have a body."])


def test_answers_say_what_an_app_has_left(site: Asking, installed: Installation) -> None:
    left = []
    for _ in range(2):
        path = f"{V3}/myself"
        _, _, headers = site.ask("GET", path, None, site.as_app(installed, "GET", path))
        left.append(int(headers["x-ratelimit-remaining"]))
    assert left[0] - left[1] == 2, "one for the call, and one for the user"
    found = {"issueIdsOrKeys": [site.create("One"), site.create("Two")]}
    path = f"{V3}/issue/bulkfetch"
    _, _, headers = site.ask("POST", path, found, site.as_app(installed, "POST", path))
    assert left[1] - int(headers["x-ratelimit-remaining"]) == 3, "what is read by POST costs as much as by GET"
    assert headers["x-ratelimit-limit"] == "65000"
    assert "x-ratelimit-remaining" not in site.ask("GET", f"{V3}/myself")[2], "people have no such limit"


def test_the_points_of_an_hour_end_and_come_back() -> None:
    now = 7200.0
    limits = RateLimits(lambda: now, points=10)
    limits.spend("app", 9)
    assert limits.headers("app")["X-RateLimit-NearLimit"] == "true"
    limits.spend("app", 5)
    now += 3000
    assert (limits.left("app"), limits.left("other")) == (0, 10)
    assert limits.refusal_headers("app")["Retry-After"] == "600"
    assert limits.headers("app")["X-RateLimit-Reset"] == "1970-01-01T03:00Z"
    now += 601
    assert limits.left("app") == 10


@pytest.mark.parametrize(
    "path",
    [
        *("/statuscategory", "/issuetype", "/priority", "/resolution", "/field", "/serverInfo", "/project/search"),
        *("/project/BUR/statuses", "/status/Done", "/user/search?query=hazel", "/mypermissions?permissions=ADMINISTER"),
    ],
)
def test_what_issues_are_described_with_can_be_read(site: Asking, path: str) -> None:
    status, told, _ = site.ask("GET", V3 + path)
    assert (status, bool(told)) == (200, True)


def test_answers_have_the_names_of_jiras_published_schemas_and_no_others(site: Asking) -> None:
    """Each of these was off once, when all answers were held against Atlassian's OpenAPI document."""
    kind = site.ask("GET", f"{V3}/project/BUR/statuses")[1][0]
    assert set(kind) == {"self", "id", "name", "subtask", "statuses"}
    fetched = site.ask("POST", f"{V3}/issue/bulkfetch", {"issueIdsOrKeys": [site.create()]})[1]
    assert set(fetched) == {"issues", "issueErrors"}
    assert set(site.ask("GET", f"{V3}/webhook/failed")[1]) == {"errorMessages", "errors"}


def test_users_are_found_by_their_account_ids(site: Asking) -> None:
    robin = site.jira.user("Robin Sedge").account_id
    assert site.ask("GET", f"{V3}/user?accountId={robin}")[1]["displayName"] == "Robin Sedge"
    assert site.ask("GET", f"{V3}/user/bulk?accountId={robin}&accountId=x")[1]["total"] == 1
    assert site.ask("GET", f"{V3}/user?accountId=x")[0] == 404
    assert site.ask("GET", f"{V3}/user/bulk")[0] == 400


def test_issues_are_counted_without_being_read(site: Asking, installed: Installation) -> None:
    mine = {"jql": "reporter = currentUser()"}
    before = site.by_app(installed, "POST", f"{V3}/search/approximate-count", mine)[1]["count"]
    site.create()
    assert site.by_app(installed, "POST", f"{V3}/search/approximate-count", mine)[1]["count"] == before
    assert site.ask("POST", f"{V3}/search/approximate-count", mine)[1]["count"] > 0
    status, told, _ = site.ask("POST", f"{V3}/search/approximate-count", {"jql": "project = BUR"})
    assert (status, told["count"] > 0) == (200, True)
