"""What of a stage's configuration would stop a deploy, found out without AWS."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from devkit.deploy.configuration import configuration_faults, reserved_concurrency
from devkit.places import ROOT


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of what a deploy reads."""
    for name in ("chalicelib", ".chalice", "static_site"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("deployed", "deployments"))
    shutil.copy2(ROOT / "app.py", tmp_path)
    return tmp_path


def change(project: Path, **variables: str) -> None:
    """Write variables into the stage dev of the configuration."""
    path = project / ".chalice/config.json"
    config = json.loads(path.read_text())
    config["stages"]["dev"]["environment_variables"].update(variables)
    path.write_text(json.dumps(config))


def test_what_functions_reserve_is_added_up_as_chalice_reads_it(project: Path) -> None:
    assert reserved_concurrency(project, "dev") == 0
    path = project / ".chalice/config.json"
    config = json.loads(path.read_text())
    config["stages"]["dev"]["lambda_functions"]["api_handler"] = {"reserved_concurrency": 30}
    path.write_text(json.dumps(config))
    assert reserved_concurrency(project, "dev") == 30
    config["stages"]["dev"]["reserved_concurrency"] = 5
    path.write_text(json.dumps(config))
    assert reserved_concurrency(project, "dev") == 30 + 4 * 5


@pytest.mark.parametrize("stage", ["dev", "prod"])
def test_the_shipped_configuration_has_no_faults(stage: str) -> None:
    assert configuration_faults(ROOT, stage, {}) == []


def test_a_stage_that_was_copied_and_has_the_name_of_another_is_a_fault(project: Path) -> None:
    path = project / ".chalice/config.json"
    config = json.loads(path.read_text())
    config["stages"]["test"] = {**config["stages"]["dev"], "api_gateway_stage": "v1"}
    path.write_text(json.dumps(config))
    faults = configuration_faults(project, "test", {})
    assert faults[:2] == [
        "CONNECT_STAGE of the stage test in .chalice/config.json must be 'test', and is 'dev'.",
        "api_gateway_stage of the stage test in .chalice/config.json must be 'test', and is 'v1'.",
    ]
    assert "reaches into another stage" in faults[2]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("VENDOR_API_KEY", "x"),
        ("DB_PASSWORD", "x"),
        ("HARMLESS", "AKIAIOSFODNN7EXAMPLE"),
        ("HARMLESS", "-----BEGIN PRIVATE KEY-----"),
    ],
)
def test_what_looks_like_a_secret_is_kept_out_of_the_configuration(project: Path, name: str, value: str) -> None:
    change(project, **{name: value})
    (fault,) = configuration_faults(project, "dev", {})
    assert fault.startswith(f"{name} in .chalice/config.json looks like a secret")
    assert value not in fault.replace(name, "") or value == "x"


def test_more_settings_than_lambda_takes_are_a_fault(project: Path) -> None:
    hosts = ",".join(f"jira{number}.example.com" for number in range(220))
    (fault,) = configuration_faults(project, "dev", {"CONNECT_FRAME_HOSTS": hosts})
    assert fault.startswith("The environment variables take 4")
    assert fault.endswith("bytes, and Lambda takes 4000: shorten CONNECT_FRAME_HOSTS.")


def test_the_name_of_a_key_is_no_secret(project: Path) -> None:
    change(project, CONNECT_SECRETS_KEY="alias/dormouse")
    assert configuration_faults(project, "dev", {}) == []


def test_policies_that_are_missing_or_reach_too_far_and_a_bad_setting_are_told_together(project: Path) -> None:
    (project / ".chalice/policy-dev-jobs.json").unlink()
    shutil.copy2(project / ".chalice/policy-prod-worker.json", project / ".chalice/policy-dev-worker.json")
    faults = configuration_faults(project, "dev", {"CONNECT_RETENTION_DAYS": "never"})
    assert [fault[:70] for fault in faults] == [
        "The policy .chalice/policy-dev-worker.json of the function worker reac",
        "The policy .chalice/policy-dev-jobs.json of the function job_worker is",
        "The app can not be loaded: The settings are wrong: CONNECT_RETENTION_D",
    ]


def test_a_function_that_nobody_would_watch_or_take_away_is_a_fault(project: Path) -> None:
    with (project / "app.py").open("a") as file:
        file.write("\n\n@app.schedule(Rate(7, unit=Rate.DAYS))\ndef weekly(event: CloudWatchEvent) -> None: ...\n")
    (fault,) = configuration_faults(project, "dev", {})
    assert fault.startswith("The function weekly of app.py is new: name it in functions() of devkit/deploy/template.py")


def test_a_descriptor_that_jira_would_refuse_is_noticed_before_the_deploy(project: Path) -> None:
    (project / "static_site/issue-panel.html").unlink()
    (fault,) = configuration_faults(project, "dev", {})
    assert "issue-panel" in fault
