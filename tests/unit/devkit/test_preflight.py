"""What is asked of the account before a deploy."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from chalicelib.connect.settings import Resources
from devkit.deploy.notes import api_of
from devkit.deploy.preflight import Preflight
from devkit.deploy.template import Home

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
