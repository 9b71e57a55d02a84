"""What the app does when something happens to an issue: functions that the worker calls in the background."""

from __future__ import annotations

from chalicelib.connect.errors import GiveUp
from chalicelib.connect.events import Delivery, Events
from chalicelib.time_in_status.changelog import issue_id
from chalicelib.time_in_status.store import Issues

events = Events()


@events.on("jira:issue_created", "jira:issue_updated")
def learn_issue(delivery: Delivery) -> None:
    """Remember where the issue is and, when it was moved, where it came from."""
    Issues(delivery.records).learn(_issue_id(delivery), delivery.body)


@events.on("jira:issue_deleted")
def forget_issue(delivery: Delivery) -> None:
    """Forget the issue."""
    Issues(delivery.records).forget(_issue_id(delivery))


def _issue_id(delivery: Delivery) -> str:
    identity = issue_id(delivery.body)
    if identity is None:
        raise GiveUp("The webhook names no issue.")
    return identity
