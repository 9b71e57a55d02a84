"""`make bench`: the figures of this machine, as a table."""

from __future__ import annotations

import platform
import subprocess
import sys
import time
from pathlib import Path

from devkit.bench.aws_stub import AwsStub
from devkit.bench.cold import package, rounds, table, unpack
from devkit.bench.paths import TENANT, paths
from devkit.environments import BENCH, build_missing
from devkit.places import Places

SHARE = 512
"""The memory of the app's functions, MB; it decides their share of a core."""


def bench(places: Places, number: int, *, profile: bool) -> None:
    """Prints the tables of `number` rounds; with `profile` what a webhook imports, and how long that takes, instead.

    Raises `DevkitError` where something can not be measured.
    """
    build_missing((BENCH,), places, sys.stderr)
    python, home = places.root / BENCH.name / "bin/python", places.of("bench")
    made = package(places, home)
    if profile:
        print(_imports(python, unpack(made, home / "task")))
        return
    print(f"{time.strftime('%Y-%m-%d')}, {platform.machine()}, Python {platform.python_version()}, {number} rounds;")
    print(f"the package has {made.stat().st_size / 1e6:.1f} MB.\n")
    with AwsStub(TENANT).serving() as aws:
        for mb in (None, SHARE):
            title = "One whole core" if mb is None else f"The share of a core that {mb} MB have"
            print(table(title, rounds(python, made, home, paths(), aws.url, number, mb)), end="\n\n", flush=True)


def _imports(python: Path, folder: Path) -> str:
    variables = {"CONNECT_STAGE": "local", "AWS_LAMBDA_FUNCTION_NAME": "profile", "PATH": "/usr/bin:/bin"}
    command: list[str | Path] = [
        python,
        "-X",
        "importtime",
        "-c",
        "import sys; sys.path.append('vendor'); import chalicelib; import app",
    ]
    done: subprocess.CompletedProcess[str] = subprocess.run(
        command, cwd=folder, env=variables, capture_output=True, text=True, check=True
    )
    return done.stderr
