"""The smoke test of a deployed app: what it takes for well, and what it complains of."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

import pytest

from devkit.deploy.smoke import Smoke
from devkit.errors import DevkitError

BASE = "https://a1b2.execute-api.eu-central-1.amazonaws.com/dev"
GOOD = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"}
FRAMED = {**GOOD, "Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": "frame-ancestors 'self'"}
DESCRIPTOR = {
    "baseUrl": BASE,
    "modules": {"webPanels": [{"url": "/pages/panel?issue={issue.id}"}], "jiraProjectPages": [{"url": "/pages/panel"}]},
}


@dataclass
class Answered:
    """An answer of the app."""

    status: int
    data: bytes = b""
    headers: dict[str, str] = field(default_factory=lambda: dict(GOOD))


def smoke(base_url: str = BASE, **changes: Any) -> str:
    """What the smoke test of an app finds that answers as it must but for `changes`."""
    answers = {
        "descriptor": Answered(200, json.dumps(DESCRIPTOR).encode()),
        "install": Answered(401),
        "page": Answered(200, b"<html>", FRAMED),
        **changes,
    }
    paths = {
        ("GET", f"{BASE}/atlassian-connect.json"): "descriptor",
        ("POST", f"{BASE}/installed"): "install",
        ("GET", f"{BASE}/pages/panel"): "page",
    }
    return Smoke(BASE, base_url, lambda method, url: answers[paths[method, url]], lambda seconds: None).check()


def test_an_app_that_answers_as_it_must_is_said_to() -> None:
    assert smoke() == "descriptor, unsigned install, headers, 1 page"


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"descriptor": Answered(200, b"<html>")}, "Its descriptor is none: 200 '<html>'"),
        ({"base_url": "https://app.example.com"}, f"Its descriptor says {BASE} for baseUrl"),
        ({"install": Answered(204)}, "An install without a token is answered with 204, and must be with 401"),
        ({"install": Answered(401, headers={})}, "The refused install comes with None as x-content-type-options"),
        ({"page": Answered(503, b"down", FRAMED)}, "The page /pages/panel is answered with 503: 'down'"),
        ({"page": Answered(200, b"", {"Content-Type": "text/html"})}, "does not say who may frame it"),
    ],
)
def test_what_is_wrong_is_named(changes: dict[str, Any], complaint: str) -> None:
    with pytest.raises(DevkitError, match="The app is deployed, but does not answer as it must") as fault:
        smoke(**changes)
    assert complaint in str(fault.value)


def test_all_that_is_wrong_is_named_at_once() -> None:
    with pytest.raises(DevkitError) as fault:
        smoke(install=Answered(500), page=Answered(404, b"", FRAMED))
    assert "with 500" in str(fault.value)
    assert "with 404" in str(fault.value)
