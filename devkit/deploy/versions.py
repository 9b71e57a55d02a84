"""What was deployed, kept on AWS: each deploy is a published version of every function, with API Gateway's deployment.

So the way back needs neither the machine nor the commit that the former version came from. A version of a function
holds its code and its settings; a deployment of API Gateway holds the routes.
Source: https://docs.aws.amazon.com/lambda/latest/dg/configuration-versions.html
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import urllib3
from botocore.exceptions import BotoCoreError, ClientError

from devkit.deploy.aws import Aws, is_code
from devkit.deploy.template import functions
from devkit.errors import DevkitError
from devkit.steps import Steps

KEPT = 5
"""How many versions of each function are kept; an account may keep 75 GB of code."""

GOAL = "dormouse-rollback"
"""The tag by which a function says where a rollback that is under way is going: one number for each function."""

SET = ("Runtime", "Handler", "Timeout", "MemorySize")
"""What a deploy sets of a function beside its code and its variables. The runtime above all: packages that were made
for one Python do not load in another."""

TAG = "dormouse "
"""How the description of a version of ours begins; the id of API Gateway's deployment follows."""


@dataclass(frozen=True, slots=True)
class Version:
    """A published version of one function."""

    number: str
    routes: str
    """The id of API Gateway's deployment that it was published with."""
    code: str
    """The digest of its package."""
    settings: str
    """All else that a deploy sets of a function, as JSON: what Lambda's call takes that changes it."""
    published: str
    """When, in AWS's own words."""

    @property
    def content(self) -> tuple[str, str]:
        """What it would run: two versions with the same content are the same to a caller."""
        return self.code, self.settings


def _download(url: str) -> bytes:
    return bytes(urllib3.request("GET", url, retries=3, timeout=60).data)


class Versions:
    """The versions of the functions `names`, behind the stage `stage` of the API `api_id`."""

    def __init__(
        self, aws: Aws, names: Sequence[str], api_id: str, stage: str, download: Callable[[str], bytes] = _download
    ) -> None:
        self._lambda = aws.client("lambda")
        self._gateway = aws.client("apigateway")
        self._names = names
        self._api_id = api_id
        self._stage = stage
        self._download = download

    def publish(self) -> None:
        """Publishes what the functions are now, and forgets the oldest versions; twice is once.

        A rollback that was under way is over with that.
        """
        self._forget_goal()
        routes = self._gateway.get_stage(restApiId=self._api_id, stageName=self._stage)["deploymentId"]
        for name in self._names:
            self._lambda.publish_version(FunctionName=name, Description=f"{TAG}{routes}")
            for old in self.of(name)[:-KEPT]:
                self._lambda.delete_function(FunctionName=name, Qualifier=old.number)

    def of(self, name: str) -> list[Version]:
        """The versions of the function `name`, the oldest first."""
        return published(self._lambda, name)

    def former(self) -> dict[str, Version]:
        """For each function the newest version before the one that runs that differs from it; after a rollback that was
        cut short, those that it was going to: some functions run them already.

        Raises `DevkitError` where there is none.
        """
        if goal := self._goal():
            return goal
        found: dict[str, Version] = {}
        for name in self._names:
            versions = self.of(name)
            live = _version(self._lambda.get_function_configuration(FunctionName=name)).content
            at = max((n for n, each in enumerate(versions) if each.content == live), default=len(versions))
            while at and versions[at - 1].content == live:
                at -= 1
            if not at:
                raise DevkitError(f"There is no version of {name} before the one that runs: nothing was changed.")
            found[name] = versions[at - 1]
        return found

    def go_back(self, former: Mapping[str, Version], steps: Steps) -> None:
        """Makes every function run its `former` version, and the API have their routes. Cut short, it is to be done
        again: `former` then says the same."""
        numbers = " ".join(former[name].number for name in self._names)
        self._lambda.tag_resource(Resource=self._arn(), Tags={GOAL: numbers})
        for name, version in former.items():
            with steps.step(f"{name} is version {version.number} again"):
                self._restore(name, version)
        with steps.step("Routes") as step:
            is_back = self._restore_routes(next(iter(former.values())))
            step.note = "as they were" if is_back else "API Gateway has the former ones no more: they stay"
        for name, version in former.items():
            self._forget_after(version, name)
        # All is done. Where this fails, it may have been heard all the same: to do all again could go one further.
        with suppress(BotoCoreError, ClientError):
            self._forget_goal()

    def _goal(self) -> dict[str, Version] | None:
        numbers = self._lambda.list_tags(Resource=self._arn())["Tags"].get(GOAL, "").split()
        found = {}
        for name, number in zip(self._names, numbers, strict=False):
            if there := [each for each in self.of(name) if each.number == number]:
                found[name] = there[0]
        return found if len(found) == len(self._names) else None

    def _forget_goal(self) -> None:
        self._lambda.untag_resource(Resource=self._arn(), TagKeys=[GOAL])

    def _arn(self) -> str:
        return str(self._lambda.get_function_configuration(FunctionName=self._names[0])["FunctionArn"])

    def _restore(self, name: str, version: Version) -> None:
        """Makes the function `name` run `version`: its settings first, then its code, each at once for all calls."""
        self._lambda.update_function_configuration(FunctionName=name, **json.loads(version.settings))
        self._settle(name)
        location = self._lambda.get_function(FunctionName=name, Qualifier=version.number)["Code"]["Location"]
        self._lambda.update_function_code(FunctionName=name, ZipFile=self._download(location))
        self._settle(name)

    def _forget_after(self, version: Version, name: str) -> None:
        """Deletes the versions of the function `name` that are newer than `version`, which runs: it is the last now.

        Without it, two versions of one content would lead back and forth for ever.
        """
        for newer in self.of(name):
            if int(newer.number) > int(version.number):
                self._lambda.delete_function(FunctionName=name, Qualifier=newer.number)

    def _restore_routes(self, version: Version) -> bool:
        """Makes the API have the routes of `version`; returns whether API Gateway still has them."""
        try:
            self._gateway.get_deployment(restApiId=self._api_id, deploymentId=version.routes)
        except self._gateway.exceptions.NotFoundException:
            return False
        change = {"op": "replace", "path": "/deploymentId", "value": version.routes}
        self._gateway.update_stage(restApiId=self._api_id, stageName=self._stage, patchOperations=[change])
        return True

    def _settle(self, name: str) -> None:
        self._lambda.get_waiter("function_updated_v2").wait(FunctionName=name)


def published(service: Any, name: str) -> list[Version]:
    """The versions of the function `name`, the oldest first; `service` is the client of Lambda."""
    pages = service.get_paginator("list_versions_by_function").paginate(FunctionName=name)
    found = [_version(each) for page in pages for each in page["Versions"]]
    return sorted((each for each in found if each.number != "$LATEST"), key=lambda each: int(each.number))


def configuration(service: Any, name: str) -> dict[str, Any]:
    """What Lambda says of the function `name`. Raises `DevkitError` where it is not there."""
    try:
        found: dict[str, Any] = service.get_function_configuration(FunctionName=name)
    except ClientError as fault:
        if not is_code(fault, "ResourceNotFoundException"):
            raise
        raise DevkitError(f"There is no function {name} here: is the stage deployed?") from fault
    return found


def address_told(service: Any, stage: str) -> str:
    """The base URL that the deployed functions of `stage` were told; empty where they go by API Gateway's word.

    Raises `DevkitError` where they are not there.
    """
    variables = configuration(service, functions(stage)["Api"]).get("Environment", {}).get("Variables", {})
    return str(variables.get("CONNECT_BASE_URL", "")).rstrip("/")


def _version(found: dict[str, Any]) -> Version:
    description, variables = found.get("Description", ""), found.get("Environment", {}).get("Variables", {})
    return Version(
        found["Version"],
        description.removeprefix(TAG) if description.startswith(TAG) else "",
        found["CodeSha256"],
        json.dumps({"Environment": {"Variables": variables}, **{name: found[name] for name in SET}}, sort_keys=True),
        found["LastModified"],
    )
