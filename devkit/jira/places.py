"""Where a page of an app is shown: beside an issue, in a project, on the dashboard, or on its own.

Source: https://developer.atlassian.com/cloud/jira/platform/context-parameters/
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import quote

from devkit.jira.descriptor import on_the_wire
from devkit.jira.model import Issue, Json, Project
from devkit.jira.site import Site

_VARIABLE = re.compile(r"\$?\{([^{}]+)\}")


@dataclass(frozen=True, slots=True)
class Place:
    """A place; `more` are further context parameters by name, such as those that an app gives to its own page."""

    issue: Issue | None = None
    project: Project | None = None
    more: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, site: Site, asked: Mapping[str, str]) -> Place:
        """The place of a query: an issue or a project by key or id, and whatever else; raises `SiteFault`."""
        issue = site.issue(asked["issue"]) if asked.get("issue") else None
        project = site.projects[issue.project] if issue else None
        if project is None and asked.get("project"):
            project = site.project(asked["project"])
        more = {name: str(value) for name, value in asked.items() if name not in ("app", "module", "issue", "project")}
        return cls(issue, project, more)

    @classmethod
    def beside(cls, issue: Issue, site: Site) -> Place:
        """Beside an issue."""
        return cls(issue, site.projects[issue.project])

    def parameters(self, site: Site) -> dict[str, str]:
        """The values of all context parameters here."""
        values = dict(self.more)
        if self.project is not None:
            values |= {"project.id": self.project.id, "project.key": self.project.key}
        if self.issue is not None:
            values |= {"issue.id": self.issue.id, "issue.key": self.issue.key, "issuetype.id": self.issue.type}
        user = site.current_user
        # The second name is the older one, which descriptors still have.
        return {**values, "user.accountId": user.account_id, "user.id": user.account_id}

    def context(self) -> Json:
        """What ``AP.context.getContext()`` and context tokens tell of it."""
        jira: Json = {}
        if self.issue is not None:
            jira["issue"] = {"id": self.issue.id, "key": self.issue.key, "issuetype": {"id": self.issue.type}}
        if self.project is not None:
            jira["project"] = {"id": self.project.id, "key": self.project.key}
        if "dashboardItem.id" in self.more:
            jira["dashboardItem"] = {"id": self.more["dashboardItem.id"]}
            jira["dashboard"] = {"id": self.more.get("dashboard.id", "")}
        return {"jira": jira} if jira else {}


def filled_in(url: str, place: Place, site: Site, conditions: Mapping[str, bool] | None = None) -> str:
    """A module's URL with its context parameters, such as ``{issue.key}``, replaced; unknown ones become empty.

    `conditions` are those that the URL asks about as ``{condition.user_is_admin}``, by name.
    """
    values = place.parameters(site)
    values |= {f"condition.{name}": str(holds).lower() for name, holds in (conditions or {}).items()}
    return on_the_wire(_VARIABLE.sub(lambda name: quote(values.get(name[1].strip(), ""), safe=""), url))
