"""What is asked before a deploy: of the configuration, of the account, and of the person."""

from __future__ import annotations

import io
import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from chalicelib.connect.settings import Resources
from devkit.asking import confirm
from devkit.deploy.configuration import configuration_faults, reserved_concurrency
from devkit.deploy.notes import api_of
from devkit.deploy.preflight import Preflight
from devkit.deploy.template import Home
from devkit.errors import DevkitError
from devkit.places import ROOT

HOME = Home(Resources("dev"), "111122223333", "eu-central-1")
LAMBDA = boto3.session.Session().client("lambda", region_name="eu-central-1")


class PageIterator:
    """The pages of an answer, of which a list can be searched out, as boto3's own."""

    def __init__(self, pages: list[dict[str, Any]]) -> None:
        self._pages = pages

    def search(self, expression: str) -> Iterator[Any]:
        for page in self._pages:
            yield from page[expression.removesuffix("[]")]


class FakeAws:
    """An account as far as the questions go: buckets of others, APIs, and how many functions it runs at a time."""

    environment: dict[str, str] = {}  # noqa: RUF012 - nothing writes to it

    def __init__(
        self,
        *,
        taken: tuple[str, ...] = (),
        apis: dict[str, str] | None = None,
        limit: int = 1_000,
        keys: dict[str, str] | None = None,
        key: str = "",
        stack: str = "",
    ) -> None:
        """`apis` are the stages that each API serves, if any; `keys` are those that are enabled, with the ARN of each;
        `key` is what the deployed functions have; `stack` is the stack that has made them."""
        self._taken = taken
        self._apis = apis or {}
        self._limit = limit
        self._keys = keys or {}
        self._key = key
        self._stack = stack

    def client(self, service: str) -> Any:
        """All services in one; what Lambda's runtimes are is boto3's own word."""
        return SimpleNamespace(
            meta=LAMBDA.meta,
            head_bucket=self._head,
            describe_key=self._describe_key,
            get_function_configuration=self._configuration,
            get_function=self._function,
            get_stages=lambda restApiId: {  # noqa: N803 - boto3's word
                "item": [{"stageName": each} for each in self._apis[restApiId].split()]
            },
            get_paginator=self._pages,
            get_account_settings=lambda: {
                "AccountLimit": dict.fromkeys(("UnreservedConcurrentExecutions", "ConcurrentExecutions"), self._limit)
            },
        )

    def _describe_key(self, KeyId: str) -> dict[str, Any]:  # noqa: N803 - boto3's word
        if KeyId not in self._keys:
            raise ClientError({"Error": {"Code": "NotFoundException"}}, "DescribeKey")
        return {"KeyMetadata": {"Arn": self._keys[KeyId], "KeyState": "Enabled"}}

    def _configuration(self, FunctionName: str) -> dict[str, Any]:  # noqa: N803 - boto3's word
        if not self._key:
            raise ClientError({"Error": {"Code": "ResourceNotFoundException"}}, "GetFunctionConfiguration")
        return {"Environment": {"Variables": {"CONNECT_SECRETS_KEY": self._key}}}

    def _function(self, FunctionName: str) -> dict[str, Any]:  # noqa: N803 - boto3's word
        if not self._stack:
            raise ClientError({"Error": {"Code": "ResourceNotFoundException"}}, "GetFunction")
        return {"Tags": {"aws:cloudformation:stack-name": self._stack}}

    def _pages(self, name: str) -> Any:
        if name == "get_resources":
            return SimpleNamespace(paginate=self._routes)
        # One on each page, as if there were many.
        pages = [{"items": [{"id": each, "name": "dormouse"}]} for each in self._apis]
        return SimpleNamespace(paginate=lambda: PageIterator(pages))

    def _routes(self, restApiId: str, embed: list[str]) -> list[dict[str, Any]]:  # noqa: N803 - boto3's word
        assert embed == ["methods"]
        name = "dormouse-prod" if "prod" in self._apis[restApiId] else "dormouse-dev"
        uri = f"arn:aws:apigateway:x:lambda:path/2015-03-31/functions/arn:aws:lambda:x:1:function:{name}/invocations"
        return [{"items": [{}, {"resourceMethods": {"GET": {"methodIntegration": {"uri": uri}}}}]}]

    def _head(self, Bucket: str) -> None:  # noqa: N803 - boto3's word
        code = "403" if Bucket in self._taken else "404"
        raise ClientError({"Error": {"Code": code}}, "HeadBucket")


def deployed(region: str = "eu-central-1") -> list[dict[str, Any]]:
    """Chalice's notes of a stage in a region."""
    arn = f"arn:aws:lambda:{region}:111122223333:function:dormouse-dev"
    return [{"resource_type": "lambda_function", "lambda_arn": arn}]


def test_an_account_in_order_has_no_faults() -> None:
    assert Preflight(FakeAws(), HOME, []).faults({}) == []
    assert Preflight(FakeAws(apis={"a1": "dev"}), HOME, deployed()).faults({}) == []


def test_a_bucket_name_of_another_account_is_a_fault() -> None:
    (fault,) = Preflight(FakeAws(taken=(HOME.site_bucket,)), HOME, []).faults({})
    assert fault.startswith(f"The bucket name {HOME.site_bucket} is taken by another AWS account")


def test_a_stage_whose_name_makes_a_bucket_s_too_long_is_a_fault() -> None:
    place = Home(Resources("abcdefghij0123456789"), "111122223333", "ap-southeast-2")
    (fault,) = Preflight(FakeAws(), place, []).faults({})
    assert fault == f"The bucket name {place.bodies_bucket} has 64 letters, and S3 takes 63: shorten the stage's."


@pytest.mark.parametrize("found", [{}, {"a1": "dev", "b2": "prod"}, {"a1": "dev", "b2": ""}, {"a1": "", "b2": ""}])
def test_one_api_that_was_deployed_from_elsewhere_or_cut_short_is_no_fault(found: dict[str, str]) -> None:
    aws = FakeAws(apis=found)
    assert Preflight(aws, HOME, []).faults({}) == []
    assert api_of(aws, "dev") == next(iter(found), "")


def test_several_apis_of_a_stage_without_chalices_notes_are_a_fault() -> None:
    aws = FakeAws(apis={"a1": "dev", "b2": "dev", "c3": "prod"})
    (fault,) = Preflight(aws, HOME, []).faults({})
    assert fault.startswith("The APIs a1, b2 serve the stage dev, and no .chalice/deployed/dev.json says which")
    assert Preflight(aws, HOME, deployed()).faults({}) == []


def test_what_a_pipeline_has_deployed_is_left_to_it() -> None:
    (fault,) = Preflight(FakeAws(stack="dormouse-dev"), HOME, []).faults({})
    assert fault.startswith("The functions of the stage dev belong to the stack dormouse-dev, which")


def test_a_stage_in_another_region_is_a_fault() -> None:
    (fault,) = Preflight(FakeAws(), HOME, deployed("us-east-1")).faults({})
    assert fault.startswith("The stage dev stands in us-east-1 of the account 111122223333")


SEALED = {"CONNECT_SECRETS_KEY": "alias/a"}


def test_a_key_that_there_is_not_is_a_fault() -> None:
    assert Preflight(FakeAws(keys={"alias/a": "arn"}), HOME, []).faults(SEALED) == []
    (fault,) = Preflight(FakeAws(), HOME, []).faults(SEALED)
    assert fault.startswith("The key of CONNECT_SECRETS_KEY, alias/a, is not there")


@pytest.mark.parametrize("wanted", [{}, {"CONNECT_SECRETS_KEY": "b"}])
def test_to_take_the_key_away_or_to_change_it_is_a_fault(wanted: dict[str, str]) -> None:
    aws = FakeAws(keys={"alias/a": "arn of a", "b": "arn of b"}, key="alias/a")
    (fault,) = Preflight(aws, HOME, []).faults(wanted)
    assert "are sealed with alias/a" in fault
    assert fault.endswith("Set it to alias/a again.")
    assert Preflight(aws, HOME, []).faults(SEALED) == []


def test_another_name_of_the_same_key_is_none() -> None:
    aws = FakeAws(keys={"alias/a": "arn of a", "id-of-a": "arn of a"}, key="id-of-a")
    assert Preflight(aws, HOME, []).faults(SEALED) == []


def test_an_account_that_runs_few_functions_is_a_warning_with_the_way_out() -> None:
    (warning,) = Preflight(FakeAws(limit=10), HOME, []).warnings({"CONNECT_STAGE": "dev"})
    assert "runs 10 functions at a time, and the workers may take 30 of them" in warning
    assert Preflight(FakeAws(limit=50), HOME, []).warnings({"CONNECT_STAGE": "dev"}) == []


def test_more_than_an_account_lets_one_reserve_is_a_fault() -> None:
    assert Preflight(FakeAws(limit=160), HOME, [], 60).faults({}) == []
    (fault,) = Preflight(FakeAws(limit=159), HOME, [], 60).faults({})
    assert "adds up to 60, and of the 159 functions" in fault


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


def test_a_descriptor_that_jira_would_refuse_is_noticed_before_the_deploy(project: Path) -> None:
    (project / "static_site/issue-panel.html").unlink()
    (fault,) = configuration_faults(project, "dev", {})
    assert "issue-panel" in fault


def nothing() -> None:
    """Nobody interrupts."""


def test_a_yes_beforehand_asks_nothing() -> None:
    confirm("Deploy?", yes=True, check=nothing, asked=io.StringIO(), answered=io.StringIO())


def test_without_a_terminal_the_sentence_says_what_to_add() -> None:
    with pytest.raises(DevkitError, match=r"there is no terminal to ask on\. Say --yes"):
        confirm("Deploy?", yes=False, check=nothing, asked=io.StringIO(), answered=io.StringIO("y\n"))


@pytest.mark.parametrize(("typed", "agrees"), [("y\n", True), ("YES\n", True), ("n\n", False), ("\n", False)])
def test_only_a_yes_is_a_yes(typed: str, agrees: bool) -> None:
    here, there = os.openpty()
    os.write(here, typed.encode())
    asked = io.StringIO()
    with os.fdopen(there) as terminal:
        if agrees:
            confirm("Deploy?", yes=False, check=nothing, asked=asked, answered=terminal)
        else:
            with pytest.raises(DevkitError, match=r"^Nothing was changed\.$"):
                confirm("Deploy?", yes=False, check=nothing, asked=asked, answered=terminal)
    os.close(here)
    assert asked.getvalue() == "Deploy? [y/N] "


def test_a_question_can_be_interrupted() -> None:
    here, there = os.openpty()

    def interrupted() -> None:
        raise KeyboardInterrupt

    with os.fdopen(there) as terminal, pytest.raises(KeyboardInterrupt):
        confirm("Deploy?", yes=False, check=interrupted, asked=io.StringIO(), answered=terminal)
    os.close(here)
