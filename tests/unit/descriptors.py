"""A descriptor without a fault, and with whichever one a test wants."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from chalicelib.connect.protocol.descriptor import faults

BASE_URL = "https://app.example.com/base"
EVENTS = ("comment_created", "jira:issue_updated")
ROUTES = ("/pages/{page}", "/things/{thing}")
PAGES = {"issue-panel"}

AUTHORED: dict[str, Any] = {
    "key": "my-app",
    "name": "My app",
    "vendor": {"name": "Me", "url": "https://example.com"},
    "scopes": ["READ"],
    "modules": {
        "webPanels": [
            {
                "key": "panel",
                "name": {"value": "Panel"},
                "location": "atl.jira.view.issue.right.context",
                "url": "/pages/issue-panel?issue={issue.id}",
            }
        ],
        "configurePage": {"key": "configure", "name": {"value": "Configure"}, "url": "/pages/issue-panel"},
        "webhooks": [{"event": "jira:issue_updated", "filter": "project = BUR"}],
    },
}


def authored(**changes: Any) -> dict[str, Any]:
    """A descriptor without a fault; `changes` replaces fields, and None removes one."""
    made = {**deepcopy(AUTHORED), **changes}
    return {name: value for name, value in made.items() if value is not None}


def modules(**changes: Any) -> dict[str, Any]:
    """A descriptor without a fault but for the modules in `changes`."""
    return authored(modules={**deepcopy(AUTHORED["modules"]), **changes})


def found(written: dict[str, Any], events: tuple[str, ...] = EVENTS, pages: set[str] | None = PAGES) -> list[str]:
    return faults(written, events=events, pages=pages, routes=ROUTES)


def panel(**changes: Any) -> dict[str, Any]:
    return {**AUTHORED["modules"]["webPanels"][0], **changes}
