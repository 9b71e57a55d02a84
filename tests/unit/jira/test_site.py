"""What happens on the site, how webhooks tell it, and that a restart forgets nothing."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import pytest

from devkit.jira import comments, payloads
from devkit.jira.edits import Changes
from devkit.jira.forms import document, instant, prose
from devkit.jira.happenings import Happening, SiteFault
from devkit.jira.model import Issue
from devkit.jira.shapes import Shapes
from devkit.jira.site import Site
from devkit.jira.store import Store, StoreFault

BASE = "http://localhost:2990"


class Played:
    """A site with a clock of its own, and all that has happened on it."""

    def __init__(self, store: Store | None = None) -> None:
        seconds = itertools.count(1_795_500_000)
        self.site = Site(store or Store(), lambda: float(next(seconds)))
        self.happenings: list[Happening] = []
        self.site.listeners.append(self.happenings.append)
        self.user = self.site.current_user

    def create(self, summary: str = "A burrow") -> Issue:
        return self.site.create_issue(summary, by=self.user, changes=Changes(description="Deep"))

    def move(self, issue: Issue, status: str) -> None:
        self.site.move(issue, self.site.status(status), by=self.user)

    def last_body(self) -> dict[str, Any]:
        return payloads.body(self.happenings[-1], Shapes(self.site, BASE, 2))


@pytest.fixture
def played() -> Played:
    return Played()


def test_a_created_issue_brings_a_changelog_whose_status_comes_from_nowhere(played: Played) -> None:
    played.create()
    body = played.last_body()
    assert (body["webhookEvent"], body["issue_event_type_name"]) == ("jira:issue_created", "issue_created")
    (item,) = [item for item in body["changelog"]["items"] if item["fieldId"] == "status"]
    assert (item["field"], item["from"], item["to"], item["toString"]) == ("Status", None, "10000", "To Do")
    assert [item["fieldId"] for item in body["changelog"]["items"]] == [
        *("summary", "description", "priority", "reporter", "status")
    ]
    reporter = body["changelog"]["items"][3]
    assert (reporter["toString"], reporter["tmpToAccountId"]) == (played.user.name, played.user.account_id)
    assert body["issue"]["fields"]["description"] == "Deep"
    assert body["user"]["accountId"] == played.user.account_id


def test_a_move_brings_the_status_item_and_the_id_of_the_change(played: Played) -> None:
    issue = played.create()
    played.move(issue, "In Progress")
    body = played.last_body()
    assert (body["webhookEvent"], body["issue_event_type_name"]) == ("jira:issue_updated", "issue_generic")
    assert body["changelog"]["id"] == issue.changes[-1].id
    (item,) = body["changelog"]["items"]
    assert (item["field"], item["from"], item["to"]) == ("status", "10000", "10001")
    assert body["timestamp"] >= issue.updated * 1000
    assert body["issue"]["fields"]["updated"] == instant(issue.updated)
    assert body["issue"]["fields"]["status"]["statusCategory"]["key"] == "indeterminate"


def test_a_move_to_done_sets_the_resolution_and_a_move_back_takes_it(played: Played) -> None:
    issue = played.create()
    played.move(issue, "Done")
    assert [item["field"] for item in played.last_body()["changelog"]["items"]] == ["resolution", "status"]
    assert played.last_body()["issue"]["fields"]["resolution"]["name"] == "Done"
    played.move(issue, "To Do")
    assert played.last_body()["issue"]["fields"]["resolution"] is None


def test_the_category_date_moves_with_the_category_alone(played: Played) -> None:
    issue = played.create()
    played.move(issue, "In Progress")
    entered = issue.category_changed
    played.move(issue, "In Review")
    assert issue.category_changed == entered


def test_a_move_to_where_it_is_already_is_nothing(played: Played) -> None:
    issue = played.create()
    played.move(issue, "To Do")
    assert [happening.event for happening in played.happenings] == ["jira:issue_created"]


def test_an_edit_brings_the_texts_before_and_after(played: Played) -> None:
    issue = played.create()
    played.site.edit(issue, Changes(summary="A deeper burrow"), by=played.user)
    body = played.last_body()
    assert body["issue_event_type_name"] == "issue_updated"
    (item,) = body["changelog"]["items"]
    assert (item["field"], item["fromString"], item["toString"]) == ("summary", "A burrow", "A deeper burrow")


def test_an_edit_that_is_refused_changes_nothing(played: Played) -> None:
    issue = played.create()
    with pytest.raises(SiteFault):
        played.site.edit(
            issue, Changes(summary="", description="Other", assignee=played.user.account_id), by=played.user
        )
    assert (issue.description, issue.assignee, len(played.happenings)) == ("Deep", None, 1)


def test_whoever_is_assigned_alone_is_told_as_that_and_else_as_one_update(played: Played) -> None:
    issue, mine = played.create(), Changes(assignee=played.user.account_id)
    played.site.edit(issue, mine, by=played.user)
    assert played.last_body()["issue_event_type_name"] == "issue_assigned"
    played.site.edit(issue, Changes(assignee="", summary="Other"), by=played.user)
    assert played.last_body()["issue_event_type_name"] == "issue_updated"
    assert [item["field"] for item in played.last_body()["changelog"]["items"]] == ["assignee", "summary"]


def test_a_comment_brings_a_part_of_the_issue_and_no_user(played: Played) -> None:
    issue = played.create()
    comments.add(played.site, issue, "Well dug", by=played.user)
    body = payloads.body(played.happenings[-2], Shapes(played.site, BASE, 2))
    assert body["webhookEvent"] == "comment_created"
    assert "user" not in body
    assert "issue_event_type_name" not in body
    assert body["comment"]["body"] == "Well dug"
    assert set(body["issue"]["fields"]) == {"summary", "issuetype", "project", "assignee", "priority", "status"}


def test_a_comment_is_an_update_of_its_issue_too_but_no_change(played: Played) -> None:
    issue = played.create()
    comment = comments.add(played.site, issue, "Well dug", by=played.user)
    comments.edit(played.site, issue, comment, "Well done", by=played.user)
    comments.remove(played.site, issue, comment, by=played.user)
    updates = [each for each in played.happenings if each.event == "jira:issue_updated"]
    bodies = [payloads.body(each, Shapes(played.site, BASE, 2)) for each in updates]
    assert [body["issue_event_type_name"] for body in bodies] == [
        *("issue_commented", "issue_comment_edited", "issue_comment_deleted")
    ]
    assert [body["comment"]["body"] for body in bodies] == ["Well dug", "Well done", "Well done"]
    assert all("changelog" not in body and "description" in body["issue"]["fields"] for body in bodies)


def test_a_deleted_issue_is_told_whole_without_changelog_and_its_comments_follow(played: Played) -> None:
    issue = played.create()
    comments.add(played.site, issue, "Well dug", by=played.user)
    played.site.delete(issue, by=played.user)
    deleted, comment = played.happenings[-2:]
    body = payloads.body(deleted, Shapes(played.site, BASE, 2))
    assert "changelog" not in body
    assert "issue_event_type_name" not in body
    assert body["issue"]["fields"]["summary"] == "A burrow"
    assert (comment.event, comment.secondary) == ("comment_deleted", True)


def test_a_payload_tells_the_issue_as_it_was_then(played: Played) -> None:
    issue = played.create()
    played.move(issue, "In Progress")
    moved = played.happenings[-1]
    played.move(issue, "Done")
    body = payloads.body(moved, Shapes(played.site, BASE, 2))
    assert body["issue"]["fields"]["status"]["name"] == "In Progress"


def test_the_issues_own_url_is_as_odd_as_in_jira_cloud(played: Played) -> None:
    issue = played.create()
    assert played.last_body()["issue"]["self"] == f"{BASE}/rest/api/2/{issue.id}"


@pytest.mark.parametrize("summary", ["", "  ", "x" * 256, "two\nlines"])
def test_a_summary_that_is_none_is_refused(played: Played, summary: str) -> None:
    with pytest.raises(SiteFault) as fault:
        played.create(summary)
    assert fault.value.field == "summary"
    assert played.happenings == []


def test_version_3_writes_texts_as_documents_and_version_2_plainly(played: Played) -> None:
    issue = played.create()
    assert Shapes(played.site, BASE, 3).fields(issue)["description"]["type"] == "doc"
    assert Shapes(played.site, BASE, 2).fields(issue)["description"] == "Deep"
    assert prose(document("one\n\nthree"), 3, "description") == "one\n\nthree"


def test_a_restart_forgets_nothing(tmp_path: Path) -> None:
    store = Store(tmp_path)
    before = Played(store)
    issue = before.create()
    before.move(issue, "Done")
    comments.add(before.site, issue, "Well dug", by=before.user)
    gone = before.create()
    before.site.delete(gone, by=before.user)
    store.close()

    after = Played(Store(tmp_path))
    assert after.site.issues() == [issue]
    assert after.site.issue("bur-1").status == "10003"
    newer = after.create()
    assert newer.key == "BUR-3", "the key of a deleted issue is not given again"
    assert int(newer.id) > int(gone.id)


def test_a_file_that_is_no_database_is_reported(tmp_path: Path) -> None:
    (tmp_path / "stand-in.sqlite").write_text("something else, and long enough to be read as a header " * 5)
    with pytest.raises(StoreFault, match="can not be used"):
        Store(tmp_path)


def test_what_fails_within_a_transaction_leaves_nothing_behind() -> None:
    store = Store()

    def fail() -> None:
        with store.transaction():
            store.put("kind", "id", {})
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert store.all("kind") == []
