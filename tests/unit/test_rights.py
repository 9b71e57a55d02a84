"""Policies that do not let the functions open secrets stop a `chalice deploy` by hand."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from chalicelib.connect.errors import SettingsError
from chalicelib.connect.rights import check_rights
from chalicelib.connect.settings import Settings
from tests.loaded_app import ROOT

SEALED = Settings(stage="dev", secrets_key="alias/secrets")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("api", "worker", "jobs", "schedules"):
        (tmp_path / f"policy-dev-{name}.json").write_text('{"Action": ["kms:Decrypt"]}')
    return tmp_path


def test_policies_that_allow_it_are_well(folder: Path) -> None:
    check_rights(SEALED, folder)


@pytest.mark.parametrize("name", ["api", "worker", "jobs"])
def test_one_that_does_not_stops_the_deploy_with_the_way_out(name: str, folder: Path) -> None:
    (folder / f"policy-dev-{name}.json").write_text("{}")

    with pytest.raises(SettingsError, match=rf"policy-dev-{name}\.json in \.chalice .* `make deploy STAGE=dev`"):
        check_rights(SEALED, folder)
    check_rights(Settings(stage="dev"), folder)


def test_schedules_open_nothing(folder: Path) -> None:
    (folder / "policy-dev-schedules.json").write_text("{}")
    check_rights(SEALED, folder)


@pytest.mark.parametrize(("imported", "stops"), [("chalice.cli, app", True), ("app", False)])
def test_it_is_chalices_own_deploy_that_is_stopped(imported: str, stops: bool) -> None:
    """And not the look at the configuration by `make deploy`, whose copies of the policies have the right."""
    done = subprocess.run(
        [sys.executable, "-c", f"import {imported}"],
        cwd=ROOT,
        env={**os.environ, "CONNECT_STAGE": "dev", "CONNECT_SECRETS_KEY": "alias/secrets"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ("policy-dev-api.json, policy-dev-worker.json, policy-dev-jobs.json in .chalice" in done.stderr) is stops
    assert (done.returncode == 1) is stops
