"""The cold starts: rounds in which every path is started once, beside a bare handler and one of Chalice alone.

All of a round are started one after another on one core, so that what slows the machine down slows all of them down:
figures are to be compared within one table only.
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path as FilePath

from devkit.bench.paths import Path, environment, rest_event
from devkit.bench.runtime import ColdStart, cold_start
from devkit.deploy.packages import install
from devkit.deploy.staging import REQUIREMENTS, Staging
from devkit.errors import DevkitError
from devkit.places import Places
from devkit.processes import run_program

CPU = FilePath("/sys/fs/cgroup/cpu")
"""Where Linux has the control group of processors (version 1)."""

PERIOD = 20_000
"""Lambda's own period, microseconds, in which a share of a core is given out."""

BARE = "def handler(event, context):\n    return {'statusCode': 204, 'body': ''}\n"
CHALICE = "from chalice.app import Chalice\napp = Chalice(app_name='x')\n@app.route('/x')\ndef x():\n    return {}\n"


@dataclass(frozen=True, slots=True)
class Row:
    """The medians of one path."""

    name: str
    init: float
    total: float
    memory: float
    ratio: float
    """How many times as long as the bare handler."""
    aim: float


def package(places: Places, home: FilePath) -> FilePath:
    """The package that Chalice makes of the project, in the folder `home`. Raises `DevkitError`."""
    packages = places.of("packages")
    log = home / "package.log"
    home.mkdir(parents=True, exist_ok=True)
    install(places.root / REQUIREMENTS, packages, dict(os.environ), log, lambda: None)
    staging = Staging(places.root, home / "project", "local", packages)
    staging.fill({})
    command: list[str | FilePath] = [FilePath(sys.executable).with_name("chalice"), "package", "--stage", "local"]
    shutil.rmtree(home / "out", ignore_errors=True)
    variables = {**os.environ, "AWS_DEFAULT_REGION": "us-east-1", "PYTHONDONTWRITEBYTECODE": "1"}
    if run_program([*command, str(home / "out")], staging.folder, variables, log, lambda: None):
        raise DevkitError(f"Chalice made no package: {log}")
    return home / "out" / "deployment.zip"


def unpack(made: FilePath, folder: FilePath) -> FilePath:
    """Makes `folder` hold what is in the package `made` and nothing else; returns it."""
    shutil.rmtree(folder, ignore_errors=True)
    with zipfile.ZipFile(made) as archive:
        archive.extractall(folder)
    return folder


def rounds(
    python: FilePath, made: FilePath, home: FilePath, paths: list[Path], endpoint: str, number: int, mb: int | None
) -> list[Row]:
    """The rows of `number` rounds of the package `made`, under the share of a core of a function of `mb`, or of all."""
    task, plain = unpack(made, home / "task"), home / "plain"
    shutil.rmtree(plain, ignore_errors=True)
    shutil.copytree(task / "chalice", plain / "chalice")
    (plain / "bare.py").write_text(BARE)
    (plain / "plain.py").write_text(CHALICE)
    subprocess.run([python, "-m", "compileall", "-q", plain], check=True)
    all_paths = [
        (plain, Path("bare handler", "bare.handler", {}, 1.0)),
        (plain, Path("Chalice alone", "plain.app", rest_event("GET", "/x"), 0.0)),
        *((task, path) for path in paths),
    ]
    starts: dict[str, list[ColdStart]] = {path.name: [] for _, path in all_paths}
    with _share(mb) as prefix:
        for _ in range(number):
            for folder, path in all_paths:
                command = [*prefix, str(python), "-m", "awslambdaric", path.handler]
                start = cold_start(command, folder, path.event, environment(endpoint), name=path.handler.split(".")[0])
                if not path.is_right(start.answer):
                    raise DevkitError(f"{path.name} was answered with {start.answer}")
                starts[path.name].append(start)
    return _rows(all_paths, starts)


def table(title: str, rows: list[Row]) -> str:
    """The rows as plain text."""
    lines = [title, f"{'path':<18}{'init ms':>9}{'first answer ms':>17}{'x bare':>8}{'aim':>6}{'peak MB':>9}"]
    for row in rows:
        aim = f"{row.aim:.1f}" if row.aim > 1 else ""
        lines.append(f"{row.name:<18}{row.init:>9.0f}{row.total:>17.0f}{row.ratio:>8.2f}{aim:>6}{row.memory:>9.1f}")
    return "\n".join(lines)


def _rows(paths: list[tuple[FilePath, Path]], starts: Mapping[str, list[ColdStart]]) -> list[Row]:
    def median(name: str, what: str) -> float:
        return float(statistics.median(getattr(start, what) for start in starts[name]))

    bare = median("bare handler", "total")
    return [
        Row(
            path.name,
            median(path.name, "init"),
            median(path.name, "total"),
            median(path.name, "memory"),
            median(path.name, "total") / bare,
            path.aim,
        )
        for _, path in paths
    ]


@contextmanager
def _share(mb: int | None) -> Iterator[list[str]]:
    """What to put before a command for the share of a core that Lambda gives to `mb`: a whole one at 1,769 MB
    (https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html). Raises `DevkitError`."""
    pinned = ["taskset", "-c", "0"]
    if mb is None:
        yield pinned
        return
    group = CPU / f"dormouse-bench-{os.getpid()}"
    try:
        group.mkdir()
    except OSError as fault:
        raise DevkitError(f"This machine does not let its processors be shared out ({CPU}): {fault}.") from fault
    try:
        (group / "cpu.cfs_period_us").write_text(str(PERIOD))
        (group / "cpu.cfs_quota_us").write_text(str(PERIOD * mb // 1769))
        join = f'echo $$ > {group}/cgroup.procs && exec "$@"'
        yield ["sh", "-c", join, "sh", *pinned]
    finally:
        group.rmdir()
