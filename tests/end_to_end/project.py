"""A copy of this project, in which a test may change files and run commands."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from devkit.places import ROOT, Places
from devkit.processes import free_port

COPIED = ("app.py", "chalicelib", "devkit", "static_site", ".chalice", "requirements.txt", "requirements-dev.txt")


class Project:
    """A copy of this project with state of its own, on ports of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.cloud_port, self.jira_port = free_port(), free_port()
        ignored = shutil.ignore_patterns("__pycache__", "deployed", "deployments")
        for name in COPIED:
            source = ROOT / name
            if source.is_dir():
                shutil.copytree(source, folder / name, ignore=ignored)
            else:
                shutil.copy2(source, folder / name)
        (folder / ".venv-cloud").symlink_to(ROOT / ".venv-cloud", target_is_directory=True)
        # What pip has once brought for this machine need not be brought again.
        packages, own = Places().of("packages"), Places(folder).of("packages")
        shutil.copytree(packages, own)
        shutil.copy2(packages.with_suffix(".lock"), own.with_suffix(".lock"))

    def left_over(self) -> list[str]:
        """The processes that have to do with this copy."""
        listed = subprocess.run(
            ["ps", "-A", "-ww", "-o", "stat=,args="], capture_output=True, text=True, check=True
        ).stdout
        return [line for line in listed.splitlines() if str(self.folder) in line and not line.startswith("Z")]

    def append(self, name: str, text: str) -> None:
        """Write `text` to the end of a file."""
        with (self.folder / name).open("a") as file:
            file.write(text)
