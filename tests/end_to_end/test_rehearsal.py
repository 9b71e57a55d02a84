"""A stage from its first deploy to its end, as a person takes it there, timed: ``make rehearse`` shows the table."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from devkit.cloud.embedded import EmbeddedCloud
from tests.end_to_end.person import STAGE, Person, left_of
from tests.end_to_end.project import Project

CHANGED = "app.py and a page changed"


@pytest.mark.long_drill
def test_a_stage_is_deployed_changed_packaged_rolled_back_and_destroyed(
    project: Project, cloud: EmbeddedCloud, tmp_path: Path
) -> None:
    person, rows = Person(project, cloud), list[str]()

    def timed(what: str, command: str, *options: str) -> str:
        begun = time.monotonic()
        code, said = person.run(command, *options)
        rows.append(f"| {what} | `python -m devkit {command}` | {time.monotonic() - begun:.1f} |")
        assert code == 0, said
        return said

    timed("first deploy", "deploy", "--yes")
    assert "nothing has changed" in timed("deploy of the same", "deploy", "--yes")
    project.append("app.py", "\n# Another package.\n")
    project.append("static_site/jira.js", "\n// Another site.\n")
    assert "will be deployed by chalice" in timed(f"deploy, {CHANGED}", "deploy", "--yes")
    timed("template for a pipeline", "package", str(tmp_path / "out"))
    assert "version 1 again" in timed("rollback", "rollback", "--yes")
    timed("status", "status")
    timed("destroy", "destroy", "--yes")
    assert left_of(STAGE, cloud) == []
    print("\n".join(["", "| what | command | seconds |", "|---|---|---|", *rows]))  # noqa: T201 - the table is what it is for
