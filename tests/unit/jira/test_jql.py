"""As much JQL as the stand-in understands, and that it says where it does not."""

from __future__ import annotations

import pytest

from devkit.jira.jql import NotUnderstood, Query
from devkit.jira.site import Site
from devkit.jira.store import Store


@pytest.fixture(scope="module")
def site() -> Site:
    site = Site(Store())
    for status in ("To Do", "In Progress", "Done"):
        issue = site.create_issue(f"Was brought to {status}", by=site.current_user)
        site.move(issue, site.status(status), by=site.current_user)
    return site


@pytest.mark.parametrize(
    ("jql", "keys"),
    [
        ("project = BUR ORDER BY created ASC", ["BUR-1", "BUR-2", "BUR-3"]),
        ("project = bur order by key desc", ["BUR-3", "BUR-2", "BUR-1"]),
        ('project = "Burrow" AND status = "In Progress"', ["BUR-2"]),
        ("project in (BUR, OTHER) and status != Done order by id", ["BUR-1", "BUR-2"]),
        ("key not in (BUR-1, 'BUR-2')", ["BUR-3"]),
        ("project = OTHER", []),
        ("key = BUR-1 OR (status = Done AND NOT key = BUR-2) order by key", ["BUR-1", "BUR-3"]),
        ("statusCategory = indeterminate", ["BUR-2"]),
        ("resolution = Unresolved order by key", ["BUR-1", "BUR-2"]),
        ("resolution is not EMPTY", ["BUR-3"]),
        ("assignee is EMPTY and reporter = currentUser() order by key", ["BUR-1", "BUR-2", "BUR-3"]),
        ("assignee != currentUser()", []),
        ("priority = Medium and summary ~ 'progress'", ["BUR-2"]),
        ("created >= -1d and updated <= now() order by status desc", ["BUR-3", "BUR-2", "BUR-1"]),
        ('created < "2020-01-01"', []),
        ("labels = x", []),
    ],
)
def test_a_query_finds_its_issues_in_order(site: Site, jql: str, keys: list[str]) -> None:
    assert [issue.key for issue in Query(jql, site).ordered(site.issues())] == keys


@pytest.mark.parametrize(
    "jql",
    [
        *("votes = x", "status was Done", "project = BUR OR", "project =", "AND", "a", "key in ()", "(key = BUR-1"),
        *("created > yesterday", "summary = x", "status is Done", "project = BUR order by votes", '"', "(" * 500),
    ],
)
def test_what_is_beyond_it_is_named(site: Site, jql: str) -> None:
    with pytest.raises(NotUnderstood):
        Query(jql, site)


def test_an_empty_query_is_not_bounded(site: Site) -> None:
    assert not Query("order by created", site).is_bounded
    assert Query("project = BUR", site).is_bounded


def test_the_current_user_is_whoever_asks(site: Site) -> None:
    robin = next(user for user in site.users.values() if user.name == "Robin Sedge")
    assert Query("reporter = currentUser()", site, robin).ordered(site.issues()) == []
    assert len(Query("reporter != currentUser()", site, robin).ordered(site.issues())) == 3
