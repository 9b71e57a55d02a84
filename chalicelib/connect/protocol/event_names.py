"""The names of events: what Jira calls them, and how those of dynamic webhooks are told from those of the descriptor.

An app may register webhooks per site and at run time, with a JQL of their own. All of an app's must have one URL, so
that the event stands in the body. A handler waits for them by a name of their own, ``dynamic:jira:issue_updated``: the
descriptor does not ask for these, and what both kinds of webhook tell is not handled twice.
Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-webhooks/
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import unquote, urlsplit

_EVENTS = """
    app_access_to_objects_blocked app_access_to_objects_in_container_blocked
    jira:issue_created jira:issue_updated jira:issue_deleted issue_property_set issue_property_deleted
    worklog_created worklog_updated worklog_deleted comment_created comment_updated comment_deleted
    attachment_created attachment_deleted issuelink_created issuelink_deleted
    issuetype_created issuetype_updated issuetype_deleted
    project_created project_updated project_deleted project_soft_deleted project_restored_deleted project_archived
    project_restored_archived
    jira:version_released jira:version_unreleased jira:version_created jira:version_moved jira:version_updated
    jira:version_deleted
    filter_created filter_updated filter_deleted user_created user_updated user_deleted
    option_voting_changed option_watching_changed option_unassigned_issues_changed option_subtasks_changed
    option_issuelinks_changed option_timetracking_changed option_timetracking_provider_changed
    sprint_created sprint_deleted sprint_updated sprint_started sprint_closed
    board_created board_updated board_deleted board_configuration_changed jira_expression_evaluation_failed
"""
WEBHOOK_EVENTS: Final = frozenset(_EVENTS.split())
"""What a descriptor may ask for: https://developer.atlassian.com/cloud/jira/platform/webhooks/"""

PREFIX: Final = "dynamic:"

_DYNAMIC_EVENTS = """
    jira:issue_created jira:issue_updated jira:issue_deleted issue_property_set issue_property_deleted
    comment_created comment_updated comment_deleted
    jira:version_released jira:version_unreleased jira:version_created jira:version_moved jira:version_updated
    jira:version_deleted
    sprint_created sprint_deleted sprint_updated sprint_started sprint_closed
"""
DYNAMIC_EVENTS: Final = frozenset(PREFIX + event for event in _DYNAMIC_EVENTS.split())

DYNAMIC_PATH: Final = "/webhooks/dynamic"
"""Below the app's base URL: where all dynamic webhooks come in."""


def event_name(segment: str, body: Mapping[str, Any]) -> str:
    """The event of a webhook that came to ``/webhooks/{segment}`` with `body`; empty where it names none."""
    if f"/webhooks/{segment}" != DYNAMIC_PATH:
        return segment
    told = body.get("webhookEvent")
    return PREFIX + told if isinstance(told, str) else ""


def event_name_of_url(url: str, body: Mapping[str, Any]) -> str:
    """The same for the whole `url` of a webhook; empty where it is none of the app's."""
    _, found, segment = urlsplit(url).path.rpartition("/webhooks/")
    return event_name(unquote(segment), body) if found and "/" not in segment else ""
