"""The peer: the same app as far as it is measured, written with Atlassian's own framework for Express on Node.

It is started as the app is, under a client of the Runtime API, and answers the same signed webhook, with the same AWS
beside it. See `devkit/bench/express`; its packages are pinned by a lock file, and none of their scripts is run.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

from devkit.bench.contenders import Contender
from devkit.bench.paths import CLIENT_KEY, INSTALL, SECRET, environment, webhook_event
from devkit.errors import DevkitError
from devkit.processes import run_program

SOURCES = Path(__file__).with_name("express")
STAMP = "dormouse-stamp"

TENANT = {"clientKey": CLIENT_KEY, "sharedSecret": SECRET, **{name: INSTALL[name] for name in ("key", "baseUrl")}}
"""The tenant as that framework stores it."""

IN_MEMORY, STORED, BUNDLED = "Express, in memory", "Express, DynamoDB", "Express, DynamoDB, bundled"

Find = Callable[[str], str | None]


def missing(find: Find = shutil.which) -> str:
    """Why the peer can not be measured here; empty where it can."""
    names = [name for name in ("node", "npm") if find(name) is None]
    return f"THE PEER WAS NOT MEASURED: there is no {' and no '.join(names)} on this machine." if names else ""


def contenders(home: Path, endpoint: str) -> list[Contender]:
    """The peer with each of its stores, and as one file, with AWS at `endpoint`; it is kept in the folder `home`.

    Raises `DevkitError` where npm can not install it.
    """
    folder = _installed(home / "express")

    def contender(name: str, folder: Path, store: str) -> Contender:
        return Contender(
            name=name,
            command=("node", str(home / "express/runtime.js"), "app.js"),
            folder=folder,
            function="api",
            event=webhook_event,
            environment={
                **environment(endpoint),
                "NODE_ENV": "production",
                "PEER_STORE": store,
                "PEER_TENANT": json.dumps(TENANT),
            },
            is_right=lambda answer: isinstance(answer, dict) and answer.get("statusCode") == 204,
        )

    return [
        contender(IN_MEMORY, folder, "memory"),
        contender(STORED, folder, "dynamodb"),
        contender(BUNDLED, folder / "bundle", "dynamodb"),
    ]


def _installed(folder: Path) -> Path:
    """The peer with its packages, and its bundle, in `folder`; made anew where a file of it has changed."""
    digest = hashlib.sha256()
    for source in sorted(SOURCES.iterdir()):
        digest.update(source.read_bytes())
    stamp = folder / STAMP
    if stamp.is_file() and stamp.read_text() == digest.hexdigest():
        return folder
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(SOURCES, folder)
    _run("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", folder=folder)
    # `longjohn` is wanted by a package, but only where it is there.
    options = ("--bundle", "--minify", "--platform=node", "--target=node18", "--external:longjohn")
    _run("node_modules/.bin/esbuild", "app.js", *options, "--outfile=bundle/app.js", folder=folder)
    for name in ("config.json", "atlassian-connect.json"):
        shutil.copy2(folder / name, folder / "bundle" / name)
    stamp.write_text(digest.hexdigest())
    return folder


def _run(*command: str, folder: Path) -> None:
    log = folder / "install.log"
    if run_program(command, folder, os.environ, log, lambda: None):
        raise DevkitError(f"{command[0]} failed: {log}")
