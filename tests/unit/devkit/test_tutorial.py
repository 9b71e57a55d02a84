"""The app of docs/tutorial.md, made in a copy as the document says: it could be deployed, and it counts."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from devkit.deploy.configuration import configuration_faults
from devkit.places import ROOT

TUTORIAL = (ROOT / "docs/tutorial.md").read_text(encoding="utf-8")

COUNT = """
import json
from types import SimpleNamespace
import app

class Records(dict):
    def update(self, key, change):
        self[key] = change(self.get(key))

records = Records()
for comment in ("7", "8", "7"):
    body = {"comment": {"id": comment}, "issue": {"id": "10001"}}
    for handler in app.events.handlers("comment_created"):
        handler(SimpleNamespace(body=body, records=records))
print(json.dumps([app.comments(SimpleNamespace(issue_id="10001", records=records)), app.events.names()]))
"""


def make(project: Path) -> None:
    """Do in `project` what the document says: each block is a whole file, or a change of `app.py`."""
    for said, kind, text in re.findall(r"([^\n]*(?:\n[^\n`]*)?)\n\n```(\w+)\n(.*?)```", TUTORIAL, re.DOTALL):
        if kind == "diff":
            change(project / "app.py", text)
            continue
        path = project / re.findall(r"`(\w+/[\w./-]+)`", said)[0]
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")


def change(file: Path, difference: str) -> None:
    old, new = ("".join(f"{line[1:]}\n" for line in difference.splitlines() if line[0] != other) for other in "+-")
    text = file.read_text(encoding="utf-8")
    assert text.count(old) == 1, old
    file.write_text(text.replace(old, new), encoding="utf-8")


def test_the_app_of_the_tutorial_can_be_deployed_and_counts(tmp_path: Path) -> None:
    for name in ("chalicelib", ".chalice", "static_site"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("deployed", "deployments", "*.pyc"))
    shutil.copy2(ROOT / "app.py", tmp_path)
    make(tmp_path)
    assert configuration_faults(tmp_path, "dev", {}) == []

    shutil.rmtree(tmp_path / "chalicelib/time_in_status")
    counted = subprocess.run(
        [sys.executable, "-c", COUNT],
        cwd=tmp_path,
        env={**os.environ, "CONNECT_STAGE": "dev"},
        capture_output=True,
        text=True,
    )
    assert json.loads(counted.stdout) == [{"comments": 2}, ["comment_created"]], counted.stderr
