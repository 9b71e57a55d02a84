"""The window: what apps ask is written down, with the reason where it was refused."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from urllib.parse import urlsplit

import pytest
import requests

from devkit.jira.host import JiraHost
from devkit.jira.installations import Installation
from devkit.jira.qsh_hints import slip
from tests.unit.jira.asking import V3, Asking
from tests.unit.jira.fake_app import FakeApp


@pytest.fixture
def site() -> Iterator[Asking]:
    with JiraHost() as jira:
        yield Asking(jira)


@pytest.fixture
def installed(site: Asking) -> Iterator[Installation]:
    with FakeApp(site.jira.install_keys_url, extra={"scopes": ["WRITE"]}) as app:
        yield site.jira.install(app.descriptor_url)


def test_a_call_is_written_down_with_its_token_and_its_answer(site: Asking, installed: Installation) -> None:
    site.by_app(installed, "POST", f"/rest/api/2/issue/{site.create()}/comment", {"body": "Hm"})
    site.ask("GET", f"{V3}/myself")
    line = site.ask("GET", "/stand-in/calls")[1][0]
    assert (line["method"], line["app"], line["user"], line["status"]) == ("POST", "fake-app", "", 201)
    whole = site.ask("GET", f"/stand-in/calls/{line['id']}")[1]
    assert whole["header"]["alg"] == "HS256"
    assert whole["claims"]["qsh"] == whole["expected_qsh"]
    assert (whole["body"], whole["hint"]) == ('{"body": "Hm"}', "")
    assert '"Fake app"' in whole["answer"]
    assert site.ask("GET", "/stand-in/calls/x")[0] == 404
    assert site.ask("GET", f"/stand-in/calls/{'9' * 5000}")[0] == 404


def test_a_call_with_a_wrong_hash_says_what_was_hashed_instead(site: Asking, installed: Installation) -> None:
    path = f"{V3}/search/jql?jql=project%20%3D%20BUR"
    site.ask("GET", path, None, site.as_app(installed, "GET", f"{V3}/search/jql"))
    line = site.ask("GET", "/stand-in/calls")[1][0]
    whole = site.ask("GET", f"/stand-in/calls/{line['id']}")[1]
    assert (line["status"], "the query was left out" in whole["hint"]) == (401, True)


@pytest.mark.parametrize(
    ("hashed", "said"),
    [
        ("POST&/rest/api/3/issue&b=1&c=a%20b", "the method was GET"),
        ("GET&/rest/api/3/issue&", "the query was left out"),
        ("GET&/rest/api/3/issue&c=a+b&b=1", "the query was taken as it is"),
        ("GET&/rest/api/3/issue&b=1&c=a b", "were not encoded"),
        ("GET&/rest/api/3/issue/&b=1&c=a%20b", "the slash at the end was kept"),
        ("GET&/api/3/issue&b=1&c=a%20b", "the whole path counts"),
        ("GET&/issue&b=1&c=a%20b", "the whole path counts"),
        ("get&/rest/api/3/issue&b=1&c=a%20b", "in capitals"),
        ("GET&/rest/api/3/issue?b=1&c=a%20b", "joined by &"),
        ("GET&http://localhost/rest/api/3/issue&b=1&c=a%20b", "not the whole URL"),
    ],
)
def test_the_usual_slips_are_recognised(hashed: str, said: str) -> None:
    received = sha256(hashed.encode()).hexdigest()
    assert said in slip(received, "GET", "http://localhost/rest/api/3/issue?c=a+b&b=1").words


@pytest.mark.parametrize(("received", "said"), [("0" * 64, ""), (None, ""), ("context-qsh", "context token")])
def test_what_is_no_usual_slip_is_not_explained_away(received: object, said: str) -> None:
    found = slip(received, "GET", "/rest/api/3/issue").words
    assert said in found
    assert bool(found) == bool(said)


def test_a_path_prefix_of_the_base_url_that_was_kept_is_recognised() -> None:
    received = sha256(b"POST&/dev/webhooks/a&").hexdigest()
    found = slip(received, "POST", "https://a.example.com/dev/webhooks/a", "https://a.example.com/dev")
    assert "base URL was not taken off" in found.words
    assert found.hashed == "POST&/dev/webhooks/a&"


def test_calls_for_keys_and_tokens_and_to_the_plug_in_manager_are_written_down(site: Asking) -> None:
    site.ask("GET", "/rest/plugins/1.0/")
    site.ask("GET", "/install-keys/none")
    requests.post(f"{site.jira.url}/oauth2/token", data={"grant_type": "x"}, headers=site.own, timeout=10)
    lines = site.ask("GET", "/stand-in/calls")[1]
    told = [(line["method"], urlsplit(line["url"]).path, line["status"]) for line in lines]
    expected = [("POST", "/oauth2/token", 400), ("GET", "/install-keys/none", 404), ("GET", "/rest/plugins/1.0/", 200)]
    assert told == expected
    assert site.ask("GET", f"/stand-in/calls/{lines[0]['id']}")[1]["body"] == "grant_type=x"
