"""The package that is measured: the one that Chalice makes of this project."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

from devkit.deploy.packages import install
from devkit.deploy.staging import REQUIREMENTS, Staging
from devkit.errors import DevkitError
from devkit.places import Places
from devkit.processes import run_program

ROOTS = "amazon_roots.pem"
"""The package's own trust in AWS."""


def package(places: Places, home: Path) -> Path:
    """The package that Chalice makes of the project, in the folder `home`. Raises `DevkitError`."""
    packages = places.of("packages")
    log = home / "package.log"
    home.mkdir(parents=True, exist_ok=True)
    install(places.root / REQUIREMENTS, packages, dict(os.environ), log, lambda: None)
    staging = Staging(places.root, home / "project", "local", packages)
    staging.fill({})
    command: list[str | Path] = [Path(sys.executable).with_name("chalice"), "package", "--stage", "local"]
    shutil.rmtree(home / "out", ignore_errors=True)
    variables = {**os.environ, "AWS_DEFAULT_REGION": "us-east-1", "PYTHONDONTWRITEBYTECODE": "1"}
    if run_program([*command, str(home / "out")], staging.folder, variables, log, lambda: None):
        raise DevkitError(f"Chalice made no package: {log}")
    return home / "out" / "deployment.zip"


def unpack(made: Path, folder: Path) -> Path:
    """Makes `folder` hold what is in the package `made` and nothing else; returns it."""
    shutil.rmtree(folder, ignore_errors=True)
    with zipfile.ZipFile(made) as archive:
        archive.extractall(folder)
    return folder


def trust(task: Path, root: Path) -> None:
    """Adds the certificate `root` to those that the unpacked package `task` trusts for AWS: what it reads at a start
    is then what it reads on AWS, and one more. Raises `DevkitError` where it has no such file."""
    files = list(task.rglob(ROOTS))
    if not files:
        raise DevkitError(f"The package holds no {ROOTS}.")
    for file in files:
        file.write_bytes(file.read_bytes() + b"\n" + root.read_bytes())


def imports(python: Path, folder: Path) -> str:
    """What `app` in the unpacked package `folder` imports, and how long each import takes, as Python prints it."""
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
