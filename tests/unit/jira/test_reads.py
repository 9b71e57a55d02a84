"""What is read of an app, its descriptor and its pages, is written down beside what is brought to it."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from aiohttp.http import SERVER_SOFTWARE

from devkit.jira.descriptor import Refused
from devkit.jira.host import JiraHost
from tests.unit.jira.asking import Asking
from tests.unit.jira.fake_app import KEY, FakeApp

PANEL = {"key": "panel", "name": {"value": "P"}, "url": "/panel?x=1", "location": "atl.jira.view.issue.right.context"}


class Moved(BaseHTTPRequestHandler):
    """An app whose descriptor is elsewhere by now, where it comes in two pieces."""

    def do_GET(self) -> None:
        if self.path == "/old.json":
            self.send_response(302)
            self.send_header("Location", "/new.json")
            self.end_headers()
            return
        body = json.dumps(
            {"key": "moved", "baseUrl": "http://127.0.0.1:1", "authentication": {"type": "none"}}
        ).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        for piece in (body[:20], body[20:]):
            self.wfile.write(piece)
            self.wfile.flush()
            time.sleep(0.05)

    def log_message(self, format: str, *args: object) -> None:
        """Not on the terminal."""


@contextmanager
def moved_app() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Moved) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def reads(jira: JiraHost) -> list[dict[str, Any]]:
    """All that was read, oldest first, as the window shows it."""
    site = Asking(jira)
    listed = [each for each in reversed(site.ask("GET", "/stand-in/deliveries")[1]) if each["kind"] == "read"]
    return [site.ask("GET", f"/stand-in/deliveries/{each['id']}")[1] for each in listed]


def test_the_descriptor_and_the_pages_of_an_app_are_seen_as_they_were_asked_for(jira: JiraHost) -> None:
    headers = {"X-Frame-Options": "DENY"}
    with FakeApp(jira.install_keys_url, f"{jira.url}/all.js", {"webPanels": [PANEL]}, page_headers=headers) as app:
        assert Asking(jira).ask("POST", "/stand-in/apps", {"descriptorUrl": app.descriptor_url})[0] == 200
        jira.settle()
    descriptor, page = reads(jira)
    assert (descriptor["method"], descriptor["url"], descriptor["app_key"]) == ("GET", app.descriptor_url, KEY)
    (answer,) = descriptor["attempts"]
    assert (answer["status"], json.loads(answer["answer"])["key"]) == (200, KEY)
    assert answer["answer_headers"]["Content-Type"].startswith("application/json")
    assert (page["event"], page["app_key"], page["state"]) == ("page panel", KEY, "delivered")
    assert page["url"].startswith(f"{app.base_url}/panel?x=1&")
    assert "X-Frame-Options: DENY" in page["note"]
    (answer,) = page["attempts"]
    assert answer["canonical"].startswith("GET&/panel&")
    assert answer["answer_headers"]["X-Frame-Options"] == "DENY"


def test_an_update_that_is_refused_is_seen_with_the_reason(jira: JiraHost, app: FakeApp) -> None:
    jira.install(app.descriptor_url)
    app.extra = {"scopes": ["DIG"]}
    with pytest.raises(Refused) as refused:
        jira.install(app.descriptor_url)
    _, second = reads(jira)
    assert (second["app_key"], second["note"]) == (KEY, " ".join(refused.value.reasons))


def test_an_app_that_is_waited_for_is_one_line_with_all_tries(jira: JiraHost) -> None:
    with FakeApp() as gone:
        pass
    for _ in range(3):
        with pytest.raises(Refused, match="could not be read"):
            jira.install(gone.descriptor_url)
    (tried,) = reads(jira)
    assert [(attempt["status"], bool(attempt["error"])) for attempt in tried["attempts"]] == [(None, True)] * 3
    assert tried["state"] == "failed"


def test_a_descriptor_that_comes_in_pieces_from_elsewhere_is_read_whole(jira: JiraHost) -> None:
    with moved_app() as url:
        assert jira.install(f"{url}/old.json").descriptor["key"] == "moved"
    (read,) = reads(jira)
    assert f"{url}/new.json" in read["note"]


def test_the_answer_to_a_delivery_is_seen_with_its_headers(jira: JiraHost, app: FakeApp) -> None:
    jira.install(app.descriptor_url)
    servers = [delivery.attempts[0].answer_headers["Server"] for delivery in jira.deliveries]
    assert servers == [SERVER_SOFTWARE, SERVER_SOFTWARE]


def test_what_was_read_is_not_sent_again(jira: JiraHost, app: FakeApp) -> None:
    jira.install(app.descriptor_url)
    (read,) = reads(jira)
    status, told, _ = Asking(jira).ask("POST", f"/stand-in/deliveries/{read['id']}/again", {})
    assert (status, "by an update of its app" in told["errorMessages"][0]) == (400, True)
