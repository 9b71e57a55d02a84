"""The table of the routes: every one is closed unless it says what opens it."""

from __future__ import annotations

import pytest
from chalice.app import Response

from chalicelib.connect.jira.permissions import Permissions
from chalicelib.connect.web.responses import HEADERS
from chalicelib.connect.web.routes import Route
from devkit import routes
from tests.api_gateway import rest_event
from tests.loaded_app import ROOT, Context, LoadedApp
from tests.unit.bench import Bench

PUBLIC = {"/atlassian-connect.json", "/pages/{page}"}
"""What anyone may read. A route that joins them is a decision: it is added here by hand."""


def test_no_route_is_public_but_the_descriptor_and_the_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    table = LoadedApp(monkeypatch).connect.routes.table
    assert {each.path for each in table if each.token == "none"} == PUBLIC
    assert all(set(each.methods) == {"GET", "HEAD"} for each in table if each.token == "none")


def test_every_route_of_chalice_names_the_token_that_opens_it(monkeypatch: pytest.MonkeyPatch) -> None:
    loaded = LoadedApp(monkeypatch)
    served = {(method, path) for path, methods in loaded.app.routes.items() for method in methods}
    assert served == set(loaded.connect.routes.token_kinds)


def test_every_closed_route_refuses_a_request_without_a_token(monkeypatch: pytest.MonkeyPatch) -> None:
    loaded = LoadedApp(monkeypatch)
    closed = [key for key, kind in loaded.connect.routes.token_kinds.items() if kind != "none"]
    for method, path in closed:
        event = rest_event(method, path.replace("{event}", "jira:issue_updated"), resource=path, body="{}")
        assert loaded.request(event)[0] == 401, path
    assert len(closed) >= 6


@pytest.mark.parametrize(("method", "path"), [("GET", "/leak"), ("POST", "/leak"), ("DELETE", "/api/data")])
def test_a_route_that_was_added_past_the_table_is_closed(method: str, path: str) -> None:
    bench = Bench()

    def leak() -> Response:
        return Response("everything")

    bench.app.route(path, methods=[method])(leak)
    answer = bench.app(rest_event(method, path, body="{}"), Context())

    assert answer["statusCode"] == 403
    assert "everything" not in answer["body"]
    assert HEADERS.items() <= answer["headers"].items()


def test_the_table_in_the_document_is_the_one_of_the_code() -> None:
    assert routes.documented(ROOT) == routes.as_table(routes.read(ROOT)), "Run `python -m devkit routes`."


def test_every_route_says_what_data_it_touches() -> None:
    assert [each.path for each in routes.read(ROOT) if not each.touches] == []


def test_the_table_shows_the_permissions_that_a_route_asks_for() -> None:
    asked = Permissions(issue=("BROWSE_PROJECTS", "EDIT_ISSUES"), everywhere=("ADMINISTER",))
    table = routes.as_table([Route(("GET", "PUT"), "/api/x", "context", asked, "reads x")])
    row = "| GET, PUT | `/api/x` | context | issue: BROWSE_PROJECTS, EDIT_ISSUES; everywhere: ADMINISTER | reads x |"
    assert table.splitlines()[-1] == row
