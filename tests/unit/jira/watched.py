"""A site, and an app on it that is told everything."""

from __future__ import annotations

from typing import Any

from devkit.jira.host import JiraHost
from devkit.jira.installations import Installation
from tests.unit.jira.asking import V3, Asking
from tests.unit.jira.fake_app import FakeApp

AGILE = "/rest/agile/1.0"
PROJECTS = ("created", "updated", "deleted", "soft_deleted", "restored_deleted", "archived", "restored_archived")
VERSIONS = ("created", "updated", "released", "unreleased", "moved", "deleted")
SPRINTS = ("created", "updated", "started", "closed", "deleted")
BOARDS = ("created", "updated", "configuration_changed", "deleted")
OPTIONS = ("voting", "watching", "unassigned_issues", "subtasks", "issuelinks", "timetracking")
EVERYTHING = (
    *(f"project_{deed}" for deed in PROJECTS),
    *(f"jira:version_{deed}" for deed in VERSIONS),
    *(f"sprint_{deed}" for deed in SPRINTS),
    *(f"board_{deed}" for deed in BOARDS),
    *(f"user_{deed}" for deed in ("created", "updated", "deleted")),
    *(f"option_{name}_changed" for name in OPTIONS),
)


class Watched(Asking):
    """A site with an app that waits for everything, and hands out what it has heard since it was last asked."""

    def __init__(self, jira: JiraHost, app: FakeApp) -> None:
        super().__init__(jira)
        self.app = app
        self.installed: Installation = jira.install(app.descriptor_url)
        self.app.calls.clear()

    def heard(self) -> list[Any]:
        """The bodies of all webhooks since the last question, by the time that they tell."""
        self.jira.settle()
        bodies = [call.json for call in self.app.calls]
        self.app.calls.clear()
        return sorted(bodies, key=lambda body: body["timestamp"])

    def events(self) -> list[str]:
        return [body["webhookEvent"] for body in self.heard()]

    def deed(self, method: str, path: str, body: object = None) -> tuple[int, Any]:
        """What a person does on a page: status and JSON."""
        status, told, _ = self.ask(method, path, body)
        return status, told


def project(site: Watched, key: str) -> str:
    """The key of a new project; nothing is left to hear of it."""
    assert site.deed("POST", f"{V3}/project", {"key": key, "name": f"The {key}"})[0] == 201
    site.heard()
    return key
