"""Who starts in a round of cold starts: each a program, an event, and what is to be right about the answer."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from devkit.bench.packages import trust, unpack
from devkit.bench.paths import PATHS, environment, rest_event
from devkit.bench.paths import Path as AppPath

BARE = "def handler(event, context):\n    return {'statusCode': 204, 'body': ''}\n"
CHALICE = "from chalice.app import Chalice\napp = Chalice(app_name='x')\n@app.route('/x')\ndef x():\n    return {}\n"

BARE_NAME = "bare handler"


@dataclass(frozen=True, slots=True)
class Contender:
    """One row of the tables."""

    name: str
    command: tuple[str, ...]
    """A client of Lambda's Runtime API."""
    folder: Path
    function: str
    event: Callable[[], Mapping[str, Any]]
    """Makes its event, anew for each start."""
    environment: Mapping[str, str]
    is_right: Callable[[Any], bool]
    aim: float = 0.0
    """How many times as long as the bare handler it may take; 0: as long as it likes."""


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Where AWS is: by HTTP, by TLS, and the root to trust for that."""

    http: str
    https: str
    root: Path


def contenders(python: Path, made: Path, home: Path, aws: Endpoints) -> list[Contender]:
    """A bare handler, one of Chalice alone, and the app out of the package `made` on each of its paths.

    All run by the interpreter `python`, whose environment stands for Lambda's runtime; `home` is theirs.
    """
    task, plain = unpack(made, home / "task"), home / "plain"
    trust(task, aws.root)
    _make_plain(python, task, plain)

    def contender(folder: Path, path: AppPath) -> Contender:
        return Contender(
            name=path.name,
            command=(str(python), "-m", "awslambdaric", path.handler),
            folder=folder,
            function=path.handler.split(".")[0],
            event=path.event,
            environment=environment(aws.https if path.is_secure else aws.http),
            is_right=path.is_right,
            aim=path.aim,
        )

    return [
        contender(plain, AppPath(BARE_NAME, "bare.handler")),
        contender(plain, AppPath("Chalice alone", "plain.app", lambda: rest_event("GET", "/x"))),
        *(contender(task, path) for path in PATHS),
    ]


def _make_plain(python: Path, task: Path, plain: Path) -> None:
    """A folder with Chalice as the package has it, and a handler that does nothing with and one without it."""
    shutil.rmtree(plain, ignore_errors=True)
    shutil.copytree(task / "chalice", plain / "chalice")
    (plain / "bare.py").write_text(BARE)
    (plain / "plain.py").write_text(CHALICE)
    subprocess.run([python, "-m", "compileall", "-q", plain], check=True)
