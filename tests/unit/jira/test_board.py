"""The board: every column is counted, the newest of its issues are shown, and ten thousand are no burden."""

from __future__ import annotations

import pytest

from devkit.jira.host import JiraHost
from tests.unit.jira.asking import Asking

AT = "/stand-in/board?project=BUR"


def test_a_column_counts_all_and_shows_the_newest_first(jira: JiraHost) -> None:
    site = Asking(jira)
    jira.fill(issues=300, months=12, seed=7)
    newest = jira.create_issue("The newest")
    columns = site.ask("GET", AT)[1]
    assert [column["status"] for column in columns] == ["10000", "10001", "10002", "10003"]
    assert sum(column["count"] for column in columns) == 301
    assert columns[0]["issues"][0] == {"key": newest.key, "summary": "The newest"}
    done = columns[3]
    assert (done["count"] > 60, len(done["issues"])) == (True, 50)
    numbers = [int(issue["key"].partition("-")[2]) for issue in done["issues"]]
    assert numbers == sorted(numbers, reverse=True)
    more = site.ask("GET", f"{AT}&10003=60")[1]
    assert [len(column["issues"]) for column in more][3] == 60
    assert more[3]["issues"][:50] == done["issues"]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        (f"{AT}&10000=x", 400),
        (f"{AT}&10000=100000", 400),
        (f"{AT}&10000={'9' * 5000}", 400),
        ("/stand-in/board?project=NONE", 404),
        ("/stand-in/board", 404),
    ],
)
def test_a_board_that_can_not_be_shown_says_why(jira: JiraHost, path: str, status: int) -> None:
    assert Asking(jira).ask("GET", path)[0] == status


def test_whoever_may_not_see_the_project_does_not_see_its_board(jira: JiraHost) -> None:
    jira.forbid(jira.user("Hazel Nutt"), "BROWSE_PROJECTS")
    assert Asking(jira).ask("GET", AT)[0] == 403
