"""The descriptor: what is added to what the author wrote, and how it is read and served."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from chalicelib.connect.descriptor import Descriptor
from chalicelib.connect.errors import DescriptorError
from chalicelib.connect.protocol.descriptor import complete
from chalicelib.connect.web.request import Request
from tests.api_gateway import rest_event
from tests.unit.descriptors import AUTHORED, BASE_URL, EVENTS, PAGES, ROUTES, authored, modules

ROOT = Path(__file__).parents[2]

# What is added


def test_the_descriptor_is_completed_with_what_the_framework_answers_for() -> None:
    made = complete(authored(), base_url=BASE_URL, events=(*EVENTS, "dynamic:jira:issue_deleted"))

    assert made["baseUrl"] == BASE_URL
    assert made["authentication"] == {"type": "jwt"}
    assert made["lifecycle"] == {
        "installed": "/installed",
        "uninstalled": "/uninstalled",
        "enabled": "/enabled",
        "disabled": "/disabled",
    }
    assert made["apiMigrations"] == {"signed-install": True, "context-qsh": True, "gdpr": True}
    assert made["links"] == {"self": f"{BASE_URL}/atlassian-connect.json"}
    assert {name: made[name] for name in ("key", "name", "vendor", "scopes")} == {
        name: AUTHORED[name] for name in ("key", "name", "vendor", "scopes")
    }
    assert made["modules"]["webPanels"] == AUTHORED["modules"]["webPanels"]


def test_each_event_with_a_handler_becomes_a_webhook_and_keeps_what_the_author_said_of_it() -> None:
    assert complete(authored(), base_url=BASE_URL, events=EVENTS)["modules"]["webhooks"] == [
        {"event": "comment_created", "url": "/webhooks/comment_created"},
        {"event": "jira:issue_updated", "filter": "project = BUR", "url": "/webhooks/jira:issue_updated"},
    ]


def test_an_author_may_add_links_and_migrations_but_not_undo_ours() -> None:
    written = authored(
        links={"documentation": "https://example.com", "self": "https://example.com"},
        apiMigrations={"other": True, "signed-install": False},
    )
    made = complete(written, base_url=BASE_URL, events=EVENTS)

    assert made["links"] == {"documentation": "https://example.com", "self": f"{BASE_URL}/atlassian-connect.json"}
    assert made["apiMigrations"] == {"other": True, "signed-install": True, "context-qsh": True, "gdpr": True}


def test_the_documented_base_urls_of_two_regions_are_served_beside_the_own_one() -> None:
    text = (ROOT / "docs/deploy.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```json\n(\"regionBaseUrls\": \{.*?\})\n```", text, re.DOTALL)
    own = json.loads(f"{{{example}}}")

    made = complete(authored(**own), base_url="https://eu.time.example.com", events=EVENTS)

    assert made["regionBaseUrls"] == {"EU": "https://eu.time.example.com", "US": "https://us.time.example.com"}
    assert made["baseUrl"] == "https://eu.time.example.com"


def test_what_the_author_wrote_is_left_as_it_was() -> None:
    written = authored()
    complete(written, base_url=BASE_URL, events=EVENTS)
    assert written == AUTHORED


# How it is read and served


def read(tmp_path: Path, text: str) -> Descriptor:
    path = tmp_path / "atlassian-connect.json"
    path.write_text(text, encoding="utf-8")
    return Descriptor.read(EVENTS, path)


def request(method: str = "GET", base_url: str = BASE_URL, **headers: str) -> Request:
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    return Request.from_event(rest_event(method, "/atlassian-connect.json", headers=sent), base_url)


def test_the_descriptor_of_the_shipped_app_has_no_fault() -> None:
    shipped = Descriptor.read(())
    shipped.check({"issue-panel"}, ROUTES)
    assert shipped.key == "dormouse-time-in-status"


def test_the_pages_that_the_modules_name_are_known_wherever_they_stand(tmp_path: Path) -> None:
    dialog = {"key": "more", "target": {"options": {"url": "/pages/dialog#top"}}, "url": "/things/1"}
    written = read(tmp_path, json.dumps(modules(dialogs=[dialog], webItems=[{"url": "https://example.com/pages/x"}])))
    assert written.pages == {"issue-panel", "dialog"}


def test_every_fault_is_named_at_once(tmp_path: Path) -> None:
    written = read(tmp_path, json.dumps(authored(name="", scopes=["READ", "ALL"])))
    with pytest.raises(DescriptorError) as caught:
        written.check(PAGES, ROUTES)

    assert str(caught.value) == (
        "Jira would refuse the descriptor: name must be a text of 1 to 80 characters; "
        "scopes holds 'ALL', which is no scope of Connect."
    )


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "it is not JSON (line 1, column 1)"),
        ('{\n"key": "a",\n}', "it is not JSON (line 3, column 1)"),
        ("[]", "it is not a JSON object"),
        ('{"key": NaN}', "NaN is not JSON"),
        ('{"modules": {"webPanels": [], "webPanels": []}}', "an object in it names a key twice"),
    ],
)
def test_a_descriptor_that_is_no_json_object_is_told_from_a_bad_one(tmp_path: Path, text: str, reason: str) -> None:
    with pytest.raises(DescriptorError) as caught:
        read(tmp_path, text)
    assert str(caught.value) == f"atlassian-connect.json can not be read: {reason}."


def test_a_descriptor_that_is_missing_is_told_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(DescriptorError, match=r"none\.json can not be read"):
        Descriptor.read((), tmp_path / "none.json")


def test_the_descriptor_is_served_as_atlassian_wants_it() -> None:
    answer = Descriptor(authored(name="Größe"), EVENTS).serve(request())

    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/json; charset=utf-8"
    assert json.loads(answer.body)["name"] == "Größe"
    assert json.loads(answer.body)["baseUrl"] == BASE_URL


def test_a_head_request_gets_the_headers_alone() -> None:
    served = Descriptor(authored(), EVENTS)
    answer = served.serve(request("HEAD"))

    assert answer.body == ""
    assert answer.headers == served.serve(request()).headers


def test_a_caller_who_has_the_descriptor_is_told_so_until_it_changes() -> None:
    served = Descriptor(authored(), EVENTS)
    etag = str(served.serve(request()).headers["ETag"])

    unchanged = served.serve(request(If_None_Match=etag))
    assert (unchanged.status_code, unchanged.body, unchanged.headers["ETag"]) == (304, "", etag)
    for changed in (Descriptor(authored(name="Other"), EVENTS), Descriptor(authored(), EVENTS[1:])):
        assert changed.serve(request(If_None_Match=etag)).status_code == 200


def test_each_base_url_has_its_own_descriptor() -> None:
    served = Descriptor(authored(), EVENTS)
    first, second = served.serve(request()), served.serve(request(base_url="https://eu.example.com"))

    assert json.loads(second.body)["baseUrl"] == "https://eu.example.com"
    assert first.headers["ETag"] != second.headers["ETag"]
