"""An issue in the hands of a test: it says how it stands, and does what a person would do with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from devkit.jira.model import Comment, Issue

if TYPE_CHECKING:
    from devkit.jira.host import JiraHost


class LiveIssue:
    """One issue of a `JiraHost`; each deed is done, and its webhooks are on their way, when the call returns."""

    def __init__(self, host: JiraHost, issue: Issue) -> None:
        self._host = host
        self._issue = issue

    @property
    def key(self) -> str:
        """Such as ``BUR-1``."""
        return self._issue.key

    @property
    def id(self) -> str:
        """Such as ``10001``."""
        return self._issue.id

    @property
    def status(self) -> str:
        """The name of the status that it is in."""
        return self._host.status_of(self._issue)

    def move(self, status: str) -> None:
        """Brings it into the status of a name."""
        self._host.move(self._issue, status)

    def edit(self, summary: str) -> None:
        """Changes its summary."""
        self._host.edit(self._issue, summary)

    def comment(self, text: str) -> Comment:
        """Adds a comment."""
        return self._host.comment(self._issue, text)

    def set_property(self, key: str, value: Any) -> None:
        """Sets a property."""
        self._host.set_property(self._issue, key, value)

    def delete(self) -> None:
        """Deletes it."""
        self._host.delete(self._issue)

    def context_token(self, app_key: str) -> str:
        """The token that a page of an app, shown beside it, gets over the bridge; raises `LookupError`."""
        return self._host.context_token(app_key, self._issue)
