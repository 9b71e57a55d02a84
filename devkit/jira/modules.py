"""Where each kind of module is shown in the stand-in, and which kinds it only lists.

Source: https://developer.atlassian.com/cloud/jira/platform/about-jira-modules/
"""

from __future__ import annotations

from typing import Final

from devkit.jira.descriptor import Module

PAGES: Final = {
    "generalPages": "Page",
    "adminPages": "Administration page",
    "configurePage": "Configuration page",
    "postInstallPage": "First page",
    "jiraProjectPages": "Project page",
    "jiraProjectAdminTabPanels": "Project administration",
    "jiraDashboardItems": "Dashboard gadget",
    "dialogs": "Dialog",
}
"""The kinds that have a page of their own, and what a person calls them."""

FOR_ADMINISTRATORS: Final = {"adminPages", "configurePage", "postInstallPage"}

WITHOUT_PAGE: Final = {"webhooks"}
"""The kinds that work without being seen."""


def is_shown(module: Module) -> bool:
    """Whether the module can be seen or felt here."""
    return module.is_issue_panel or module.kind in WITHOUT_PAGE or (module.kind in PAGES and bool(module.url))
