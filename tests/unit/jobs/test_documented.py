"""The job of docs/jobs.md does what the page says."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from chalicelib.connect.jobs import Jobs
from chalicelib.connect.values import replace
from tests.unit.calls.calls import Calls
from tests.unit.calls.jira_server import JiraServer, Reply

PAGE = Path(__file__).parents[3] / "docs" / "jobs.md"


def test_the_documented_job_reads_page_after_page_and_goes_on_where_it_was(calls: Calls, server: JiraServer) -> None:
    names: dict[str, Any] = {}
    exec(re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)[0], names)  # noqa: S102
    jobs: Jobs = names["jobs"]
    pages = [
        {"issues": [{"id": "1", "fields": {"summary": "Dig a tunnel"}}], "nextPageToken": "a"},
        {"issues": [{"id": "2", "fields": {"summary": "Sleep"}}], "isLast": True},
    ]
    server.replies(*(Reply(json=page) for page in pages))
    job = calls.job()

    (place,) = list(jobs.function("count-words")(job) or ())

    assert place == {"next": {"nextPageToken": "a"}}
    assert (job.records.get("words/1"), job.records.get("words/2")) == ({"words": 3}, {"words": 1})
    assert job.progress == {"issues": 2}
    assert list(jobs.function("count-words")(replace(job, place=place)) or ()) == []
    assert server.seen[-1].json["nextPageToken"] == "a"
