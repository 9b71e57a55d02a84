"""Where each kind of module is shown in the stand-in, and which kinds it only lists.

Source: https://developer.atlassian.com/cloud/jira/platform/about-jira-modules/
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from devkit.jira.descriptor import Module

PAGES: Final = {
    "generalPages": "Page",
    "adminPages": "Administration page",
    "configurePage": "Configuration page",
    "postInstallPage": "First page",
    "jiraProjectPages": "Project page",
    "jiraProjectAdminTabPanels": "Project administration",
    "jiraReports": "Report",
    "jiraProfileTabPanels": "Profile",
    "jiraIssueTabPanels": "Issue tab",
    "jiraDashboardItems": "Dashboard gadget",
    "jiraBackgroundScripts": "Background script",
    "dialogs": "Dialog",
}
"""The kinds that have a page of their own, and what a person calls them."""

FOR_ADMINISTRATORS: Final = {"adminPages", "configurePage", "postInstallPage"}

WITHOUT_PAGE: Final = {"webhooks"}
"""The kinds that work without being seen."""

PARTS: Final = {"dialogs", "jiraBackgroundScripts", "jiraDashboardItems", "jiraIssueTabPanels"}
"""The kinds of pages that have not the window to themselves."""

_OPERATIONS: Final = ("top-level", "work", "attachments", "voteswatchers", "subtasks", "operations", "delete")

ITEM_PLACES: Final = {
    "jira.issue.tools": "issue",
    **{f"operations-{name}": "issue" for name in _OPERATIONS},
    "jira.project.sidebar.plugins.navigation": "project",
    "jira.project.sidebar.navigation": "project",
    "system.top.navigation.bar": "top",
    "system.user.options": "user",
    "system.user.options/personal": "user",
    "system.user.options/jira-help": "user",
}
"""By location of a web item or section, on which part of a page it is shown."""


def is_shown(module: Module, sections: Mapping[str, str] | None = None) -> bool:
    """Whether the module can be seen or felt here; `sections` are its app's, their locations by key."""
    location = str(module.raw.get("location"))
    if module.kind in ("webItems", "webSections"):
        return (sections or {}).get(location, location) in ITEM_PLACES
    return module.is_issue_panel or module.kind in WITHOUT_PAGE or (module.kind in PAGES and bool(module.url))


def sections_of(modules: Iterable[Module]) -> dict[str, str]:
    """The locations of an app's sections, by key."""
    return {module.key: str(module.raw.get("location")) for module in modules if module.kind == "webSections"}
