"""The copy of the project from which Chalice deploys."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from devkit.deploy.staging import Staging, check_stage
from devkit.errors import DevkitError

CONFIG = {
    "version": "2.0",
    "app_name": "dormouse",
    "stages": {"local": {"environment_variables": {"CONNECT_STAGE": "local", "KEPT": "1"}}, "dev": {}},
}


COMPILED = ("__pycache__", "chalice")
"""What `vendor/` has besides packages: app.py and Chalice's own modules, compiled."""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "root"
    for folder in (".chalice/deployed", "chalicelib/__pycache__", "static_site", "docs"):
        (root / folder).mkdir(parents=True)
    for name in ("app.py", "requirements.txt", "chalicelib/a.py", "chalicelib/__pycache__/a.pyc", "docs/x.md"):
        (root / name).write_text(f"# {name}\n")
    (root / "static_site/page.html").write_text("<p>")
    (root / ".chalice/policy-local.json").write_text("{}")
    (root / ".chalice/config.json").write_text(json.dumps(CONFIG))
    return root


@pytest.fixture
def staging(root: Path, tmp_path: Path) -> Staging:
    packages = tmp_path / "packages"
    (packages / "jwt").mkdir(parents=True)
    return Staging(root, tmp_path / "copy", "local", packages)


def test_the_copy_holds_what_chalice_ships_with_the_settings_of_the_stage(staging: Staging, root: Path) -> None:
    before = (root / ".chalice/config.json").read_text()

    staging.fill({"CONNECT_BASE_URL": "http://a"})

    copy = staging.folder
    assert (copy / "app.py").read_text() == "# app.py\n"
    assert {path.name for path in (copy / "chalicelib").iterdir()} == {"a.py", "__pycache__"}
    assert not (copy / "docs").exists()
    assert (copy / ".chalice/policy-local.json").read_text() == "{}"
    config = json.loads((copy / ".chalice/config.json").read_text())
    assert config["stages"]["local"]["environment_variables"] == {
        "CONNECT_STAGE": "local",
        "KEPT": "1",
        "CONNECT_BASE_URL": "http://a",
    }
    assert config["stages"]["dev"] == {}
    assert (root / ".chalice/config.json").read_text() == before


def test_the_pages_are_seen_from_the_copy(staging: Staging) -> None:
    staging.fill({})

    assert (staging.folder / "static_site/page.html").read_text() == "<p>"


def test_a_local_stage_ships_its_packages_as_vendor_and_a_real_one_leaves_them_to_chalice(
    staging: Staging, root: Path, tmp_path: Path
) -> None:
    staging.fill({})
    assert (staging.folder / "vendor/jwt").is_dir()
    assert (staging.folder / "requirements.txt").read_text() == ""

    real = Staging(root, tmp_path / "real", "dev")
    real.fill({})
    assert not list((real.folder / "vendor").rglob("*.py"))
    assert (real.folder / "requirements.txt").read_text() == "# requirements.txt\n"


def test_a_projects_own_vendor_folder_is_shipped_too(staging: Staging, root: Path) -> None:
    (root / "vendor/own").mkdir(parents=True)

    for _ in range(2):
        staging.fill({})
        assert {path.name for path in (staging.folder / "vendor").iterdir()} == {"own", "jwt", *COMPILED}
    (root / "vendor/own").rmdir()
    (root / "vendor").rmdir()
    staging.fill({})
    assert {path.name for path in (staging.folder / "vendor").iterdir()} == {"jwt", *COMPILED}
    assert staging.packages
    assert (staging.packages / "jwt").is_dir(), "the shared packages are linked, not moved"


def test_what_is_gone_from_the_project_is_gone_from_the_copy(staging: Staging, root: Path) -> None:
    staging.fill({})
    (root / "chalicelib/a.py").rename(root / "chalicelib/b.py")
    (root / ".chalice/policy-local.json").unlink()

    staging.fill({})

    assert {path.name for path in (staging.folder / "chalicelib").iterdir()} == {"b.py", "__pycache__"}
    assert [path.name.split(".")[0] for path in (staging.folder / "chalicelib/__pycache__").iterdir()] == ["b"]
    assert not (staging.folder / ".chalice/policy-local.json").exists()


def test_chalices_notes_outlive_the_copy_and_those_of_a_real_stage_are_the_projects(
    staging: Staging, root: Path, tmp_path: Path
) -> None:
    staging.fill({})
    assert staging.deployed() == []
    staging.record.parent.mkdir()
    staging.record.write_text(json.dumps({"resources": [{"name": "local"}]}))
    staging.fill({})
    assert staging.deployed() == [{"name": "local"}]

    (root / ".chalice/deployed/dev.json").write_text(json.dumps({"resources": [{"name": "dev"}]}))
    real = Staging(root, tmp_path / "real", "dev")
    real.fill({})
    assert real.deployed() == [{"name": "dev"}]
    real.record.write_text(json.dumps({"resources": [{"name": "dev again"}]}))
    assert "dev again" in (root / ".chalice/deployed/dev.json").read_text()


CHANGES: dict[str, Callable[[Path], object]] = {
    "code": lambda root: (root / "chalicelib/a.py").write_text("# other\n"),
    "a new module": lambda root: (root / "chalicelib/c.py").write_text(""),
    "requirements": lambda root: (root / "requirements.txt").write_text("x==1\n"),
    "a policy": lambda root: (root / ".chalice/policy-local.json").write_text("[]"),
    "a page is gone": lambda root: (root / "static_site/page.html").unlink(),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_the_digest_changes_with_whatever_a_deploy_depends_on(
    staging: Staging, root: Path, change: Callable[[Path], object]
) -> None:
    before = staging.digest({})
    change(root)
    assert staging.digest({}) != before


def test_the_digest_changes_with_the_settings_and_with_nothing_else(staging: Staging, root: Path) -> None:
    before = staging.digest({"A": "1"})
    (root / "static_site/page.html").write_text("<p>changed")
    (root / "chalicelib/__pycache__/a.pyc").write_text("changed")
    (root / "docs/x.md").write_text("changed")

    assert staging.digest({"A": "1"}) == before
    assert staging.digest({"A": "2"}) != before


def test_a_stage_that_is_not_there_is_named_with_those_that_are(root: Path) -> None:
    check_stage(root, "dev")
    with pytest.raises(
        DevkitError, match=r"There is no stage 'prod' in .chalice/config.json; the stages are: dev, local"
    ):
        check_stage(root, "prod")


def test_a_configuration_that_can_not_be_read_is_said_to_be_so(root: Path) -> None:
    (root / ".chalice/config.json").write_text("{")
    with pytest.raises(DevkitError, match=r"config\.json is not JSON"):
        check_stage(root, "dev")
    (root / ".chalice/config.json").unlink()
    with pytest.raises(DevkitError, match=r"There is no \.chalice/config\.json"):
        check_stage(root, "dev")


def test_tracing_is_one_setting_that_brings_its_right_with_it(root: Path, tmp_path: Path) -> None:
    config = {**CONFIG, "stages": {"dev": {"xray": True}, "prod": {}}}
    (root / ".chalice/config.json").write_text(json.dumps(config))
    for stage in ("dev", "prod"):
        (root / f".chalice/policy-{stage}-api.json").write_text(json.dumps({"Statement": []}))
        Staging(root, tmp_path / stage, stage).fill({})

    traced = json.loads((tmp_path / "dev/.chalice/policy-dev-api.json").read_text())["Statement"]
    assert traced == [
        {
            "Sid": "Traces",
            "Effect": "Allow",
            "Action": ["xray:PutTraceSegments", "xray:PutTelemetryRecords"],
            "Resource": "*",
        }
    ]
    assert json.loads((tmp_path / "prod/.chalice/policy-prod-api.json").read_text())["Statement"] == []
    assert json.loads((root / ".chalice/policy-dev-api.json").read_text())["Statement"] == []
