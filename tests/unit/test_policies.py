"""What the functions of a stage may do on AWS: their own stage's things, and the same on every stage."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from devkit.deploy.rights import statements

FOLDER = Path(__file__).parents[2] / ".chalice"
STAGES = json.loads((FOLDER / "config.json").read_text())["stages"]
FUNCTIONS = ("api", "worker", "jobs", "schedules")


def policy(stage: str, function: str) -> str:
    """The text of a policy."""
    return (FOLDER / f"policy-{stage}-{function}.json").read_text()


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_stage_reaches_its_own_resources_and_those_of_no_other_stage(stage: str, function: str) -> None:
    for statement in json.loads(policy(stage, function))["Statement"]:
        resource = statement["Resource"]
        assert f"dormouse-{stage}-" in resource or resource.endswith(f":log-group:/aws/lambda/dormouse-{stage}:*")
        assert not any(action.endswith("*") for action in statement["Action"])


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("function", FUNCTIONS)
def test_every_stage_may_do_the_same(stage: str, function: str) -> None:
    assert policy(stage, function).replace(f"dormouse-{stage}", "dormouse-dev") == policy("dev", function)


@pytest.mark.parametrize("stage", STAGES)
def test_every_stage_names_its_own_policies(stage: str) -> None:
    assert STAGES[stage]["iam_policy_file"] == f"policy-{stage}-api.json"
    given = {name: function["iam_policy_file"] for name, function in STAGES[stage]["lambda_functions"].items()}
    own = {"worker": "worker", "job_worker": "jobs", "hourly": "schedules", "daily": "schedules"}
    assert given.items() >= {name: f"policy-{stage}-{policy}.json" for name, policy in own.items()}.items()
    assert all(name.startswith(f"policy-{stage}-") for name in given.values())


def documented() -> set[tuple[str, str, str]]:
    """What the table of docs/permissions.md says: function, action, thing."""
    found = set()
    for line in (FOLDER.parent / "docs/permissions.md").read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) == 7 and cells[0].startswith("`"):
            service, _, actions = cells[0].strip("`").partition(":")
            for function, is_allowed in zip(FUNCTIONS, cells[2:6], strict=True):
                if is_allowed == "yes":
                    found |= {(function, f"{service}:{action}", cells[1]) for action in actions.split(", ")}
    return found


def thing(resource: str) -> str:
    """The word for a resource in that table."""
    match resource.split(":")[2]:
        case "logs":
            return "its log"
        case "kms":
            return "secrets"
    return re.split(r"dormouse-dev-|-\*", resource)[1]


def test_the_documented_table_is_what_the_policies_say() -> None:
    key = {"stages": {"dev": {"environment_variables": {"CONNECT_SECRETS_KEY": "secrets"}}}}
    said = {
        (function, action, thing(each["Resource"]))
        for function in FUNCTIONS
        for each in [*json.loads(policy("dev", function))["Statement"], *statements(function, "dev", key)]
        for action in each["Action"]
    }
    assert documented() == said
