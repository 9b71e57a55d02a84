"""Jira's REST and the stand-in's own doors, over HTTP: who may ask, and what comes back."""

from __future__ import annotations

import json
from collections.abc import Iterator
from urllib.parse import quote

import pytest

from devkit.jira.forms import document
from devkit.jira.host import JiraHost
from devkit.jira.installations import Installation
from tests.unit.jira.asking import V3, Asking
from tests.unit.jira.fake_app import KEY, FakeApp


@pytest.fixture(scope="module")
def site() -> Iterator[Asking]:
    with JiraHost() as jira:
        yield Asking(jira)


@pytest.fixture(scope="module")
def installed(site: Asking) -> Iterator[Installation]:
    with FakeApp(site.jira.install_keys_url, extra={"scopes": ["READ", "WRITE"]}) as app:
        yield site.jira.install(app.descriptor_url)


def test_the_way_of_an_issue_over_rest(site: Asking) -> None:
    key = site.create()
    status, transitions, _ = site.ask("GET", f"{V3}/issue/{key}/transitions")
    assert [each["name"] for each in transitions["transitions"]] == ["In Progress", "In Review", "Done"]
    done = transitions["transitions"][-1]["id"]
    assert site.ask("POST", f"{V3}/issue/{key}/transitions", {"transition": {"id": done}})[0] == 204
    assert site.ask("PUT", f"{V3}/issue/{key}", {"fields": {"summary": "A deeper burrow"}})[0] == 204
    status, issue, _ = site.ask("GET", f"{V3}/issue/{key}?expand=changelog")
    assert (status, issue["fields"]["summary"]) == (200, "A deeper burrow")
    assert issue["fields"]["status"]["statusCategory"]["key"] == "done"
    newest = issue["changelog"]["histories"][0]["items"][0]
    assert newest["field"] == "summary", "the newest change comes first in an expanded changelog"
    _, changelog, _ = site.ask("GET", f"{V3}/issue/{key}/changelog?maxResults=1")
    assert (changelog["total"], changelog["isLast"], len(changelog["values"])) == (2, False, 1)
    assert changelog["values"][0]["items"][-1]["to"] == "10003", "and last in the list of changes"
    assert site.ask("DELETE", f"{V3}/issue/{key}")[0] == 204
    assert site.ask("GET", f"{V3}/issue/{key}")[0] == 404


def test_comments_are_documents_in_version_3_and_texts_in_version_2(site: Asking) -> None:
    key = site.create()
    body = {
        "version": 1,
        "type": "doc",
        "content": [{"type": "paragraph", "content": [{"type": "text", "text": "Hm"}]}],
    }
    assert site.ask("POST", f"{V3}/issue/{key}/comment", {"body": body})[0] == 201
    assert site.ask("GET", f"/rest/api/2/issue/{key}/comment")[1]["comments"][0]["body"] == "Hm"
    assert site.ask("GET", f"{V3}/issue/{key}/comment")[1]["comments"][0]["body"] == body


def test_statuses_projects_and_the_user_are_shown(site: Asking) -> None:
    names = [status["name"] for status in site.ask("GET", f"{V3}/status")[1]]
    assert names == ["To Do", "In Progress", "In Review", "Done"]
    assert site.ask("GET", f"{V3}/project")[1][0]["key"] == "BUR"
    assert site.ask("GET", f"{V3}/project/BUR")[1]["name"] == "Burrow"
    assert site.ask("GET", f"{V3}/myself")[1]["displayName"] == "Hazel Nutt"


def test_a_search_comes_in_pages(site: Asking) -> None:
    keys = [site.create(f"Number {number}") for number in range(3)]
    jql = quote(f"key in ({', '.join(keys)}) ORDER BY key")
    _, first, _ = site.ask("GET", f"{V3}/search/jql?jql={jql}&maxResults=2&fields=summary")
    assert [issue["key"] for issue in first["issues"]] == keys[:2]
    assert set(first["issues"][0]["fields"]) == {"summary"}
    _, rest, _ = site.ask("GET", f"{V3}/search/jql?jql={jql}&maxResults=2&nextPageToken={first['nextPageToken']}")
    assert (rest["isLast"], [set(issue) for issue in rest["issues"]]) == (True, [{"id"}])


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "field"),
    [
        ("POST", "/issue", {"fields": {"project": {"key": "BUR"}, "summary": ""}}, 400, "summary"),
        ("POST", "/issue", {"fields": {"project": {"key": "BUR"}, "summary": 5}}, 400, "summary"),
        ("POST", "/issue", {"fields": {"summary": "x"}}, 400, "project"),
        ("POST", "/issue", {"fields": {"project": {"key": "NO"}, "summary": "x"}}, 400, "project"),
        ("POST", "/issue", {"fields": "x"}, 400, "fields"),
        ("POST", "/issue", "{", 400, None),
        ("POST", "/issue", [], 400, None),
        ("POST", "/issue", "[" * 100_000, 400, None),
        ("POST", "/issue", {"fields": {"project": {"key": "BUR"}, "summary": "x", "description": "\ud800"}}, 400, None),
        ("GET", "/issue/NO-1", None, 404, None),
        ("GET", "/search?jql=project%3DBUR", None, 410, None),
        ("POST", "/search", {"jql": "project = BUR"}, 410, None),
        ("GET", "/search/jql", None, 400, None),
        ("GET", "/search/jql?jql=votes%3Dx", None, 400, None),
        ("GET", "/search/jql?jql=project%3DBUR&maxResults=x", None, 400, None),
        ("GET", f"/search/jql?jql=project%3DBUR&maxResults={'9' * 5000}", None, 400, None),
        ("GET", f"/project/search?startAt={'9' * 5000}", None, 400, None),
        ("GET", "/nowhere", None, 404, None),
    ],
)
def test_what_can_not_be_done_is_refused_in_jiras_form(
    site: Asking, method: str, path: str, body: object, status: int, field: str | None
) -> None:
    answered, shown, _ = site.ask(method, V3 + path, body)
    assert answered == status
    assert shown["errorMessages"] or list(shown["errors"]) == [field]


def test_an_app_is_let_in_by_its_token_and_acts_in_its_own_name(site: Asking, installed: Installation) -> None:
    path = f"{V3}/myself?a=1"
    status, shown, _ = site.ask("GET", path, headers=site.as_app(installed, "GET", path))
    assert (status, shown["displayName"], shown["accountType"]) == (200, "Fake app", "app")
    path = f"{V3}/issue/{site.create()}/comment"
    _, comment, _ = site.ask("POST", path, {"body": document("Hm")}, site.as_app(installed, "POST", path))
    assert comment["author"]["displayName"] == "Fake app"


def test_an_app_that_is_not_let_in_learns_why(site: Asking, installed: Installation) -> None:
    headers = site.as_app(installed, "GET", f"{V3}/status")
    status, shown, _ = site.ask("GET", f"{V3}/myself", headers=headers)
    assert status == 401
    assert f"'GET&{V3}/myself&'" in shown["errorMessages"][0]
    status, shown, _ = site.ask("GET", f"{V3}/myself", headers={"Authorization": "Basic x"})
    assert "must be 'JWT <token>'" in shown["errorMessages"][0]


def test_nobody_is_let_in_without_a_token_from_outside(site: Asking) -> None:
    assert site.ask("GET", f"{V3}/myself", headers={})[0] == 401
    assert site.ask("GET", f"{V3}/myself", headers={"Sec-Fetch-Site": "cross-site"})[0] == 401
    assert site.ask("GET", f"{V3}/myself", headers={"Sec-Fetch-Site": "same-origin"})[0] == 200


@pytest.mark.parametrize(
    "host", ["attacker.example.com", "attacker.example.com:2990", "localhost.example.com", "[::2]"]
)
def test_a_foreign_name_for_this_machine_is_refused(site: Asking, host: str) -> None:
    assert site.ask("GET", "/stand-in/session", headers={"Host": host})[0] == 403


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://127.0.0.1:4566"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_a_page_of_another_origin_may_change_nothing(site: Asking, headers: dict[str, str]) -> None:
    for method, path in (("POST", "/stand-in/apps"), ("DELETE", f"/stand-in/apps/{KEY}"), ("POST", f"{V3}/issue")):
        status, shown, _ = site.ask(method, path, {"descriptorUrl": "x"}, headers)
        assert (status, "another origin" in shown["errorMessages"][0]) == (403, True)


def test_install_keys_are_handed_out_as_pem(site: Asking, installed: Installation) -> None:
    assert site.ask("GET", "/install-keys/unknown")[0] == 404


@pytest.mark.parametrize(("path", "kind"), [("/all.js", "text/javascript"), ("/theme.css", "text/css")])
def test_what_apps_load_may_be_loaded_from_anywhere(site: Asking, path: str, kind: str) -> None:
    status, _, headers = site.ask("GET", path)
    assert (status, headers["content-type"]) == (200, f"{kind}; charset=utf-8")
    assert headers["access-control-allow-origin"] == "*"
    assert headers["cross-origin-resource-policy"] == "cross-origin"


@pytest.mark.parametrize("path", ["/", "/browse/BUR-1", "/apps", "/deliveries"])
def test_the_pages_load_nothing_from_elsewhere_and_stay_out_of_frames(site: Asking, path: str) -> None:
    status, html, headers = site.ask("GET", path)
    assert status == 200
    assert "default-src 'self'" in headers["content-security-policy"]
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert "https://" not in html
    assert "<h1" not in html or "{{" not in html


def test_apps_are_managed_over_the_console(site: Asking) -> None:
    with FakeApp(site.jira.install_keys_url, extra={"key": "second", "name": "Second"}) as app:
        status, shown, _ = site.ask("POST", "/stand-in/apps", {"descriptorUrl": f" {app.descriptor_url} "})
        assert (status, shown["key"], shown["enabled"]) == (200, "second", True)
        assert site.ask("PUT", "/stand-in/apps/second", {"enabled": False})[0] == 200
        (listed,) = [each for each in site.ask("GET", "/stand-in/apps")[1] if each["key"] == "second"]
        assert listed["enabled"] is False
        assert "sharedSecret" not in json.dumps(listed)
        assert site.ask("DELETE", "/stand-in/apps/second")[0] == 200
        assert site.ask("DELETE", "/stand-in/apps/second")[0] == 400
        status, shown, _ = site.ask("POST", "/stand-in/apps", {"descriptorUrl": "nonsense"})
        assert (status, shown["errorMessages"]) == (400, ["The descriptor URL must begin with http:// or https://."])


@pytest.mark.parametrize("body", ["{", [], None, "[" * 100_000, {"descriptorUrl": "http://localhost/\ud800"}])
def test_the_console_refuses_what_is_no_object(site: Asking, body: object) -> None:
    assert site.ask("POST", "/stand-in/apps", body)[0] == 400


def test_a_delivery_can_be_read_and_repeated(site: Asking, installed: Installation) -> None:
    newest = site.ask("GET", "/stand-in/deliveries")[1]
    (enabled,) = [each for each in newest if each["event"] == "enabled" and each["app"] == KEY]
    whole = site.ask("GET", f"/stand-in/deliveries/{enabled['id']}")[1]
    assert whole["attempts"][0]["claims"]["iss"] == installed.client_key
    assert site.ask("POST", f"/stand-in/deliveries/{enabled['id']}/again", {})[0] == 200
    assert len(site.ask("GET", "/stand-in/deliveries")[1]) == len(newest) + 1
    assert site.ask("GET", "/stand-in/deliveries/unknown")[0] == 404
