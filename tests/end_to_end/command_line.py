"""The devkit, called as a person calls it."""

from __future__ import annotations

import os
import subprocess
import sys

from devkit.places import ROOT
from tests.deployed_app import DeployedApp


def devkit(deployment: DeployedApp, *arguments: str) -> str:
    """What a command of the devkit prints."""
    done = subprocess.run(
        [sys.executable, "-m", "devkit", *arguments],
        cwd=ROOT,
        env={**os.environ, "DORMOUSE_CLOUD_PORT": str(deployment.cloud.port)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
