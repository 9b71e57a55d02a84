"""What the functions of a stage may do on AWS: their own stage's things, and the same on every stage."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

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
        assert f"dormouse-{stage}-" in resource or resource == "arn:aws:logs:*:*:*"
        assert not any(action.endswith("*") for action in statement["Action"])


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("function", FUNCTIONS)
def test_every_stage_may_do_the_same(stage: str, function: str) -> None:
    assert policy(stage, function).replace(f"dormouse-{stage}-", "dormouse-dev-") == policy("dev", function)


@pytest.mark.parametrize("stage", STAGES)
def test_every_stage_names_its_own_policies(stage: str) -> None:
    assert STAGES[stage]["iam_policy_file"] == f"policy-{stage}-api.json"
    given = {name: function["iam_policy_file"] for name, function in STAGES[stage]["lambda_functions"].items()}
    own = {"worker": "worker", "job_worker": "jobs", "hourly": "schedules", "daily": "schedules"}
    assert given == {name: f"policy-{stage}-{policy}.json" for name, policy in own.items()}
